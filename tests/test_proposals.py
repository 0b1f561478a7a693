"""Proposed cases: their quotes are gold that holds, and no suite takes one that nobody has reviewed."""

import json
from datetime import date
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.proposals.feedback import Feedback, proposed
from evals.proposals.proposal import guessed_kind
from evals.proposals.templates import proposed as by_rule
from evals.suite import Case, SuiteError, load, misquoted
from rag.article import Article
from tests.judging import serving

TEXT = (
    "The ministry kept the price of bread low because voters remember hunger longer than promises. Forty bakeries "
    "closed in the first winter. A subsidy that nobody dares to end is a debt, and it would be wise to say so now."
)
ARTICLE = Article("bread", "The Price of Bread", TEXT, "Kitchen Table", "The Review", date(2024, 1, 2))


def test_rules_ask_for_a_reason_a_number_and_a_view() -> None:
    found = list(by_rule(ARTICLE, 3))
    assert [one.question for one in found] == [
        "Why does Kitchen Table say that the ministry kept the price of bread low?",
        "How many bakeries does Kitchen Table speak of in “The Price of Bread”?",
        "Who argues that a subsidy that nobody dares to end is a debt, and it would be wise to say so now?",
    ]
    assert found[0].points == ("Because voters remember hunger longer than promises",)
    assert list(by_rule(ARTICLE, 1)) == found[:1]
    for one in found:
        case = Case.model_validate(one.model_dump(exclude={"review"}))
        assert list(misquoted([case], {"bread": TEXT})) == []


def test_no_suite_takes_a_proposal_before_it_is_reviewed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "dev.jsonl"
    assert main(["make-cases", "--out", str(out), "--per-article", "1"]) == 0
    assert "proposals in" in capsys.readouterr().err
    with pytest.raises(SuiteError, match=r"dev.jsonl:1: review: a proposal that nobody has reviewed"):
        load(tmp_path, "dev")
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    for line in lines:
        del line["review"]
    out.write_text("\n".join(json.dumps(line) for line in lines))
    assert len(load(tmp_path, "dev")) == len(lines) > 20


def test_nothing_is_written_over_nor_into_a_suite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "there.jsonl"
    out.write_text("kept")
    suites = Path(__file__).parent.parent / "evals" / "suites" / "commentary" / "more.jsonl"
    for path, said in ((out, "is there already"), (suites, "lies in a suite")):
        assert main(["make-cases", "--out", str(path)]) == 2
        assert said in capsys.readouterr().err
    assert out.read_text() == "kept"
    assert not suites.exists()


def test_a_model_s_quotes_have_to_stand_in_the_article(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "articles.jsonl"
    source.write_text(json.dumps({"id": "bread", "title": "The Price of Bread", "text": TEXT, "author": "Ana"}))
    true = {"kind": "why", "question": "Why was bread cheap?", "point": "Hunger is remembered",
            "quote": TEXT.split(". ")[0] + "."}  # fmt: skip
    made_up = {**true, "quote": "The ministry never explained itself."}
    out = tmp_path / "out.jsonl"
    with serving(lambda message: json.dumps({"cases": [true, made_up]})) as server:
        asked = ["make-cases", "--articles", str(source), "--model", "m", "--judge-url", server.url]
        assert main([*asked, "--out", str(out), "--results", str(tmp_path)]) == 0
    told = capsys.readouterr().err
    assert "1 proposals" in told
    assert "1 more gave a quote that is not in the article once" in told
    (line,) = map(json.loads, out.read_text().splitlines())
    assert line["question"] == "Why was bread cheap?"
    assert "proposed by m" in line["review"]


def test_feedback_becomes_cases_to_look_into(tmp_path: Path) -> None:
    good = Feedback.model_validate(
        {
            "question": "Why is bread cheap?", "answer": "…", "rating": "up", "note": "exactly",
            "citations": [{"article_id": "bread", "quote": "Forty bakeries closed in the first winter.", "number": 1}],
        }
    )  # fmt: skip
    held = {"bread": ARTICLE}
    one = proposed(good, held)
    assert one.kind == "why"
    assert [gold.quote for group in one.gold for gold in group] == ["Forty bakeries closed in the first winter."]
    assert one.review.startswith("rated good. The reader wrote: exactly")
    bad = proposed(good.model_copy(update={"rating": -1}), held)
    assert bad.gold == ()
    assert "bread: Forty bakeries closed" in bad.review
    assert proposed(good.model_copy(update={"rating": None}), held).review.startswith("not rated")
    assert proposed(good, {}).gold == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [("{}", "question"), ('{"question": "x", "citations": [1]}', "citations.0"), ("no", "Invalid JSON")],
)
def test_a_line_of_feedback_that_is_wrong_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text(f'{{"question": "Why?"}}\n{line}\n')
    assert main(["make-cases", "--feedback", str(path), "--out", str(tmp_path / "out.jsonl")]) == 2
    told = capsys.readouterr().err
    assert f"{path}:2: " in told
    assert said in told
    assert not (tmp_path / "out.jsonl").exists()


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
    assert guessed_kind(question) == kind
