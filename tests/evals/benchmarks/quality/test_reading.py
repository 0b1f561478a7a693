"""Scores of what is read of saved pages, against their truths."""

import json
from datetime import date
from pathlib import Path

import pytest

from evals.benchmarks.quality.reading import SavedPage, load_pages, main, score_page
from evals.errors import EvalError
from rag.types.article import Article

BODY = "The harbour board wants forty million crowns for a new quay on the north side of the town."
PAGE = SavedPage("quay", b"", text=BODY, title="The Quay", authors=("Ada Brookfield",), published=date(2024, 6, 25))


def test_a_page_read_as_it_is_has_full_scores() -> None:
    article = Article("quay", "The Quay", BODY, author="Ada Brookfield", published=date(2024, 6, 25))
    score = score_page(PAGE, article)
    assert (score.recall, score.precision, score.title, score.authors, score.published) == (1.0, 1.0, True, True, True)


def test_lost_words_lower_recall_and_foreign_words_lower_precision() -> None:
    half = score_page(PAGE, Article("quay", "The Quay", BODY[: len(BODY) // 2]))
    assert half.recall is not None
    assert half.recall < 0.6
    assert half.precision == 1.0
    double = score_page(PAGE, Article("quay", "The Quay", f"{BODY} Subscribe to our newsletter, which comes daily."))
    assert double.recall == 1.0
    assert double.precision is not None
    assert double.precision < 0.8


def test_a_refused_page_has_lost_its_body_and_names_nobody() -> None:
    score = score_page(PAGE, None)
    assert (score.recall, score.title, score.authors, score.published) == (0.0, False, False, False)


def test_what_a_truth_leaves_out_is_not_measured() -> None:
    score = score_page(SavedPage("quay", b""), Article("quay", "Quay", BODY))
    assert (score.recall, score.precision, score.title, score.authors, score.published) == (None,) * 5
    assert (score.passages_read, score.passages_left_out) == (None, None)


def test_passages_of_the_article_are_read_and_those_of_the_rest_left_out() -> None:
    page = SavedPage(
        "quay", b"", article_passages=("forty  million crowns", "a second quay"), other_passages=("Our newsletter",)
    )
    score = score_page(page, Article("quay", "The Quay", BODY))
    assert (score.passages_read, score.passages_left_out) == (0.5, 1.0)
    noisy = score_page(page, Article("quay", "The Quay", f"{BODY} A second quay. Our newsletter comes daily."))
    assert (noisy.passages_read, noisy.passages_left_out) == (1.0, 0.0)


def test_the_command_reads_a_folder_and_prints_each_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "".join(f"<p>{BODY} This is paragraph {number}.</p>" for number in range(5))
    page = f"<html><head><title>The Quay</title></head><body><article><h1>The Quay</h1>{body}</article></body></html>"
    (tmp_path / "quay.html").write_text(page)
    (tmp_path / "quay.json").write_text(json.dumps({"title": "Another title", "authors": [], "with": ["a lost line"]}))
    main(["--data", str(tmp_path), "--mistakes"])
    printed = capsys.readouterr().out
    assert "| authors right | 1.000 | 1 |" in printed
    assert "quay: passages read 0.00; title 'The Quay', true 'Another title'" in printed


@pytest.mark.parametrize("truth", ["[1]", "{", '{"published": "yesterday"}'])
def test_a_truth_that_cannot_be_read_is_named(truth: str, tmp_path: Path) -> None:
    (tmp_path / "quay.html").write_text("<p>")
    (tmp_path / "quay.json").write_text(truth)
    with pytest.raises(EvalError, match=r"quay\.json is not the truth of a page"):
        load_pages(tmp_path)


def test_a_folder_without_pages_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"has no NAME\.html with NAME\.json beside it"):
        load_pages(tmp_path)
