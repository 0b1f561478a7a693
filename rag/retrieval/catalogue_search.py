"""Looks up articles by title, words, subject and scope.

It reads the catalogue and the full-text index, and does not rank by similarity, so its results can be counted.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol, TypeVar

from rag.index.base import Scope
from rag.index.fulltext import FullTextIndex
from rag.retrieval.filters import Filters, resolve_filters
from rag.storage.library import Library
from rag.text.analyzer import content_terms, distinct_terms, terms
from rag.types.article import ArticleRef
from rag.types.catalogue import CataloguedArticle, LibraryCounts
from rag.types.understanding import QuestionScope

T = TypeVar("T")
# The catalogue of a library with at most this many articles is kept in memory, about 10 MB. A larger one is read when
# needed.
MAX_CACHED_ARTICLES = 20_000
# Maximum number of passages that are compared for one question, best BM25 first. If there are more, the count is "at
# least".
MAX_COMPARED_PASSAGES = 2_000
MAX_TITLE_CANDIDATES = 50
# An article is about a term if its title or topics have it, or if its text has it this often.
MIN_OCCURRENCES = 3


@dataclass(frozen=True, slots=True)
class FoundArticles:
    """Articles that were looked up, newest first.

    `is_complete` is whether these are all such articles. `is_about` is whether they are about the subject and do more
    than mention it.
    """

    articles: tuple[CataloguedArticle, ...]
    is_complete: bool = True
    is_about: bool = True


class SearchGuard(Protocol):
    """Runs a search, and returns what it returns."""

    def __call__(self, search: Callable[[], T], /) -> T: ...


class CatalogueSearch:
    """The catalogue of one library. Thread-safe.

    `guard` runs each search of the full-text index; the workspace's guard repairs a damaged index.
    """

    def __init__(self, library: Library, fulltext: FullTextIndex, guard: SearchGuard) -> None:
        self._library = library
        self._fulltext = fulltext
        self._guard = guard
        self._lock = threading.Lock()
        self._cached: tuple[int, tuple[CataloguedArticle, ...]] | None = None

    def snapshot(self) -> "CatalogueSnapshot":
        """The catalogue at one moment, read once for one question."""
        return CatalogueSnapshot(self, self._all_articles())

    def counts(self) -> LibraryCounts:
        """The numbers of articles, passages and characters."""
        return self._library.counts()

    def days(self) -> tuple[date, date] | None:
        """The first and the last day of publication; None without dated articles."""
        return self.snapshot().days()

    def distinct_values(self, field: Literal["author", "source", "topics"]) -> Sequence[str]:
        """The distinct values of a field of the catalogue."""
        return self._library.distinct_values(field)

    def stored_days(self) -> tuple[date, date] | None:
        """The first and the last day of publication, as the library's index has them."""
        return self._library.publication_days()

    def title_candidates(self, words: str) -> Sequence[ArticleRef]:
        """Articles of a large library whose titles `words` may name."""
        content = content_terms(words)[:MAX_TITLE_CANDIDATES]
        hits = self._run(lambda: self._fulltext.search(content, "section", 4 * MAX_TITLE_CANDIDATES, Scope()))
        passages = self._library.passages([hit.id for hit in hits])
        ids = list(dict.fromkeys(passages[hit.id].passage.article_id for hit in hits if hit.id in passages))
        return list(self._library.article_refs(ids[:MAX_TITLE_CANDIDATES]).values())

    def in_scope(self, filters: Filters) -> tuple[CataloguedArticle, ...]:
        """The articles that pass `filters`; newest first, then by title."""
        article_ids = filters.articles
        if article_ids == ():
            return ()
        values = replace(filters, article=None, in_words=replace(filters.in_words, articles=()))
        scope = resolve_filters(values, self._library.distinct_values)
        if scope.is_empty:
            return ()
        cached = self._all_articles()
        without = filters.in_words.without
        if cached is None:
            words = QuestionScope(
                scope.authors or (), scope.sources or (), scope.topics or (), article_ids or (),
                _day(scope.since), _day(scope.until),
            )  # fmt: skip
            admitted = self._library.articles_in_scope(words)
        else:
            admitted = [article for article in cached if _admits(scope, article_ids or (), article)]
        return tuple(article for article in admitted if not (without and _is_left_out(without, article)))

    def mentioning(self, words: str, filters: Filters) -> FoundArticles:
        """The articles whose title or text has `words` as a phrase.

        Words are compared as index terms, so that "tariff" matches "tariffs".
        """
        phrase = terms(words)
        admitted = self.in_scope(filters)
        if not phrase:
            return FoundArticles(())
        passage_ids, is_complete = self._passages_with_all(phrase, "body", filters)
        stored = self._library.passages(passage_ids)
        mentioned = {
            passage.passage.article_id
            for passage in stored.values()
            if _contains_phrase(terms(passage.passage.text), phrase)
        }
        matching = [
            article
            for article in admitted
            if article.ref.id in mentioned or _contains_phrase(terms(article.ref.title), phrase)
        ]
        return FoundArticles(tuple(matching), is_complete)

    def about(self, subject: str, filters: Filters) -> FoundArticles:
        """The articles that are about `subject`.

        Each content term of the subject is in the article's title or topics, or occurs at least MIN_OCCURRENCES times
        in its text. If there is no such article, those that use every term at least once are returned.
        """
        subject_terms = content_terms(subject)
        if not subject_terms:
            return FoundArticles(())
        admitted = {article.ref.id: article for article in self.in_scope(filters)}
        passage_ids, is_complete = self._passages_with_all(subject_terms, "section", filters)
        stored = self._library.passages(passage_ids)
        candidates = {passage.passage.article_id for passage in stored.values()} & admitted.keys()
        candidates |= {
            id for id, article in admitted.items() if all(term in _label_terms(article) for term in subject_terms)
        }
        texts = self._library.articles(sorted(candidates))
        about, mentioning = set(), set()
        for article_id, text in texts.items():
            frequency = Counter(terms(text.text))
            label = _label_terms(admitted[article_id])
            if all(term in label or frequency[term] >= MIN_OCCURRENCES for term in subject_terms):
                about.add(article_id)
            if all(term in label or frequency[term] for term in subject_terms):
                mentioning.add(article_id)
        chosen = about or mentioning
        articles = tuple(article for id, article in admitted.items() if id in chosen)
        return FoundArticles(articles, is_complete, bool(about))

    def knows(self, words: Sequence[str]) -> list[bool]:
        """For each word, whether its index terms occur in the library."""
        word_terms = [terms(word) for word in words]
        occurring = self._run(
            lambda: self._fulltext.occurring_terms(list({term for each in word_terms for term in each}), "section")
        )
        return [bool(each) and all(term in occurring for term in each) for each in word_terms]

    def _passages_with_all(self, words: Sequence[str], field: str, filters: Filters) -> tuple[list[str], bool]:
        scope = resolve_filters(filters, self._library.distinct_values, self._library.passage_ids_of)
        limit = MAX_COMPARED_PASSAGES
        distinct = list(dict.fromkeys(words))
        ids = self._run(lambda: self._fulltext.search_all_terms(distinct, field, limit, scope))
        return ids, len(ids) < limit

    def _all_articles(self) -> tuple[CataloguedArticle, ...] | None:
        """The whole catalogue of a small library, cached for each generation; else None."""
        if self._library.count_articles() > MAX_CACHED_ARTICLES:
            return None
        generation = self._library.generation()
        with self._lock:
            if self._cached is None or self._cached[0] != generation:
                self._cached = generation, tuple(self._library.articles_in_scope(QuestionScope()))
            return self._cached[1]

    def _run(self, search: Callable[[], T]) -> T:
        return self._guard(search)


class CatalogueSnapshot:
    """The names, titles and days of a library's articles at one moment.

    For a small library all articles are in memory; for a large one each request reads the library. Implements
    rag.answering.intent.catalogue.Catalogue.
    """

    def __init__(self, search: CatalogueSearch, articles: tuple[CataloguedArticle, ...] | None) -> None:
        self._search = search
        self._articles = articles
        self._values: dict[str, Sequence[str]] = {}

    def values(self, field: Literal["author", "source", "topics"]) -> Sequence[str]:
        """The distinct values of a field of the catalogue."""
        if field not in self._values:
            self._values[field] = self._search.distinct_values(field)
        return self._values[field]

    def days(self) -> tuple[date, date] | None:
        """The first and the last day of publication; None without dated articles."""
        if self._articles is None:
            return self._search.stored_days()
        days = [article.ref.published for article in self._articles if article.ref.published]
        return (min(days), max(days)) if days else None

    def titled(self, words: str) -> Sequence[ArticleRef]:
        """The articles whose titles `words` may name.

        For a small library these are all articles, for a large one the best candidates.
        """
        if self._articles is None:
            return self._search.title_candidates(words)
        return [article.ref for article in self._articles]


def _admits(scope: Scope, article_ids: Sequence[str], article: CataloguedArticle) -> bool:
    day = article.ref.published
    number = day.year * 10_000 + day.month * 100 + day.day if day else None
    return (
        (scope.authors is None or article.ref.author in scope.authors)
        and (scope.sources is None or article.ref.source in scope.sources)
        and (scope.topics is None or bool(set(scope.topics) & set(article.topics)))
        and (not article_ids or article.ref.id in article_ids)
        and (scope.since is None or (number is not None and number >= scope.since))
        and (scope.until is None or (number is not None and number <= scope.until))
    )


def _is_left_out(without: QuestionScope, article: CataloguedArticle) -> bool:
    """Whether the article has a value, or a day, that the question leaves out."""
    day = article.ref.published
    is_in_period = bool(without.since or without.until) and day is not None
    return (
        article.ref.author in without.authors
        or article.ref.source in without.sources
        or not set(without.topics).isdisjoint(article.topics)
        or article.ref.id in without.articles
        or (
            is_in_period
            and day is not None
            and (without.since is None or day >= without.since)
            and (without.until is None or day <= without.until)
        )
    )


def _label_terms(article: CataloguedArticle) -> frozenset[str]:
    return distinct_terms(" ".join((article.ref.title, *article.topics)))


def _contains_phrase(text_terms: Sequence[str], phrase: Sequence[str]) -> bool:
    length = len(phrase)
    first = phrase[0]
    return any(
        text_terms[start] == first and list(text_terms[start : start + length]) == list(phrase)
        for start in range(len(text_terms) - length + 1)
    )


def _day(number: int | None) -> date | None:
    return date(number // 10_000, number // 100 % 100, number % 100) if number else None
