"""Articles into passages: runs of whole sentences, the unit that is encoded and retrieved.

A passage is a slice of its article's text, never a rewriting of it, and always short enough for the encoder to read
whole.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.article import Article
from rag.sentences import Span


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice `article.text[start:end]`; `sentences` are its sentences' offsets in the article's text."""

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]


def split_article(article: Article, count_tokens: Callable[[Sequence[str]], Sequence[int]]) -> list[Passage]:
    """The passages of `article`, in order, together covering every sentence of it."""
    raise NotImplementedError


def passage_id(article: Article, start: int, end: int) -> str:
    """A hash of all that the passage is and says of itself: an id's content never changes."""
    return hashlib.sha256(f"{article.sha256}:{start}:{end}".encode()).hexdigest()[:32]
