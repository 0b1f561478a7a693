"""Articles into passages: runs of whole sentences, the unit that is encoded and retrieved.

A passage is a slice of its article's text, never a rewriting of it, and always short enough for the encoder to read
whole.
"""

import hashlib
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.article import Article
from rag.sentences import Span, sentence_spans

CountTokens = Callable[[Sequence[str]], Sequence[int]]

# What the encoder reads of one text, without the two marks that it sets around it.
MAX_TOKENS = 254
# As long as the encoder allows: on the chunking questions recall@5 is 92.2 with passages of up to 1,000 characters,
# 94.6 with up to 1,200 and 95.4 with up to 1,300 (then 1,003 on average: mostly it is the encoder's tokens that bind).
MAX_CHARACTERS = 1_300
# No prose packs more sentences; the bound keeps the time linear on text of one-word lines.
MAX_SENTENCES = 64

# What it costs to end a passage here or there, weighed against how full the passages are. Ends between paragraphs and
# before headings rather than as late as possible: recall@5 on the chunking questions 94.8 to 95.4, of it on the papers
# (the document with headings) 87.5 to 90.8; and a reader gets passages that begin where a thought begins. At an inside
# cost of 0.05 and 0.15 it is 94.6 and 94.2, all within two questions of another.
_EACH_PASSAGE = 0.3
_INSIDE_PARAGRAPH = 0.3
_BEFORE_HEADING = -0.1
_AFTER_HEADING = 1.0
_LONGEST_HEADING = 100
_WHITE_SPACE = re.compile(r"[ \t\r\n]")
_NO_HEADING = re.compile(r"[-*+•] |\d|.*[.!?:;,”\"')]$|.*\|", re.DOTALL)


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


def split_article(article: Article, count_tokens: CountTokens) -> list[Passage]:
    """The passages of `article`, in order, none overlapping, together covering every sentence of it.

    `count_tokens` gives the number of the encoder's tokens in each text, without the marks around a text. A sentence
    longer than the encoder reads is cut between words. The article's title is no part of what is encoded: before each
    passage it cost 1 point of recall@5 on XQuAD (vectors alone 94.9 to 93.9, no difference fused) and the tokens.
    """
    text = article.text
    spans = sentence_spans(text)
    counts = count_tokens([text[start:end] for start, end in spans])
    sized = [
        piece
        for span, tokens in zip(spans, counts, strict=True)
        for piece in _fitting(text, span, tokens, count_tokens)
    ]
    runs = [part for run in _packed(text, sized) for part in _readable(text, run, count_tokens)]
    digest = article.sha256
    return [
        Passage(
            id=passage_id(digest, run[0][0], run[-1][1]),
            article_id=article.id,
            ordinal=ordinal,
            start=run[0][0],
            end=run[-1][1],
            text=text[run[0][0] : run[-1][1]],
            sentences=tuple(run),
        )
        for ordinal, run in enumerate(runs)
    ]


def passage_id(article_sha256: str, start: int, end: int) -> str:
    """A hash of all that the passage is and says of itself: an id's content never changes."""
    return hashlib.sha256(f"{article_sha256}:{start}:{end}".encode()).hexdigest()[:32]


def _fitting(text: str, span: Span, tokens: int, count_tokens: CountTokens) -> Iterator[tuple[Span, int]]:
    """`span` with its tokens, or its halves, cut between words where there are any, until the encoder reads each."""
    start, end = span
    if tokens <= MAX_TOKENS or end - start < 2:
        yield span, tokens
        return
    middle = (start + end) // 2
    space = re.compile(r"\s+").search(text, middle, end)
    left, right = space.span() if space and space.end() < end else (middle, middle)
    for half in ((start, left), (right, end)):
        yield from _fitting(text, half, count_tokens([text[slice(*half)]])[0], count_tokens)


def _readable(text: str, run: list[Span], count_tokens: CountTokens) -> Iterator[list[Span]]:
    """`run`, or its halves where its tokens are more than its sentences' together.

    That can be where nothing that the encoder takes for white space stands between two of them.
    """
    gaps = (text[one[1] : other[0]] for one, other in itertools.pairwise(run))
    is_sum = all(_WHITE_SPACE.search(gap) for gap in gaps)
    if is_sum or count_tokens([text[run[0][0] : run[-1][1]]])[0] <= MAX_TOKENS:
        yield run
        return
    middle = len(run) // 2
    for half in (run[:middle], run[middle:]):
        yield from _readable(text, half, count_tokens)


def _packed(text: str, sized: Sequence[tuple[Span, int]]) -> list[list[Span]]:
    """The sentences in the runs that cost least altogether (dynamic programming over where the last run begins)."""
    spans = [span for span, _ in sized]
    breaks = _break_costs(text, spans)
    least, begins = [0.0], [0]
    for last in range(len(spans)):
        tokens, best, best_first = 0, float("inf"), last
        for first in range(last, max(-1, last - MAX_SENTENCES), -1):
            tokens += sized[first][1]
            characters = spans[last][1] - spans[first][0]
            if first < last and (tokens > MAX_TOKENS or characters > MAX_CHARACTERS):
                break
            fullness = min(1.0, max(tokens / MAX_TOKENS, characters / MAX_CHARACTERS))
            cost = least[first] + _EACH_PASSAGE + (1 - fullness) ** 2 + breaks[last]
            if cost < best:
                best, best_first = cost, first
        least.append(best)
        begins.append(best_first)
    runs: list[list[Span]] = []
    end = len(spans)
    while end:
        runs.append(spans[begins[end] : end])
        end = begins[end]
    return runs[::-1]


def _break_costs(text: str, spans: Sequence[Span]) -> list[float]:
    """What a passage's end costs after each sentence; after the last one nothing."""
    headings = [_is_heading(text, span) for span in spans]
    costs = []
    for at in range(len(spans) - 1):
        gap = text[spans[at][1] : spans[at + 1][0]]
        is_table = "|" in text[slice(*spans[at])] and "|" in text[slice(*spans[at + 1])]
        if headings[at]:
            costs.append(_AFTER_HEADING)
        elif headings[at + 1]:
            costs.append(_BEFORE_HEADING)
        else:
            is_paragraph = gap.count("\n") > 1 or ("\n" in gap and not is_table)
            costs.append(0.0 if is_paragraph else _INSIDE_PARAGRAPH)
    return [*costs, 0.0]


def _is_heading(text: str, span: Span) -> bool:
    """A short line of its own that does not end as a sentence or an item of a list does."""
    start, end = span
    if end - start > _LONGEST_HEADING or _NO_HEADING.match(text, start, end):
        return False
    # Looked at no further than the next characters: a text of one long line must not be searched again and again.
    before, after = text[max(0, start - 8) : start].rpartition("\n"), text[end : end + 8].partition("\n")
    return (bool(before[1]) or start < 8) and not before[2].strip() and not after[0].strip()
