"""Generating candidate cases: no suite takes one before a person has reviewed it."""

import json
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.datasets.cases import SuiteError, load_cases
from tests.support.servers.judge_server import judge_server

TEXT = "The ministry kept the price of bread low because voters remember hunger longer than promises. It rained."


def test_no_suite_takes_a_candidate_before_it_is_reviewed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "dev.jsonl"
    assert main(["make-cases", "--out", str(out), "--per-article", "1"]) == 0
    assert "candidates in" in capsys.readouterr().err
    with pytest.raises(SuiteError, match=r"dev.jsonl:1: review: a candidate case; review and edit it"):
        load_cases(tmp_path, "dev")
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    for line in lines:
        del line["review"]
    out.write_text("\n".join(json.dumps(line) for line in lines))
    assert len(load_cases(tmp_path, "dev")) == len(lines) > 20


def test_a_model_s_quotes_have_to_stand_in_the_article(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "articles.jsonl"
    source.write_text(json.dumps({"id": "bread", "title": "The Price of Bread", "text": TEXT, "author": "Ana"}))
    verbatim = {"kind": "why", "question": "Why was bread cheap?", "point": "Hunger is remembered",
                "quote": TEXT.split(". ")[0] + "."}  # fmt: skip
    invented = {**verbatim, "quote": "The ministry never explained itself."}
    out = tmp_path / "out.jsonl"
    with judge_server(lambda message: json.dumps({"cases": [verbatim, invented]})) as server:
        arguments = ["make-cases", "--articles", str(source), "--model", "m", "--judge-url", server.url]
        assert main([*arguments, "--out", str(out), "--results", str(tmp_path)]) == 0
    printed = capsys.readouterr().err
    assert "1 candidates" in printed
    assert "1 more had a quote that is not in the article once" in printed
    (line,) = map(json.loads, out.read_text().splitlines())
    assert line["question"] == "Why was bread cheap?"
    assert "proposed by m" in line["review"]
