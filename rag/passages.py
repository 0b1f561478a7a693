"""Articles into passages: runs of whole sentences, the unit that is encoded and retrieved.

A passage is a slice of its article's text, never a rewriting of it, and always short enough for the encoder to read
whole.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.article import Article
from rag.sentences import Span, sentence_spans

CountTokens = Callable[[Sequence[str]], Sequence[int]]

# What the encoder reads of one text, without the two marks that it sets around it.
MAX_TOKENS = 254
TARGET_CHARACTERS = 1_000
_PREFIX_CHARACTERS = 120


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


def encoded_prefix(article: Article) -> str:
    """What the encoder reads before each passage of `article`: its title, cut to whole words, and a line break."""
    title = " ".join(article.title.split())
    if len(title) > _PREFIX_CHARACTERS:
        title = title[: _PREFIX_CHARACTERS + 1].rpartition(" ")[0] or title[:_PREFIX_CHARACTERS]
    return f"{title}\n" if title else ""


def split_article(article: Article, count_tokens: CountTokens) -> list[Passage]:
    """The passages of `article`, in order, together covering every sentence of it.

    `count_tokens` gives the number of the encoder's tokens in each text, without the marks around a text. A sentence
    longer than the encoder reads is cut between words.
    """
    text = article.text
    room = MAX_TOKENS - count_tokens([encoded_prefix(article)])[0]
    spans = sentence_spans(text)
    sized = [
        piece
        for span, tokens in zip(spans, count_tokens([text[a:b] for a, b in spans]), strict=True)
        for piece in _fitting(text, span, tokens, room, count_tokens)
    ]
    return [_passage(article, ordinal, run) for ordinal, run in enumerate(_runs(sized, room))]


def passage_id(article: Article, start: int, end: int) -> str:
    """A hash of all that the passage is and says of itself: an id's content never changes."""
    return hashlib.sha256(f"{article.sha256}:{start}:{end}".encode()).hexdigest()[:32]


def _passage(article: Article, ordinal: int, run: Sequence[Span]) -> Passage:
    start, end = run[0][0], run[-1][1]
    return Passage(
        passage_id(article, start, end), article.id, ordinal, start, end, article.text[start:end], tuple(run)
    )


def _fitting(text: str, span: Span, tokens: int, room: int, count_tokens: CountTokens) -> Iterator[tuple[Span, int]]:
    """`span` with its tokens, or its halves, cut between words where there are any, until each fits into `room`."""
    start, end = span
    if tokens <= room or end - start < 2:
        yield span, tokens
        return
    middle = (start + end) // 2
    space = re.compile(r"\s+").search(text, middle, end)
    left, right = (space.start(), space.end()) if space and space.end() < end else (middle, middle)
    for half in ((start, left), (right, end)):
        yield from _fitting(text, half, count_tokens([text[slice(*half)]])[0], room, count_tokens)


def _runs(sized: Sequence[tuple[Span, int]], room: int) -> Iterator[list[Span]]:
    run: list[Span] = []
    used = 0
    for span, tokens in sized:
        if run and (used + tokens > room or span[1] - run[0][0] > TARGET_CHARACTERS):
            yield run
            run, used = [], 0
        run.append(span)
        used += tokens
    if run:
        yield run
