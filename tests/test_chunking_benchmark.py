"""The chunking benchmark's measures, on cases worked out by hand."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.benchmarks.chunking import (
    Question,
    load_documents,
    load_questions,
    mean,
    measure,
    score,
    side_by_side,
    table,
    write_articles,
)
from evals.benchmarks.fitting import Measured, fitted, recall_without
from evals.benchmarks.quickstart import Quickstart
from evals.metrics.spans import Span, length, merged, shared_length
from rag.encoder import BundledEncoder


@dataclass(frozen=True)
class Part:
    start: int
    end: int


@dataclass(frozen=True)
class Passage:
    article_id: str
    start: int
    end: int
    sentences: tuple[Part, ...] = ()


QUESTION = Question("What then?", "speech", ((10, 20), (30, 50)))
spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair))), max_size=8)


@given(spans, spans)
def test_span_arithmetic_agrees_with_sets_of_characters(some: list[Span], others: list[Span]) -> None:
    def characters(spans: list[Span]) -> set[int]:
        return {at for start, end in spans for at in range(start, end)}

    assert characters(merged(some)) == characters(some)
    assert length(some) == len(characters(some))
    assert shared_length(some, others) == len(characters(some) & characters(others))


def test_passages_are_scored_by_the_characters_of_the_gold_that_they_cover() -> None:
    # Gold: 30 characters. Retrieved: 25 + 20 of another document; of the gold 5 + 10 are in the first.
    found = [Passage("speech", 15, 40), Passage("paper", 10, 30)]

    scores = score(QUESTION, found)

    assert scores.recall == pytest.approx(15 / 30)
    assert scores.precision == pytest.approx(15 / 45)
    assert scores.iou == pytest.approx(15 / (30 + 45 - 15))
    assert scores.passage_length == pytest.approx(22.5)


def test_passages_that_overlap_are_counted_once() -> None:
    scores = score(QUESTION, [Passage("speech", 0, 40), Passage("speech", 20, 60)])

    assert scores.recall == 1
    assert scores.precision == pytest.approx(30 / 60)


def test_highlights_are_scored_like_passages_and_those_elsewhere_are_wrong() -> None:
    found = [
        Passage("speech", 0, 60, (Part(10, 20), Part(20, 30))),
        Passage("paper", 0, 60, (Part(30, 40),)),
    ]

    scores = score(QUESTION, found)

    assert scores.sentence_recall == pytest.approx(10 / 30)
    assert scores.sentence_precision == pytest.approx(10 / 30)


def test_nothing_found_scores_nothing() -> None:
    assert score(QUESTION, []).recall == score(QUESTION, []).precision == score(QUESTION, []).sentence_precision == 0


def test_questions_weigh_the_same_in_the_mean_however_long_their_gold() -> None:
    one = score(QUESTION, [Passage("speech", 0, 60)])
    other = score(Question("?", "speech", ((0, 1),)), [])

    assert mean([one, other]).recall == pytest.approx(0.5)


def test_the_engine_is_asked_for_as_many_passages_as_are_scored() -> None:
    class Engine:
        def search(self, query: str, *, k: int) -> list[Passage]:
            assert query == QUESTION.text
            return [Passage("speech", 10 * at, 10 * at + 10) for at in range(6)][:k]

    scores = measure(Engine(), [QUESTION], 4)

    assert scores[0].recall == pytest.approx(20 / 30)
    assert "66.7" in table([QUESTION], scores)


def test_fitting_finds_the_signal_that_tells_the_gold() -> None:
    random = np.random.default_rng(7)
    signals = [random.random((20, 3)) for _ in range(60)]
    gains = [(rows[:, 1] >= np.sort(rows[:, 1])[-2]).astype(float) for rows in signals]

    weights = fitted(signals, gains)

    assert np.argmax(weights) == 1
    assert weights[1] > 5 * max(weights[0], weights[2])
    assert (weights >= 0).all()


def test_cross_validation_ranks_each_fold_by_what_the_others_taught() -> None:
    def asked(name: str, right: int) -> Measured:
        # Two signals; the gold's passage has the one numbered `right`.
        rows = np.array([[1.0, 0.0], [0.0, 1.0]])
        candidates = [Passage(name, 0, 10), Passage(name, 10, 20)]
        return Measured(Question("?", name, (((10 * right), 10 * right + 10),)), candidates, rows)

    agreeing = [asked("a", 1), asked("b", 1)]
    contrary = [asked("a", 1), asked("b", 0)]

    assert recall_without(agreeing, ["a", "b"], k=1) == 1
    assert recall_without(contrary, ["a", "b"], k=1) == 0


def test_the_published_files_are_read_and_the_documents_kept_to_the_character(tmp_path: Path) -> None:
    text = "\nFirst line. \r\nSecond \u00a0line “quoted”.\n\n"
    (tmp_path / "speech.md").write_bytes(text.encode())
    references = json.dumps([{"content": "First", "start_index": 1, "end_index": 6}]).replace('"', '""')
    (tmp_path / "questions.csv").write_text(f'question,references,corpus_id\n"One, or two?","{references}",speech\n')

    documents = load_documents(tmp_path)
    write_articles(documents, tmp_path / "all.jsonl")
    lines = (tmp_path / "all.jsonl").read_text().splitlines()

    assert load_questions(tmp_path / "questions.csv") == [Question("One, or two?", "speech", ((1, 6),))]
    assert [json.loads(line)["text"] for line in lines] == [text]


def test_the_quickstart_s_chunks_lie_where_they_stand_even_when_a_text_comes_twice(encoder: BundledEncoder) -> None:
    verse = "The harvest failed and bread was dear. " * 8
    text = verse + "\n\nA rule on exports kept the newest chips away from the laboratories.\n\n" + verse
    quickstart = Quickstart({"poem": text}, encoder, size=40, overlap=0)

    found = quickstart.search("Which rule kept chips away?", k=50)

    assert any("newest chips" in text[one.start : one.end] for one in found[:1])
    covered = merged([(one.start, one.end) for one in found])
    assert length(covered) > 0.95 * len(text)
    assert quickstart.chunks == len(found)


def test_systems_stand_side_by_side_with_how_far_the_first_is_ahead() -> None:
    ours = [score(QUESTION, [Passage("speech", 0, 60)]) for _ in range(8)]
    theirs = [score(QUESTION, [Passage("speech", 10, 20)]) for _ in range(8)]

    rows = side_by_side({"ours": ours, "theirs": theirs}).splitlines()

    assert rows[2].startswith("| ours | 100.0 [100.0, 100.0] |")
    assert rows[2].endswith("| – |")
    assert "+66.7 [+66.7, +66.7]" in rows[3]
