"""Completes a follow-up by what the model of turns says that it takes over.

The follow-up's own words replace those of the request before; what it does not take over is dropped. So "and by
anyone?" after "pieces by X on Y" asks for the pieces on Y.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.answering.intent.catalogue import Catalogue
from rag.answering.intent.classifier import classify
from rag.answering.intent.follow_up.noun_phrases import leading_noun_phrase
from rag.answering.intent.follow_up.question_parts import content_words, parse_question
from rag.answering.intent.mentions.date_expressions import find_periods
from rag.answering.intent.scope import Mention, find_scope
from rag.answering.intent.turns.requests import Request, Verb
from rag.answering.intent.turns.slot_tagger import TagSlots
from rag.answering.intent.turns.turn_model import TurnBefore, TurnReading
from rag.text.lexicon import COLLECTION_WORDS, FRAME_WORDS

# A follow-up that depends, and what it takes over, have at least this probability.
MIN_DEPENDS, MIN_TAKES = 0.75, 0.5
# What it asks for replaces the verb of the request before only if it is this probable.
MIN_ASKS = 0.45
# A subject of more words is a clause.
MAX_SUBJECT_WORDS = 6
# A follow-up with more content words that are neither a name nor its subject says more than a limit.
MAX_OTHER_WORDS = 1
_FRAME = frozenset((*FRAME_WORDS, *COLLECTION_WORDS))
_VERBS: frozenset[str] = frozenset({"list", "count", "newest", "oldest", "author", "views", "timeline"})


def merged_request(
    question: str,
    before: Request | None,
    last: TurnBefore,
    reading: TurnReading,
    catalogue: Catalogue,
    today: date,
    tag: TagSlots,
) -> Request | None:
    """The request that `question` makes of the request or question before.

    None if it stands alone, asks for a fact, an article or talk, says more than limits, or names nothing to ask for.
    """
    verb = _verb(before, reading)
    if verb is None or reading.depends < MIN_DEPENDS:
        return None
    own = _own_request(question, verb, catalogue, today, tag)
    if own is None:
        return None
    earlier = before or Request("list", _subject_of(last, catalogue), "", "")
    takes = reading.takes
    merged = replace(
        own,
        author=own.author or (earlier.author if takes["author"] >= MIN_TAKES else ""),
        date=own.date or (earlier.date if takes["dates"] >= MIN_TAKES else ""),
        source=own.source or (earlier.source if takes["source"] >= MIN_TAKES else ""),
    )
    if not merged.subject and takes["subject"] >= MIN_TAKES:
        merged = replace(merged, subject=earlier.subject, is_mention=earlier.is_mention)
    return merged if _can_be_asked(merged) and merged != before else None


def _verb(before: Request | None, reading: TurnReading) -> Verb | None:
    """What is asked for; None for what is no request for articles or views."""
    asks = reading.likeliest
    if asks in _VERBS and (before is None or reading.asks[asks] >= MIN_ASKS):
        return asks  # type: ignore[return-value]  # the likeliest is one of the verbs
    takes_over = before is not None and reading.takes["request"] >= MIN_TAKES
    return before.verb if before is not None and takes_over and asks in _VERBS else None


def _own_request(question: str, verb: Verb, catalogue: Catalogue, today: date, tag: TagSlots) -> Request | None:
    """The request of the follow-up's own words; None if they name an article."""
    mentions: Sequence[Mention] = find_scope(question, catalogue, today).mentions
    # "Did X change her mind?" is whole without a subject.
    if any(mention.part == "articles" for mention in mentions) or classify(question, mentions).action == "change":
        return None
    authors = [mention for mention in mentions if mention.part == "authors"]
    sources = [mention for mention in mentions if mention.part == "sources"]
    topics = [mention.text for mention in mentions if mention.part == "topics"]
    periods = [question[period.start : period.end] for period in find_periods(question, today) if period.preposition]
    bare = [question[period.start : period.end] for period in find_periods(question, today) if not period.preposition]
    dates = periods or [f"in {text}" for text in bare]
    if len(dates) > 1 or len(sources) > 1:
        return None
    named = [mention for mention in mentions if mention.part in ("authors", "sources", "dates")]
    slots = tag(question, named)
    subject = slots.mention or " and ".join(topics) or slots.subject
    if len(subject.split()) > MAX_SUBJECT_WORDS or not content_words(subject):
        subject = ""
    limits = " ".join((subject, *(mention.text for mention in mentions), *dates))
    others = [word for word in content_words(question, without=limits) if word.casefold() not in _FRAME]
    if len(others) > MAX_OTHER_WORDS:
        return None
    return Request(
        verb, subject, " and ".join(mention.text for mention in authors), "".join(dates),
        bool(slots.mention), "".join(mention.text for mention in sources),
    )  # fmt: skip


def _subject_of(last: TurnBefore, catalogue: Catalogue) -> str:
    """The topic or noun phrase of a question that is no request; "" without one."""
    if last.intent.kind == "collection":
        return ""
    names = (*catalogue.values("author"), *catalogue.values("source"))
    parts = parse_question(last.question, names)
    if parts.brackets:
        return leading_noun_phrase(parts.brackets) or parts.brackets
    phrase = parts.main_phrase or ""
    return phrase if content_words(phrase) and len(phrase.split()) <= MAX_SUBJECT_WORDS else ""


def _can_be_asked(request: Request) -> bool:
    match request.verb:
        case "author":
            return bool(request.author) and " and " not in request.author
        case "views" | "timeline":
            return bool(request.subject)
        case _:
            return bool(request.subject or request.author or request.date or request.source)
