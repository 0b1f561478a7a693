"""The forms of a report: Markdown with footnotes, Word with comments, lines, JSON."""

import io
import json
from datetime import date

import docx

from rag.drafts.findings import ArticleQuote, DraftFinding, DraftReport, WordDifference
from rag.drafts.reports.markdown import to_markdown
from rag.drafts.reports.plain import to_lines
from rag.drafts.reports.word import to_word
from rag.types.article import ArticleRef

ARTICLE = ArticleRef("a", "A *Title*", "Ada", "TIME", date(2024, 6, 30), "https://example.org/a")
TEXT = "She wrote “it is a <b>short</b> road”(sic).\nThe end is <near>.\n"
QUOTED = "it is a <b>short</b> road"
FINDINGS = (
    DraftFinding(
        "quotation",
        "altered",
        TEXT.index(QUOTED),
        TEXT.index(QUOTED) + len(QUOTED),
        QUOTED,
        "Altered from Ada: “short” stands for “long”.",
        ArticleQuote(ARTICLE, "it is a long road", 3, 20),
        (WordDifference("changed", "short", "long"),),
        "it is a long road",
    ),
    DraftFinding("claim", "supported", TEXT.index("The end"), len(TEXT) - 1, "The end is <near>.", "Supported."),
)
REPORT = DraftReport.of(TEXT, reversed(FINDINGS))


def test_findings_are_in_the_order_of_the_text_and_counted() -> None:
    assert REPORT.findings == FINDINGS
    assert REPORT.has_errors
    assert REPORT.summary == "1 quotation: 1 altered; 1 claim: 1 supported"
    assert DraftReport("a", ()).summary == "no quotation and no claim to check"


def test_the_markdown_has_a_footnote_for_each_finding_and_no_markup_of_the_draft() -> None:
    markdown = to_markdown(REPORT)
    assert "road[^1]”(sic)" in markdown
    assert "\\<near\\>.[^2]" in markdown
    assert "[^1]: **quotation: altered**. Altered from Ada" in markdown
    assert "Verbatim: “it is a long road”" in markdown
    assert "A \\*Title\\*" in markdown
    assert "<b>" not in markdown


def test_the_word_document_has_the_text_and_a_comment_on_what_needs_attention() -> None:
    document = docx.Document(io.BytesIO(to_word(REPORT)))
    assert [paragraph.text for paragraph in document.paragraphs][:2] == TEXT.split("\n")[:2]
    (comment,) = document.comments
    assert "Altered from Ada" in comment.text
    assert "Suggestion: it is a long road" in comment.text


def test_a_word_document_is_written_whatever_the_characters() -> None:
    text = "a\x00b\x0c \ud800 c"
    finding = DraftFinding("claim", "contradicted", 0, len(text), text, "no\x01")
    document = docx.Document(io.BytesIO(to_word(DraftReport(text, (finding,)))))
    assert len(list(document.comments)) == 1


def test_lines_show_what_needs_attention_and_the_summary() -> None:
    assert to_lines(REPORT) == [
        f"line 1: altered: {QUOTED}",
        "    Altered from Ada: “short” stands for “long”.",
        "    verbatim: it is a long road",
        "1 quotation: 1 altered; 1 claim: 1 supported.",
    ]


def test_the_json_has_offsets_differences_and_the_source() -> None:
    report = json.loads(json.dumps(REPORT.to_dict()))
    first = report["findings"][0]
    assert report["text"][first["start"] : first["end"]] == first["text"]
    assert first["differences"] == [{"kind": "changed", "draft": "short", "article": "long", "hard": False}]
    assert first["source"]["published"] == "2024-06-30"
    assert report["has_errors"] is True
