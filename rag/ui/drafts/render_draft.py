"""The report on a draft as HTML: the text with marks, and a list of the findings.

All text is escaped here. A mark and its finding in the list have the same number, `data-finding`.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from rag.drafts.findings import DraftFinding, DraftReport, WordDifference, verdict_in_words

# The verdicts that do not call for a look at the source, and those that only may.
_MARK_OF_VERDICT = {
    "verbatim": "good", "supported": "good", "resolved": "good", "opinion": "quiet",
    "cut": "doubtful", "partly": "doubtful", "misspelt": "doubtful", "unresolved": "doubtful",
    "not_supporting": "doubtful", "not_found": "unknown", "not_covered": "unknown",
}  # fmt: skip
_GOOD, _QUIET, _WRONG = "good", "quiet", "wrong"
_SIGNS = {_GOOD: "✓", "doubtful": "!", "unknown": "?", _QUIET: "·", _WRONG: "✗"}


def marked_text_html(text: str, findings: Sequence[DraftFinding]) -> str:
    """The draft in paragraphs; each finding is marked where it stands.

    Where findings overlap, the mark is that of the shorter one: a name within a sentence. The first part of a finding
    is a button for the keyboard; parts that another finding cuts off are marked only.
    """
    edges = sorted({0, len(text), *(edge for finding in findings for edge in (finding.start, finding.end))})
    seen: set[int] = set()
    pieces: list[str] = []
    for start, end in pairwise(edges):
        number = _mark_at(findings, start, end)
        pieces.append(_piece(text[start:end], findings, number, is_first=number not in seen))
        seen |= {number} if number is not None else set()
    paragraphs = "".join(pieces).split("\n\n")
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph.strip())


def findings_html(report: DraftReport) -> str:
    """The findings in the order of the text, those that need attention in full."""
    items = "".join(_item(number, finding) for number, finding in enumerate(report.findings))
    return f'<ol class="draft-list">{items}</ol>' if items else ""


def summary_in_words(report: DraftReport) -> str:
    """The summary as a sentence."""
    summary = report.summary
    return f"{summary[:1].upper()}{summary[1:]}."


def _mark_at(findings: Sequence[DraftFinding], start: int, end: int) -> int | None:
    """The number of the shortest finding that covers these characters."""
    covering = [number for number, each in enumerate(findings) if each.start <= start and each.end >= end]
    return min(covering, key=lambda number: findings[number].end - findings[number].start, default=None)


def _piece(text: str, findings: Sequence[DraftFinding], number: int | None, *, is_first: bool) -> str:
    if number is None or not text.strip():
        return _lines(text)
    finding = findings[number]
    kind = _mark_of(finding)
    control = f' role="button" tabindex="0" title="{escape(_label(finding))}"' if is_first and kind != _QUIET else ""
    opening, closing = f'<mark class="draft-mark {kind}" data-finding="{number}"{control}>', "</mark>"
    # A mark over two paragraphs is closed and opened again.
    return opening + f"{closing}\n\n{opening}".join(_lines(part) for part in text.split("\n\n")) + closing


def _lines(text: str) -> str:
    return "\n\n".join(escape(part).replace("\n", "<br>") for part in text.split("\n\n"))


def _item(number: int, finding: DraftFinding) -> str:
    kind = _mark_of(finding)
    source = finding.source
    place = (
        f' data-article="{escape(source.article.id)}" data-start="{source.start}" data-end="{source.end}"'
        f' data-quote="{escape(source.quote)}"'
        if source
        else ""
    )
    sign = f'<span class="sign" aria-hidden="true">{_SIGNS[kind]}</span>'
    label = f'<span class="draft-verdict">{sign} {escape(_label(finding))}</span>'
    shown = " ".join(finding.text.split())
    shown = shown if len(shown) <= 160 else f"{shown[:157].rstrip()} …"
    quote = f'<blockquote class="draft-source">{escape(source.quote)}</blockquote>' if source and kind != _GOOD else ""
    details = "" if kind in (_GOOD, _QUIET) else f"{_differences(finding.differences)}{quote}{_suggestion(finding)}"
    article = f'<button type="button" class="open-source">{escape(source.article.title)}</button>' if source else ""
    return (
        f'<li class="draft-finding {kind}" data-finding="{number}" tabindex="-1"{place}>{label}'
        f'<p class="draft-words">{escape(shown)}</p><p class="draft-message">{escape(finding.message)}</p>'
        f"{details}{article}</li>"
    )


def _differences(differences: Sequence[WordDifference]) -> str:
    """Changed words, the draft's struck through and the article's beside them."""
    parts = []
    for difference in differences[:8]:
        old = f"<del>{escape(difference.draft)}</del>" if difference.draft else ""
        new = f"<ins>{escape(difference.article)}</ins>" if difference.article else ""
        parts.append(f'<li class="{"hard" if difference.is_hard else "soft"}">{old} {new}</li>')
    return f'<ul class="draft-differences" aria-label="Differences">{"".join(parts)}</ul>' if parts else ""


def _suggestion(finding: DraftFinding) -> str:
    if not finding.suggestion:
        return ""
    lead = "Verbatim" if finding.kind == "quotation" else "Suggestion"
    return f'<p class="draft-suggestion">{lead}: “{escape(finding.suggestion)}”</p>'


def _label(finding: DraftFinding) -> str:
    return f"{finding.kind}: {verdict_in_words(finding.verdict)}"


def _mark_of(finding: DraftFinding) -> str:
    return _MARK_OF_VERDICT.get(finding.verdict, _WRONG)
