"""A report on a draft as HTML: marks, the list, and texts that are no markup."""

import re
from datetime import date

import pytest

from rag.drafts.findings import ArticleQuote, DraftFinding, DraftReport, WordDifference
from rag.types.article import ArticleRef
from rag.ui.drafts.render_draft import findings_html, marked_text_html

ARTICLE = ArticleRef("one", "A <b>Title</b>", "Hard Power", "The Review", date(2024, 5, 3), None)
TEXT = "First <i>words</i> of\nHard Powers & others.\n\nSecond paragraph\n\nand a third."


def finding(words: str, verdict: str = "altered", kind: str = "claim", **more: object) -> DraftFinding:
    start = TEXT.index(words)
    return DraftFinding(kind, verdict, start, start + len(words), words, "Say <so>.", **more)  # type: ignore[arg-type]


def test_the_text_is_whole_and_escaped() -> None:
    findings = [finding("<i>words</i> of\nHard Powers & others."), finding("Hard Powers", "misspelt", "name")]
    html = marked_text_html(TEXT, findings)
    assert "<i>" not in html
    assert re.sub(r"<[^>]+>", "", html.replace("<br>", "\n")).replace("&lt;", "<").replace("&gt;", ">").replace(
        "&amp;", "&"
    ) == TEXT.replace("\n\n", "")
    assert html.count("<p>") == html.count("</p>") == 3


def test_of_overlapping_findings_the_shorter_one_is_marked_and_each_has_one_button() -> None:
    findings = [finding("<i>words</i> of\nHard Powers & others."), finding("Hard Powers", "misspelt", "name")]
    html = marked_text_html(TEXT, findings)
    assert re.findall(r'data-finding="(\d)"( role="button")?', html) == [
        ("0", ' role="button"'), ("1", ' role="button"'), ("0", ""),
    ]  # fmt: skip


def test_a_mark_over_two_paragraphs_is_closed_in_each() -> None:
    html = marked_text_html(TEXT, [finding("Second paragraph\n\nand a")])
    for paragraph in re.findall(r"<p>(.*?)</p>", html, re.DOTALL):
        assert paragraph.count("<mark") == paragraph.count("</mark>")


def test_the_list_names_differences_source_and_suggestion() -> None:
    quote = ArticleQuote(ARTICLE, "The <article> says", 3, 21)
    difference = WordDifference("changed", "ten<", "12", is_hard=True)
    report = DraftReport(TEXT, (finding("Second", kind="quotation", source=quote, differences=(difference,),
                                        suggestion="Third"),))  # fmt: skip
    html = findings_html(report)
    assert 'data-article="one" data-start="3" data-end="21" data-quote="The &lt;article&gt; says"' in html
    assert "<del>ten&lt;</del> <ins>12</ins>" in html
    assert "Verbatim: “Third”" in html
    assert "<b>" not in html
    assert "Say &lt;so&gt;." in html


@pytest.mark.parametrize(
    ("verdict", "mark"),
    [("altered", "wrong"), ("contradicted", "wrong"), ("misattributed", "wrong"), ("verbatim", "good"),
     ("supported", "good"), ("partly", "doubtful"), ("not_covered", "unknown"), ("opinion", "quiet")],
)  # fmt: skip
def test_each_verdict_has_a_mark(verdict: str, mark: str) -> None:
    assert f'class="draft-mark {mark}"' in marked_text_html(TEXT, [finding("Second", verdict)])


def test_an_empty_report_is_an_empty_list() -> None:
    assert findings_html(DraftReport(TEXT, ())) == ""
    assert marked_text_html(TEXT, []).count("<p>") == 3
