"""A judge against people's labels."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import main
from evals.benchmarks.quality.judge_agreement import load_sets
from tests.conftest import shared


def test_a_judge_is_checked_against_people_s_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "qags"
    folder.mkdir()
    rows = []
    for number in range(12):
        article = f"In town {number} the harvest failed and bread was dear. The mayor of town {number} opened a bridge."
        for sentence, votes in ((f"In town {number} the harvest failed", 3), (f"Aliens landed near town {number}", 0)):
            responses = [{"response": "yes" if voter < votes else "no"} for voter in range(3)]
            rows.append({"article": article, "summary_sentences": [{"sentence": sentence, "responses": responses}]})
    (folder / "xsum.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    arguments = ["judge-check", "--data", str(tmp_path), "--results", str(tmp_path / "r")]
    assert main(arguments) == 0
    judge, baseline = capsys.readouterr().out.splitlines()[2:4]
    assert judge.startswith("| QAGS XSUM | local | 24 | 50% | 1.000 [1.000, 1.000] | 1.000")
    assert baseline.startswith("| QAGS XSUM | features alone | 24 | 50% | 1.000 [1.000, 1.000] |")
    rows[0]["article"] = "—"  # and one whose evidence holds no word
    (folder / "xsum.jsonl").write_text("\n".join(json.dumps(row) for row in [*rows, {**rows[0], "article": ""}]))
    assert main(arguments) == 0


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{}", "(article: Field required)"),
        ('{"article": "A", "summary_sentences": [{"sentence": 1}]}', "(summary_sentences.0.sentence: Input should be"),
        ("[1]", "(a row: Input should be a valid dictionary"),
        ("not JSON", "(Expecting value: "),
    ],
)
def test_a_set_that_is_not_as_published_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, why: str
) -> None:
    (tmp_path / "qags").mkdir()
    (tmp_path / "qags" / "xsum.jsonl").write_text(f"{content}\n")
    assert main(["judge-check", "--data", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "is not QAGS XSUM (Wang et al., ACL 2020) as published" in message
    assert why in message
    assert message.count("\n") == 1


def test_a_mistake_of_our_own_is_no_set_of_another_form(tmp_path: Path) -> None:
    (tmp_path / "qags").mkdir()
    (tmp_path / "qags" / "xsum.jsonl").write_text('{"article": "A", "summary_sentences": []}\n')
    limit: Any = "an argument of ours"
    with pytest.raises(TypeError):
        load_sets(tmp_path, limit)


def test_pairs_that_all_have_one_label_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "qags").mkdir()
    summary = {"sentence": "The harvest failed", "responses": [{"response": "yes"}]}
    rows = [{"article": "The harvest failed.", "summary_sentences": [summary]}] * 2
    (tmp_path / "qags" / "xsum.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    assert main(["judge-check", "--data", str(tmp_path), "--results", str(tmp_path / "r")]) == 2
    assert "nothing can be said of these pairs: all labels are the same" in capsys.readouterr().err


def test_the_published_sets_are_scored(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = shared("data/qags").parent
    assert main(["judge-check", "--data", str(data), "--limit", "12", "--results", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "| WiCE | local | 12 |" in printed
    assert "| WiCE | features alone | 12 |" in printed
