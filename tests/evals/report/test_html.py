"""The report: complete in one file, its texts escaped, its charts there, its cases under the right heading."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evals.report.charts import faithfulness_chart, make_charts
from evals.report.html import render_report
from evals.run_folder import Run, read_run
from tests.support.eval_results import make_result, write_run

EVIL = "</title><img src=x onerror=alert(1)> & “more”"


class _PageParser(HTMLParser):
    """Tags with their attributes, and the text outside of style."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _parsed(html: str) -> _PageParser:
    parser = _PageParser()
    parser.feed(html)
    return parser


@pytest.fixture
def run(tmp_path: Path) -> Run:
    results = [
        make_result("a-1"),
        make_result("a-2", kind="fact", support=0.2, question=EVIL, quote=EVIL, title=EVIL),
        make_result("a-3", kind="unanswerable", answerable=False, declined=True),
        make_result("a-4", kind="unanswerable", answerable=False),
        make_result("a-5", declined=True),
        make_result("a-6", start=400),
        make_result("a-7", error=f"ValueError: {EVIL}"),
    ]
    return read_run(write_run(tmp_path / "run", results, label="tried"))


def test_the_report_needs_no_other_file_and_runs_no_script(run: Run) -> None:
    html = render_report(run)
    tags = _parsed(html).tags
    assert not {tag for tag, _ in tags} & {"script", "img", "link", "iframe", "object", "form"}
    addresses = [
        value
        for tag, attributes in tags
        for name, value in attributes.items()
        if name in ("src", "href", "xlink:href", "action") and not (value or "").startswith("#")
    ]
    assert addresses == []
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    assert not re.search(r"@import|url\((?!#)", html)
    assert "default-src 'none'" in html


def test_texts_of_articles_questions_and_errors_are_escaped(run: Run) -> None:
    html = render_report(run)
    assert "<img" not in html
    text = "".join(_parsed(html).text)
    assert text.count(EVIL) >= 4  # the question, the quote, the claim, the error


def test_every_chart_is_there_and_takes_its_colours_from_the_page(run: Run) -> None:
    charts = make_charts(run)
    assert set(charts) == {"metrics", "kinds", "faithfulness", "abstention", "latency"}
    html = render_report(run)
    for svg in charts.values():
        assert svg in html
        assert svg.startswith('<svg role="img" aria-label="')
        assert "var(--accent)" in svg or "var(--second)" in svg
        assert not re.search(r"#(?:101112|818283|d1d2d3|0a5fb4|c2571a|000000)\b", svg)
    assert "prefers-color-scheme: dark" in html


def test_the_same_run_gives_the_same_report(run: Run) -> None:
    assert render_report(run) == render_report(run)


def test_cases_stand_under_what_went_wrong_with_them(run: Run) -> None:
    html = render_report(run)
    sections = dict(re.findall(r"<h2>([^<]+)</h2>(.*?)(?=<h2>|</main>)", html, re.DOTALL))
    assert "0% of its claims supported" in sections["Least faithful"]
    assert "none of the gold quoted" in sections["Wrong quotes"]
    assert "declined, though the corpus answers it" in sections["Wrongly declined"]
    assert sections["Answered without an answer in the corpus"].count("<details>") == 1
    assert sections["Slowest"].count("<details>") == 6
    assert "ValueError" in sections["Failed or not judged"]
    assert "<td>quotes</td>" in sections["Settings"]
    assert "abstain below" in sections["Settings"]


def test_a_run_without_an_answer_has_a_report_too(tmp_path: Path) -> None:
    html = render_report(read_run(write_run(tmp_path / "run", [make_result(error="broken")])))
    assert "Nothing was answered." in html
    assert faithfulness_chart([make_result(error="broken")]) is None
