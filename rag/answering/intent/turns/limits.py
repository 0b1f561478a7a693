"""All limits of a request: subject, author, publication and time.

The rules find each limit where it stands in a usual place. In a request for articles every date is one of publication,
and words that only limit the articles are no part of their subject.
"""

from dataclasses import replace
from datetime import date

from rag.answering.intent.catalogue import Catalogue
from rag.answering.intent.classifier import Action, Intent, classify
from rag.answering.intent.scope import ScopeInWords, with_told_dates
from rag.answering.intent.turns.slot_tagger import TagSlots
from rag.text.analyzer import content_terms
from rag.text.lexicon import COLLECTION_WORDS, FRAME_WORDS

# Answers that list or count articles.
_LISTS: frozenset[Action] = frozenset({"list", "count", "newest", "oldest"})
_FRAME = frozenset((*FRAME_WORDS, *COLLECTION_WORDS, ""))
_NAMES = ("authors", "sources", "dates", "articles")


def with_all_limits(
    intent: Intent,
    rule: Intent,
    question: str,
    in_words: ScopeInWords,
    catalogue: Catalogue,
    today: date,
    tag: TagSlots,
) -> tuple[Intent, ScopeInWords]:
    """The intent and the scope of a request, with every limit that it names.

    `rule` is the intent by rule: if the regression chose another kind, the subject is the tagged one.
    """
    if intent.kind != "collection" or intent.action not in _LISTS:
        return intent, in_words
    subject = _tagged_subject(question, in_words, tag)
    if not (in_words.scope.since or in_words.scope.until):
        dated = with_told_dates(question, in_words, catalogue, today)
        new = [mention for mention in dated.mentions if mention not in in_words.mentions]
        if new and not any(mention.text in subject for mention in new):
            again = classify(question, dated.mentions)
            in_words, intent = dated, again if again.kind == "collection" else intent
            subject = _tagged_subject(question, dated, tag)
    if intent.is_mention or intent.about or intent.without or in_words.scope.topics or not subject:
        return intent, in_words
    by_rule, tagged = set(content_terms(intent.subject)), set(content_terms(subject))
    is_by_model = rule.kind != intent.kind
    if tagged and (is_by_model or not by_rule or (tagged < by_rule and _adds_no_content(intent.subject, subject))):
        intent = replace(intent, subject=subject)
    return intent, in_words


def _adds_no_content(subject: str, tagged: str) -> bool:
    """Whether the words of `subject` that `tagged` lacks belong to the request."""
    kept = set(tagged.casefold().split())
    words = (word.casefold().strip(" .,;:?!") for word in subject.split())
    return all(word in kept or word in _FRAME or word.isdigit() for word in words)


def _tagged_subject(question: str, in_words: ScopeInWords, tag: TagSlots) -> str:
    named = [mention for mention in in_words.mentions if mention.part in _NAMES]
    return tag(question, named).subject
