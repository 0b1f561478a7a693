"""The golden questions' figures, on answers made by hand; and the whole suite's first cases on the real engine."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.benchmarks.commentary import HIT, Result, hits, missed, percent, run, table
from evals.suite import Case, Gold, load
from rag.answer import Answer, Citation, RankedPassage
from rag.article import ArticleRef

TEXTS = {"a": "0123456789" * 10, "b": "abcdefghij" * 10}


def _answer(*spans: tuple[str, int, int]) -> Answer:
    citations = []
    for number, (article, start, end) in enumerate(spans, 1):
        ref = ArticleRef(article, article, None, None, None, None)
        passage = RankedPassage("p", ref, 0, 100, TEXTS[article], 1.0, 1.0, 1.0)
        citations.append(Citation(number, ref, TEXTS[article][start:end], start, end, passage, 1.0))
    return Answer("q", "q", "…", not spans, None if spans else "why", (), tuple(citations), "quotes")


def _gold(article: str, start: int, end: int) -> Gold:
    return Gold(article=article, quote=TEXTS[article][start:end])


def test_a_citation_hits_when_it_holds_half_of_the_quote() -> None:
    text = "The first sentence stands here. The second sentence stands there."
    texts = {"a": text}
    gold = Gold(article="a", quote="The second sentence stands there.")
    start = text.index(gold.quote)
    enough = start + int(len(gold.quote) * HIT) + 1
    ref = ArticleRef("a", "a", None, None, None, None)
    passage = RankedPassage("p", ref, 0, len(text), text, 1.0, 1.0, 1.0)
    for end, hit in ((enough, True), (enough - 2, False)):
        citation = Citation(1, ref, text[start:end], start, end, passage, 1.0)
        answer = replace(_answer(), abstained=False, citations=(citation,))
        assert hits(gold, answer, texts) is hit


def test_only_the_first_citation_counts_for_the_first() -> None:
    gold = _gold("b", 0, 100)
    answer = _answer(("a", 0, 10), ("b", 0, 100))
    assert hits(gold, answer, TEXTS)
    assert not hits(gold, answer, TEXTS, only_first=True)


def _result(kind: str, **figures: object) -> Result:
    answerable = kind != "unanswerable"
    case = Case.model_validate(
        {
            "id": "x-1", "subject": "x", "kind": kind, "question": "?", "answerable": answerable,
            "gold": [[{"article": "a", "quote": "0123456789"}]] if answerable else [],
            "points": ["p"] if answerable else [],
        }
    )  # fmt: skip
    given = {"declined": False, "groups": None, "first": None, "points": None} | figures
    return Result(case, _answer(), **given)  # type: ignore[arg-type]


def test_figures_are_means_over_the_cases_that_can_have_them() -> None:
    results = [
        _result("why", groups=1.0, first=True, points=0.5),
        _result("why", groups=0.0, first=False, points=0.0, declined=True),
        _result("unanswerable", declined=True),
        _result("unanswerable"),
        _result("unanswerable"),
    ]
    assert percent([True, None, False]) == 50
    assert percent([]) is None
    assert missed(results, {"any_gold_quoted": 50, "rightly_declined": 33, "wrongly_declined_at_most": 50}) == []
    assert missed(results, {"rightly_declined": 34, "wrongly_declined_at_most": 49, "nonsense": 1}) == [
        "rightly_declined: 33.3, the line is 34",
        "wrongly_declined_at_most: 50.0, the line is 49",
        "nonsense: there is no such figure",
    ]
    rows = table(results).splitlines()
    assert rows[2].split("|")[1:7] == [" why ", " 2 ", " 50 ", " 50 ", " 50 ", " 25 "]
    assert rows[-1].split("|")[7:9] == [" 33 ", " 50 "]


def test_cases_are_run_on_the_real_engine(tmp_path: Path) -> None:
    by_kind = {case.kind: case for case in load("commentary", "dev")}
    results = run([by_kind["fact"], by_kind["follow_up"]], tmp_path / "home")
    assert [one.case.kind for one in results] == ["fact", "follow_up"]
    assert all(one.groups is not None for one in results)
    assert results[1].answer.question == by_kind["follow_up"].turns[-1]


def test_the_benchmarks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--help"]) == 0
    assert "abstention, answers, chunking, commentary, speed, verifier" in capsys.readouterr().out
    assert main([]) == 0
    assert "Usage: rag eval" in capsys.readouterr().out


def test_an_unknown_benchmark_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "nonsense"]) == 2
    assert "there is no benchmark 'nonsense'" in capsys.readouterr().err


def test_a_missed_line_is_exit_code_1_and_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text("[dev]\nany_gold_quoted = 101\n")
    few = load("commentary", "dev")[:2]
    monkeypatch.setattr("evals.benchmarks.commentary.load", lambda suite, split: few)
    assert main(["bench", "commentary", "--split", "dev", "--gate", str(gate)]) == 1
    assert "any_gold_quoted: " in capsys.readouterr().err


def test_data_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "answers", "--data", str(tmp_path / "nothing.json")]) == 2
    assert "check --data" in capsys.readouterr().err
