"""Finds and reads the passages that say most about claims.

The passages are retrieved as for a question; the trained reader says which sentence is about the claim, and the
verifier how far its passage supports the claim. No language model is asked. The claims of a paragraph are read
together, so that all processors are used.
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from rag.drafts.claims.comparison import DetailConflict, EvidenceText, compare_details, covered_share
from rag.drafts.findings import ArticleQuote
from rag.reading.passage_reader import PassageReader, ReadablePassage
from rag.retrieval.filters import Filters
from rag.retrieval.passage_readings import heading
from rag.retrieval.results import Retrieval, ScoredSentence
from rag.settings.process import cpu_count
from rag.types.passage import RankedPassage
from rag.verification.verifier import SUPPORTED, Verifier
from rag.workspace import Workspace

# Passages that are retrieved and read, and the sentences of each that are read: those around the likeliest one.
# docs/drafts.md has the numbers that were tried.
READ_PASSAGES = 3
READ_SENTENCES = 5
# Passages that the verifier reads, the likeliest first, beside the first that was retrieved.
VERIFIED_PASSAGES = 1


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """A claim to read about.

    `query` are the words by which passages about `statement` are retrieved; `filters` limit the articles.
    """

    statement: str
    query: str
    filters: Filters


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """What the library says about a claim.

    `support` is the verifier's probability in [0, 1], `logit` the reader's that the sentence of `source` is about the
    claim, `covered` the share of the claim's content words there. `conflicts` are the details that differ.
    """

    support: float
    logit: float
    covered: float
    conflicts: tuple[DetailConflict, ...]
    source: ArticleQuote


@dataclass(frozen=True, slots=True)
class _Window:
    """The sentences of a passage that are read, with the reader's logits."""

    passage: RankedPassage
    sentences: tuple[ScoredSentence, ...]
    logits: tuple[float, ...] = ()

    @property
    def best(self) -> int:
        return max(range(len(self.logits)), key=lambda position: self.logits[position])

    @property
    def logit(self) -> float:
        return self.logits[self.best]

    @property
    def nearby(self) -> tuple[ScoredSentence, ...]:
        """The sentence that says most about the claim, with its neighbours."""
        return self.sentences[max(0, self.best - 1) : self.best + 2]


class ClaimEvidence:
    """Reads claims against one library. Thread-safe."""

    def __init__(self, workspace: Workspace, reader: PassageReader, verifier: Verifier) -> None:
        self._workspace = workspace
        self._reader = reader
        self._verifier = verifier

    def read(self, requests: Sequence[EvidenceRequest]) -> list[ClaimReading | None]:
        """The reading of the passage that decides about each request, if any."""
        windows = self._read_windows(requests, list(self._retrievals.map(self._retrieve, requests)))
        likely = [_likely(candidates) for candidates in windows]
        supports = iter(
            self._verifier.score_batch(
                [
                    (_without_known_year(request.statement, window.passage), [window.passage.text])
                    for request, candidates in zip(requests, likely, strict=True)
                    for window in candidates
                ]
            )
        )
        return [
            _reading(request.statement, candidates, [next(supports) for _ in candidates])
            for request, candidates in zip(requests, likely, strict=True)
        ]

    def part_support(self, parts: Sequence[str], source: ArticleQuote) -> list[float]:
        """The verifier's score of each clause of a claim against the words of `source`."""
        return self._verifier.score_batch([(part, [source.quote]) for part in parts])

    def _retrieve(self, request: EvidenceRequest) -> Retrieval:
        return self._workspace.retrieve(request.query, READ_PASSAGES, request.filters)

    def _read_windows(
        self, requests: Sequence[EvidenceRequest], retrievals: Sequence[Retrieval]
    ) -> list[list[_Window]]:
        """The windows of each request, with logits, in the order of the retrieval."""
        rows = [
            (number, request.statement, _window(passage, sentences))
            for number, (request, retrieval) in enumerate(zip(requests, retrievals, strict=True))
            for passage, sentences in zip(retrieval.passages, retrieval.sentences, strict=True)
            if sentences
        ]
        pairs = [
            (statement, ReadablePassage(heading(window.passage.article), tuple(each.text for each in window.sentences)))
            for _, statement, window in rows
        ]
        windows: list[list[_Window]] = [[] for _ in requests]
        for (number, _, window), reading in zip(rows, self._reader.read_pairs("statement", pairs), strict=True):
            if reading.sentences:
                windows[number].append(_Window(window.passage, window.sentences, reading.sentences))
        return windows

    @cached_property
    def _retrievals(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(cpu_count(), "claims")


def _without_known_year(statement: str, passage: RankedPassage) -> str:
    """The statement without the year of the article.

    An article itself seldom states it: "in July 2024".
    """
    published = passage.article.published
    if published is None or str(published.year) in passage.text:
        return statement
    return re.sub(rf"(?<=[a-z\d])(?: (?:in|of))? {published.year}\b", "", statement)


def _window(passage: RankedPassage, sentences: tuple[ScoredSentence, ...]) -> _Window:
    """The sentences around the one that fits the claim best by words and meaning."""
    best = max(range(len(sentences)), key=lambda position: sentences[position].score)
    start = max(0, min(best - READ_SENTENCES // 2, len(sentences) - READ_SENTENCES))
    return _Window(passage, sentences[start : start + READ_SENTENCES])


def _likely(windows: Sequence[_Window]) -> list[_Window]:
    """The windows that the verifier reads.

    The first that was retrieved is one: it may spread over several sentences what the claim says in one.
    """
    likely = sorted(windows, key=lambda window: -window.logit)[:VERIFIED_PASSAGES]
    return [*likely, *(window for window in windows[:1] if window not in likely)]


def _reading(statement: str, windows: Sequence[_Window], supports: Sequence[float]) -> ClaimReading | None:
    if not windows:
        return None
    best = max(range(len(windows)), key=lambda position: supports[position])
    decisive = best if supports[best] >= SUPPORTED else 0
    window = windows[decisive]
    sentence = window.sentences[window.best]
    nearby = " ".join(other.text for other in window.nearby)
    evidence = EvidenceText(sentence.text, nearby, window.passage.text, window.passage.article)
    return ClaimReading(
        support=supports[decisive],
        logit=window.logit,
        covered=covered_share(statement, evidence),
        conflicts=tuple(compare_details(statement, evidence)),
        source=ArticleQuote(window.passage.article, sentence.text, sentence.start, sentence.end),
    )
