"""A line of results.jsonl: written, read back, and its answer as a typed object."""

from pathlib import Path

import pytest

from evals.datasets.cases import TextSpan
from evals.errors import EvalError
from evals.result import CaseResult, read_results
from tests.support.eval_results import QUOTE, make_answer, make_result


def test_a_line_is_read_back_as_it_was_written() -> None:
    for result in (make_result(), make_result(declined=True), make_result(error="broken")):
        assert CaseResult.model_validate_json(result.model_dump_json()) == result


def test_the_line_holds_the_whole_answer_under_its_key() -> None:
    assert make_result().model_dump(mode="json")["answer"] == make_answer().to_dict()


def test_the_answer_is_a_typed_object() -> None:
    answer = make_result(start=7).answer
    assert answer is not None
    assert answer.timings_ms.total == 40
    assert answer.statements[0].citations == (1,)
    assert answer.citations[0].quote == QUOTE
    assert make_result(start=7).quoted_spans == [TextSpan("a", 7, 7 + len(QUOTE))]


def test_a_failed_case_has_no_answer_and_did_not_abstain() -> None:
    failed, declined = make_result(error="broken"), make_result(declined=True)
    assert failed.answer is None
    assert (failed.is_failed, failed.is_declined) == (True, False)
    assert (declined.is_failed, declined.is_declined) == (False, True)
    assert failed.quoted_spans == declined.quoted_spans == []


def test_a_last_line_that_a_kill_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    line = make_result().model_dump_json()
    path.write_text(f"{line}\n{line[:100]}")
    assert read_results(path) == [make_result()]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{}", r"results.jsonl:1: case: Field required"),
        ('{"answer": 1}', r"results.jsonl:1: case"),
        (make_result().model_dump_json().replace('"timings_ms"', '"times"'), r"results.jsonl:1: timings_ms"),
        (make_result().model_dump_json().replace('"version":1', '"version":9', 1), r"is of version 9"),
    ],
)
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "results.jsonl").write_text(line + "\n")
    with pytest.raises(EvalError, match=message):
        read_results(tmp_path / "results.jsonl")
