"""The report on a draft as Markdown, with a footnote for each finding.

The draft's own markup and the articles' words are escaped: they are shown unchanged and never act as markup.
"""

import re

from rag.drafts.findings import ArticleQuote, DraftFinding, DraftReport, verdict_in_words
from rag.types.article import is_web_address, reference_line

_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~]")


def to_markdown(report: DraftReport) -> str:
    """The report as one Markdown document; its footnotes are numbered from 1."""
    position, body = 0, ""
    ends: dict[int, list[int]] = {}
    for number, finding in enumerate(report.findings, 1):
        ends.setdefault(finding.end, []).append(number)
    for end in sorted(ends):
        body += _escape(report.text[position:end]) + "".join(f"[^{number}]" for number in ends[end])
        # A round bracket directly after the mark would turn both into a link.
        body += "\\" if report.text.startswith("(", end) else ""
        position = end
    body += _escape(report.text[position:])
    footnotes = [f"[^{number}]: {_footnote(finding)}" for number, finding in enumerate(report.findings, 1)]
    heading = f"# Check of a draft\n\n{_escape(report.summary[:1].upper() + report.summary[1:])}."
    return "\n\n".join([heading, "---", body.strip("\n"), *footnotes]) + "\n"


def _footnote(finding: DraftFinding) -> str:
    mark = "" if finding.is_sound else "**"
    verdict = f"{mark}{finding.kind}: {verdict_in_words(finding.verdict)}{mark}"
    parts = [f"{verdict}. {_line(finding.message)}"]
    if finding.source and not finding.is_sound:
        parts.append(_source(finding.source))
    if finding.suggestion and finding.kind == "quotation":
        parts.append(f"Verbatim: “{_line(finding.suggestion)}”")
    return " ".join(parts)


def _source(source: ArticleQuote) -> str:
    url = source.article.url or ""
    link = f" <{url.replace('](', '%5D(')}>" if is_web_address(url) else ""
    return f"{_line(reference_line(source.article))}: “{_line(source.quote)}”{link}"


def _line(text: str) -> str:
    return _escape(" ".join(text.split()))


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)
