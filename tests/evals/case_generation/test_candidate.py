"""A candidate case's fields, and the file that candidates are written to."""

from pathlib import Path

import pytest

from evals.__main__ import main
from evals.case_generation.candidate import case_id, guess_kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Why did it rain?", "why"),
        ("Who argues that it rained?", "who_argues"),
        ("Do Ana and Bo agree?", "compare"),
        ("What has changed?", "change"),
        ("When did it rain?", "fact"),
    ],
)
def test_the_kind_is_guessed_from_the_question(question: str, kind: str) -> None:
    assert guess_kind(question) == kind


def test_an_id_has_no_signs_that_a_suite_refuses() -> None:
    assert case_id("The Price of Bread!", "who_argues") == "the-price-of-bread-who-argues"
    assert case_id("…", "why") == "case-why"


def test_no_file_is_replaced_and_none_is_written_into_a_suite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    existing = tmp_path / "there.jsonl"
    existing.write_text("kept")
    in_suite = Path(__file__).parents[3] / "evals" / "suites" / "commentary" / "more.jsonl"
    for path, message in ((existing, "is there already"), (in_suite, "is in a suite")):
        assert main(["make-cases", "--out", str(path)]) == 2
        assert message in capsys.readouterr().err
    assert existing.read_text() == "kept"
    assert not in_suite.exists()
