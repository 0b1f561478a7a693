"""Which of the named authors have written on a subject, by the catalogue."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.intent.mentions.topics import topics_called
from rag.retrieval.catalogue_search import CatalogueSearch
from rag.retrieval.filters import Filters
from rag.text.entities import other_names
from rag.text.lexicon import is_ordinary_word

# An acronym may be spelt out in the articles, in words that nobody knows beforehand.
_ACRONYM = re.compile(r"[A-Z]{2,5}s?|[a-z]{2,4}")


@dataclass(frozen=True, slots=True)
class AuthorsOnSubject:
    """Authors without an article on a subject.

    `silent` are those who do not even mention it. `mentioning` are the ids of the others' articles that do.
    """

    silent: tuple[str, ...] = ()
    mentioning: tuple[str, ...] = ()


def authors_on_subject(
    authors: Sequence[str], subject: str, catalogue: CatalogueSearch, filters: Filters
) -> AuthorsOnSubject:
    """Those of `authors` who have no article on `subject`.

    The subject is a topic of the catalogue or a name. Their passages with a word of it ("South Korea" for "North
    Korea") say nothing on it; a name is looked up with its other names ("UK", "Britain"). A subject in other words may
    have synonyms, so any author may write on it, and so may an acronym that is not known.
    """
    topics = topics_called(subject, tuple(catalogue.distinct_values("topics"))) if subject else ()
    names = other_names(subject)
    is_name = bool(names) or (
        len(subject.split()) == 1 and not is_ordinary_word(subject) and not _ACRONYM.fullmatch(subject)
    )
    if not subject or not (topics or is_name):
        return AuthorsOnSubject()
    silent: list[str] = []
    mentioning: list[str] = []
    for author in authors:
        own = replace(filters, in_words=replace(filters.in_words, authors=(author,)))
        if topics and catalogue.in_scope(replace(own, in_words=replace(own.in_words, topics=topics))):
            continue
        mention_ids = [
            article.ref.id
            for words in (subject, *topics, *names)
            for article in catalogue.mentioning(words, own).articles
        ]
        if not mention_ids:
            silent.append(author)
        elif topics and not catalogue.about(subject, own).is_about:
            mentioning += mention_ids
    return AuthorsOnSubject(tuple(silent), tuple(dict.fromkeys(mentioning)))
