"""Finds and reads the passages that say most about a claim.

The passages are retrieved as for a question; the trained reader says which sentence is about the claim, and the
verifier how far the passage supports it. No language model is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.drafts.claims.comparison import DetailConflict, EvidenceText, compare_details, covered_share
from rag.drafts.findings import ArticleQuote
from rag.reading.passage_reader import PassageReader, PassageReading, ReadablePassage
from rag.retrieval.filters import Filters
from rag.retrieval.passage_readings import heading
from rag.retrieval.results import ScoredSentence
from rag.types.passage import RankedPassage
from rag.verification.verifier import SUPPORTED, Verifier
from rag.workspace import Workspace

# Passages that are retrieved and read.
READ_PASSAGES = 5
# Passages that the verifier reads, the likeliest first, beside the first that was retrieved.
VERIFIED_PASSAGES = 1


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
class _ReadPassage:
    passage: RankedPassage
    sentences: tuple[ScoredSentence, ...]
    best: int
    logit: float


class ClaimEvidence:
    """Reads claims against one library. Thread-safe."""

    def __init__(self, workspace: Workspace, reader: PassageReader, verifier: Verifier) -> None:
        self._workspace = workspace
        self._reader = reader
        self._verifier = verifier

    def read(self, statement: str, context: str, filters: Filters) -> ClaimReading | None:
        """The reading of the passage that decides about `statement`, if there is any.

        `context` is the sentence to which the statement refers, "" for none.
        """
        query = f"{context} {statement}".strip()
        retrieval = self._workspace.retrieve(query, READ_PASSAGES, filters)
        passages = [
            ReadablePassage(heading(passage.article), tuple(sentence.text for sentence in sentences))
            for passage, sentences in zip(retrieval.passages, retrieval.sentences, strict=True)
        ]
        readings = self._reader.read("statement", statement, passages)
        candidates = [
            _candidate(passage, sentences, reading)
            for passage, sentences, reading in zip(retrieval.passages, retrieval.sentences, readings, strict=True)
            if sentences and reading.sentences
        ]
        if not candidates:
            return None
        # The first that was retrieved is read too: it may spread over several sentences what the claim says in one.
        likely = sorted(candidates, key=lambda candidate: -candidate.logit)[:VERIFIED_PASSAGES]
        likely += [candidate for candidate in candidates[:1] if candidate not in likely]
        supports = self._verifier.score_batch([(statement, [candidate.passage.text]) for candidate in likely])
        support = max(supports)
        decisive = likely[supports.index(support)] if support >= SUPPORTED else likely[0]
        return _reading(statement, decisive, supports[likely.index(decisive)])

    def part_support(self, parts: Sequence[str], source: ArticleQuote) -> list[float]:
        """The verifier's score of each clause of a claim against the words of `source`."""
        return self._verifier.score_batch([(part, [source.quote]) for part in parts])


def _candidate(passage: RankedPassage, sentences: tuple[ScoredSentence, ...], reading: PassageReading) -> _ReadPassage:
    best = max(range(len(reading.sentences)), key=lambda position: reading.sentences[position])
    return _ReadPassage(passage, sentences, best, reading.sentences[best])


def _reading(statement: str, candidate: _ReadPassage, support: float) -> ClaimReading:
    sentence = candidate.sentences[candidate.best]
    nearby = candidate.sentences[max(0, candidate.best - 1) : candidate.best + 2]
    evidence = EvidenceText(
        sentence.text, " ".join(other.text for other in nearby), candidate.passage.text, candidate.passage.article
    )
    return ClaimReading(
        support=support,
        logit=candidate.logit,
        covered=covered_share(statement, evidence),
        conflicts=tuple(compare_details(statement, evidence)),
        source=ArticleQuote(candidate.passage.article, sentence.text, sentence.start, sentence.end),
    )
