"""Thresholds and margins, and the file that holds them."""

from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import main
from evals.errors import EvalError
from evals.report.thresholds import exceeded_margins, missed_thresholds, read_thresholds
from evals.run_folder import read_run
from tests.support.eval_results import make_result, write_run
from tests.support.planted_errors import PLANTED_ERRORS, FaultyObject


def test_thresholds_have_the_direction_of_their_metric(tmp_path: Path) -> None:
    results = [make_result("a-1"), make_result("a-2", declined=True)]
    metrics = read_run(write_run(tmp_path / "run", results)).metrics
    kept = {"wrongly_declined": 50, "gold_groups_covered": 50, "latency_p50": 40}
    assert missed_thresholds(metrics, kept) == []
    assert missed_thresholds(metrics, {"wrongly_declined": 49, "gold_groups_covered": 51, "rightly_declined": 1}) == [
        "wrongly declined: 50.0, the threshold is at most 49",
        "gold groups covered: 50.0, the threshold is at least 51",
        "rightly declined: no case has it, the threshold is 1",
    ]
    assert exceeded_margins({}, {"faithfulness": 1}) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[lines.dev]\nnonsense = 1", "there is no metric 'nonsense'"),
        ("[margins]\nfaithfulness = 'x'", "is no number"),
        ("[chat.dev]\nfaithfulness = 1", "there is no metric 'faithfulness'"),
        ("[other]\nfaithfulness = 1", "no table 'other'"),
        ("[[", "is not TOML"),
    ],
)
def test_thresholds_that_cannot_be_read_are_one_line_and_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text(text)
    assert main(["compare", "x", "y", "--thresholds", str(path)]) == 2
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1


def test_the_shipped_thresholds_can_be_read() -> None:
    thresholds = read_thresholds(Path(__file__).parents[3] / "evals" / "thresholds.toml")
    assert thresholds.limits["dev"]
    assert set(thresholds.chat) == {"dev", "test"}
    assert thresholds.margins


@pytest.mark.parametrize("error", PLANTED_ERRORS, ids=lambda error: type(error).__name__)
def test_a_mistake_of_our_own_is_no_file_to_correct(tmp_path: Path, error: Exception) -> None:
    path: Any = FaultyObject(tmp_path / "thresholds.toml", "read_text", error)
    with pytest.raises(type(error)) as raised:
        read_thresholds(path)
    assert raised.value is error


def test_a_file_that_is_not_utf_8_is_not_toml(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_bytes(b"# caf\xe9")
    with pytest.raises(EvalError, match="is not TOML"):
        read_thresholds(path)
