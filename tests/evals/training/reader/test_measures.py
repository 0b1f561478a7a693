"""The reader's figures out of its logits."""

import pytest

from evals.training.reader.examples import QUESTION, STATEMENT, ReaderExample
from evals.training.reader.measures import ExampleReading, measure_questions, measure_statements


def _question(group: str, gold: tuple[int, ...], *, label: bool) -> ReaderExample:
    return ReaderExample(QUESTION, "Why?", "", ("One.", "Two."), gold, label, "own", group)


def _statement(group: str, *, label: bool) -> ReaderExample:
    return ReaderExample(STATEMENT, "A claim.", "", ("One.",), None, label, "own", group)


def test_the_sentences_of_all_passages_of_a_question_are_ranked_together() -> None:
    examples = [_question("a", (1,), label=True), _question("a", (), label=True), _question("b", (), label=False)]
    readings = [ExampleReading((0.0, 2.0), 1.0), ExampleReading((0.0, 0.5), 2.0), ExampleReading((0.0, 0.0), -1.0)]
    figures = measure_questions(examples, readings)
    assert (figures.questions, figures.area, figures.declined) == (2, 1.0, 1.0)
    assert (figures.first, figures.first_three) == (1.0, 1.0)
    readings[1] = ExampleReading((0.0, 1.5), 2.0)
    figures = measure_questions(examples, readings)
    assert (figures.first, figures.first_three) == (0.0, 1.0)


def test_a_response_is_as_good_as_its_lowest_statement() -> None:
    examples = [_statement("a", label=True), _statement("a", label=False), _statement("b", label=True)]
    figures = measure_statements(examples, [ExampleReading((), 5.0), ExampleReading((), -5.0), ExampleReading((), 1.0)])
    assert (figures.area, figures.response_area, figures.balanced_accuracy) == (1.0, 1.0, 1.0)
    assert figures.calibration_error == pytest.approx(0.094, abs=0.01)
