"""Candidate cases from readers' feedback."""

from pathlib import Path

import pytest

from evals.__main__ import main
from evals.case_generation.from_feedback import ExportedFeedback, candidate_from_feedback
from rag.types.article import Article

QUOTE = "Forty bakeries closed in the first winter."
ARTICLES = {"bread": Article("bread", "The Price of Bread", f"Bread was dear. {QUOTE} It rained.")}
GOOD = ExportedFeedback.model_validate(
    {
        "question": "Why is bread cheap?", "answer": "…", "rating": "up", "note": "exactly",
        "citations": [{"article_id": "bread", "quote": QUOTE, "number": 1}],
    }
)  # fmt: skip


def test_the_quotes_of_a_well_rated_answer_become_gold() -> None:
    candidate = candidate_from_feedback(GOOD, ARTICLES)
    assert candidate.kind == "why"
    assert [gold.quote for group in candidate.gold for gold in group] == [QUOTE]
    assert candidate.review.startswith("rated good. The reader wrote: exactly")
    assert candidate_from_feedback(GOOD, {}).gold == ()


def test_a_bad_or_missing_rating_leaves_the_gold_to_a_person() -> None:
    bad = candidate_from_feedback(GOOD.model_copy(update={"rating": -1}), ARTICLES)
    assert bad.gold == ()
    assert "bread: Forty bakeries closed" in bad.review
    unrated = candidate_from_feedback(GOOD.model_copy(update={"rating": None}), ARTICLES)
    assert unrated.review.startswith("not rated")


@pytest.mark.parametrize(
    ("line", "message"),
    [("{}", "question"), ('{"question": "x", "citations": [1]}', "citations.0"), ("no", "Invalid JSON")],
)
def test_a_line_of_feedback_that_is_wrong_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text(f'{{"question": "Why?"}}\n{line}\n')
    assert main(["make-cases", "--feedback", str(path), "--out", str(tmp_path / "out.jsonl")]) == 2
    printed = capsys.readouterr().err
    assert f"{path}:2: " in printed
    assert message in printed
    assert not (tmp_path / "out.jsonl").exists()
