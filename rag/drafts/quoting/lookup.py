"""Looks quotations up in the full text of the library.

The full-text index gives the passages that share the quotation's words, and the words are compared with those of the
passages' articles: first as they are, then by alignment (rapidfuzz). So the time grows with the length of the
quotation and hardly with the library.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Protocol, TypeVar

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from rag.drafts.quoting.quotations import Quotation, QuotedPiece
from rag.drafts.quoting.words import TextWords, is_content_word, text_words
from rag.index.base import Scope
from rag.index.fulltext import FullTextIndex
from rag.storage.library import Library
from rag.text.analyzer import terms
from rag.types.article import Article
from rag.types.passage import Span

T = TypeVar("T")
# Passages that have every word of the quotation. One of three common words may be in thousands of passages.
MAX_EXACT_PASSAGES = 400
# Passages that have some of its words, best first: enough for a quotation over two passages, and one that was altered.
MAX_NEAR_PASSAGES = 24
# Words that an omission may stand for, and words that an insertion may replace.
MAX_OMITTED_WORDS = 150
MAX_REPLACED_WORDS = 6
# Words that share less with every article are no altered quotation. On the dev half of evals/suites/drafts the altered
# ones share more than this and the invented ones less.
MIN_CONTENT_SHARE = 0.6
MIN_SHARE = 0.55
# A quotation with more content words is found by those that are left.
MAX_FEW_CONTENT_WORDS = 4
# With one word changed, so many words are enough, if a content word is among the others.
MIN_WORDS_OF_ONE_EDIT = 5
# A run of fewer words stands in many articles.
MIN_RUN_WORDS = 4
MIN_RUN_SHARE = 0.6
# Articles kept with their words, about 50 kB each.
MAX_CACHED_ARTICLES = 256
_ARTICLES_PER_READ = 50


@dataclass(frozen=True)
class ReadableArticle:
    """An article and its words."""

    article: Article
    words: TextWords


@dataclass(frozen=True)
class ExactMatch:
    """A place where an article has the quotation's words.

    `spans` are the words of its pieces.
    """

    source: ReadableArticle
    spans: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """The words from the first piece to the last."""
        return self.spans[0][0], self.spans[-1][1]


@dataclass(frozen=True)
class NearMatch:
    """The words of an article that are most like the quotation's.

    `share` is the share of the quotation's words among them, `content_share` that of its content words, in [0, 1].
    `runs` are the longest runs of the quotation that stand anywhere in the article, as (words of the quotation, words
    of the article), and `run_share` is the share of the quotation's words in them. `edits` counts the words that are
    changed, added or dropped, `length` those of the quotation.
    """

    source: ReadableArticle
    span: Span
    share: float
    content_share: float
    runs: tuple[tuple[Span, Span], ...] = ()
    run_share: float = 0.0
    edits: int = 0
    length: int = 0

    @property
    def is_similar(self) -> bool:
        """Whether the quotation is these words, altered."""
        is_near = self.share >= MIN_SHARE and self.content_share >= MIN_CONTENT_SHARE
        has_one_edit = self.edits == 1 and self.content_share > 0 and self.length >= MIN_WORDS_OF_ONE_EDIT
        return is_near or has_one_edit or self.run_share >= MIN_RUN_SHARE


class SearchableText(Protocol):
    """A library with its full-text index."""

    @property
    def library(self) -> Library:
        """The articles."""

    @property
    def fulltext(self) -> FullTextIndex:
        """Their full-text index."""

    def search_safely(self, search: Callable[[], T]) -> T:
        """Runs a search of the index; repairs a damaged index first."""


class QuotationLookup:
    """Finds quotations in one library, within a scope. Thread-safe."""

    def __init__(self, workspace: SearchableText) -> None:
        self._workspace = workspace
        self._read_words = lru_cache(MAX_CACHED_ARTICLES)(_read_words)

    def exact(self, quotation: Quotation, scope: Scope) -> list[ExactMatch]:
        """Places that have the quotation's words, at most one for each article."""
        words = quotation.words.words
        for article_ids in (self._with_every_word(words, scope), self._with_some_words(words, scope)):
            for start in range(0, len(article_ids), _ARTICLES_PER_READ):
                sources = self._readable(article_ids[start : start + _ARTICLES_PER_READ])
                spans = [(source, _exact_spans(quotation.pieces, source.words)) for source in sources]
                matches = [ExactMatch(source, pieces) for source, pieces in spans if pieces]
                if matches:
                    return matches
        return []

    def near(self, quotation: Quotation, scope: Scope) -> NearMatch | None:
        """The most similar words of an article; None where no article shares any."""
        words = quotation.words.words
        nearest = self._nearest(words, self._with_some_words(words, scope))
        if nearest is None or not nearest.is_similar:
            without_one = self._nearest(words, self._with_all_but_one(words, scope))
            nearest = without_one if without_one and without_one.is_similar else nearest
        return nearest

    def _nearest(self, words: Sequence[str], article_ids: Sequence[str]) -> NearMatch | None:
        matches = [near_match(words, source) for source in self._readable(article_ids)]
        return max(matches, key=_similarity, default=None)

    def _with_all_but_one(self, words: Sequence[str], scope: Scope) -> list[str]:
        """Articles with all words but one of the content words.

        A quotation with few of them is hard to find once one is changed: "Each side says that the other has been ...".
        """
        content = [word for word in dict.fromkeys(words) if is_content_word(word)]
        if len(content) > MAX_FEW_CONTENT_WORDS:
            return []
        article_ids = (self._with_every_word([each for each in words if each != word], scope) for word in content)
        return list(dict.fromkeys(id for ids in article_ids for id in ids[:_ARTICLES_PER_READ]))

    def _with_every_word(self, words: Sequence[str], scope: Scope) -> list[str]:
        needed = list(dict.fromkeys(terms(" ".join(words))))
        fulltext = self._workspace.fulltext
        search = self._workspace.search_safely
        return self._articles_of(search(lambda: fulltext.search_all_terms(needed, "body", MAX_EXACT_PASSAGES, scope)))

    def _with_some_words(self, words: Sequence[str], scope: Scope) -> list[str]:
        content = [word for word in words if is_content_word(word)] or list(words)
        wanted = list(dict.fromkeys(terms(" ".join(content))))
        fulltext = self._workspace.fulltext
        hits = self._workspace.search_safely(lambda: fulltext.search(wanted, "body", MAX_NEAR_PASSAGES, scope))
        return self._articles_of([hit.id for hit in hits])

    def _articles_of(self, passage_ids: Sequence[str]) -> list[str]:
        article_of = self._workspace.library.articles_of_passages(passage_ids)
        return list(dict.fromkeys(article_of[id] for id in passage_ids if id in article_of))

    def _readable(self, article_ids: Sequence[str]) -> list[ReadableArticle]:
        articles = self._workspace.library.articles(article_ids)
        return [
            ReadableArticle(articles[id], self._read_words(articles[id].text)) for id in article_ids if id in articles
        ]


def near_match(words: Sequence[str], source: ReadableArticle) -> NearMatch:
    """The words of the article that are most like `words`."""
    article_words = source.words.words
    aligned = fuzz.partial_ratio_alignment(list(words), list(article_words))
    if aligned is None or not article_words:
        return NearMatch(source, (0, 0), 0.0, 0.0)
    runs = tuple(_runs(words, source.words))
    # The alignment's window is as long as the quotation; words that were added or dropped move its ends.
    start, end = aligned.dest_start, aligned.dest_end
    if len(words) > len(article_words):
        start, end = 0, len(article_words)
    margin = max(3, len(words) // 3)
    start, end = max(0, start - margin), min(len(article_words), end + margin)
    operations = list(Levenshtein.opcodes(list(article_words[start:end]), list(words)))
    # Words of the article before and after the quotation are no part of it.
    if operations and operations[0].tag == "delete":
        start += operations.pop(0).src_end
    if operations and operations[-1].tag == "delete":
        last = operations.pop()
        end -= last.src_end - last.src_start
    window = set(article_words[start:end])
    content = [word for word in words if is_content_word(word)] or list(words)
    return NearMatch(
        source,
        (start, end),
        sum(word in window for word in words) / len(words),
        sum(word in window for word in content) / len(content),
        runs,
        sum(quoted[1] - quoted[0] for quoted, _ in runs) / len(words),
        sum(
            max(each.src_end - each.src_start, each.dest_end - each.dest_start)
            for each in operations
            if each.tag != "equal"
        ),
        len(words),
    )


def _similarity(match: NearMatch) -> tuple[float, str]:
    return max(match.share + match.content_share, 2 * match.run_share), match.source.article.id


def _runs(words: Sequence[str], source: TextWords) -> Iterator[tuple[Span, Span]]:
    """The longest runs of `words` in `source`, from the left, without overlap."""
    position, before = 0, 0
    while position <= len(words) - MIN_RUN_WORDS:
        length, starts = MIN_RUN_WORDS, source.runs(words[position : position + MIN_RUN_WORDS])
        if not starts:
            position += 1
            continue
        while position + length < len(words):
            longer = source.runs(words[position : position + length + 1])
            if not longer:
                break
            length, starts = length + 1, longer
        start = next((start for start in starts if start >= before), starts[0])
        yield (position, position + length), (start, start + length)
        position, before = position + length, start + length


def _exact_spans(pieces: Sequence[QuotedPiece], words: TextWords) -> tuple[Span, ...]:
    """The words of the article that are the pieces, in order and near one another.

    Empty if it lacks a piece.
    """
    runs = [words.runs(piece.words.words) for piece in pieces]
    for first in runs[0] if runs else ():
        spans = [(first, first + len(pieces[0].words.words))]
        for (_, piece), starts in zip(pairwise(pieces), runs[1:], strict=True):
            limit = MAX_OMITTED_WORDS if piece.separator == "omission" else MAX_REPLACED_WORDS
            end = spans[-1][1]
            start = next((start for start in starts if end <= start <= end + limit), None)
            if start is None:
                break
            spans.append((start, start + len(piece.words.words)))
        if len(spans) == len(pieces):
            return tuple(spans)
    return ()


def _read_words(text: str) -> TextWords:
    return text_words(text)
