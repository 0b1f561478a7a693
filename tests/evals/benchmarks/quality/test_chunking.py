"""The chunking benchmark's tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from evals.benchmarks.quality.chunking import score_system, scores_table, systems_table
from evals.datasets.chunking import ChunkingQuestion
from evals.metrics.passages import SentenceSpan, score_passages

QUESTION = ChunkingQuestion("What then?", "speech", ((10, 20), (30, 50)))


@dataclass(frozen=True)
class ScoredPassage:
    article_id: str
    start: int
    end: int
    sentences: tuple[SentenceSpan, ...] = ()


def test_a_system_is_asked_for_as_many_passages_as_are_scored() -> None:
    class TenCharacters:
        def search(self, query: str, *, k: int) -> Sequence[ScoredPassage]:
            assert query == QUESTION.text
            return [ScoredPassage("speech", 10 * number, 10 * number + 10) for number in range(6)][:k]

    scores = score_system(TenCharacters(), [QUESTION], 4)

    assert scores[0].recall == pytest.approx(20 / 30)
    assert "66.7" in scores_table([QUESTION], scores)


def test_systems_stand_side_by_side_with_how_far_the_first_is_ahead() -> None:
    ours = [score_passages(QUESTION, [ScoredPassage("speech", 0, 60)]) for _ in range(8)]
    theirs = [score_passages(QUESTION, [ScoredPassage("speech", 10, 20)]) for _ in range(8)]

    rows = systems_table({"ours": ours, "theirs": theirs}).splitlines()

    assert rows[2].startswith("| ours | 100.0 [100.0, 100.0] |")
    assert rows[2].endswith("| – |")
    assert "+66.7 [+66.7, +66.7]" in rows[3]
