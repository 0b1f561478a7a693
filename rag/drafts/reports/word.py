"""The report on a draft as a Word document with comments.

Findings that need attention have a comment.

The document is made anew from the draft's text, one paragraph a line.
"""

import itertools
import re
from io import BytesIO

from rag.drafts.findings import DraftFinding, DraftReport, verdict_in_words
from rag.types.article import reference_line

AUTHOR, INITIALS = "commentary-rag", "cr"
# XML has no way to write these.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def to_word(report: DraftReport) -> bytes:
    """The report as the bytes of a .docx file."""
    from docx import Document
    from docx.text.run import Run

    document = Document()
    commented = [finding for finding in report.findings if not finding.is_sound]
    cuts = sorted({0, len(report.text), *(place for finding in commented for place in (finding.start, finding.end))})
    runs_from: dict[int, Run] = {}
    runs_to: dict[int, Run] = {}
    start = 0
    for line in report.text.split("\n"):
        paragraph = document.add_paragraph()
        end = start + len(line)
        places = [start, *(cut for cut in cuts if start < cut < end), end]
        for left, right in itertools.pairwise(places):
            run = paragraph.add_run(_writable(report.text[left:right]))
            runs_from.setdefault(left, run)
            runs_to[right] = run
        start = end + 1
    for finding in commented:
        first, last = runs_from.get(finding.start), runs_to.get(finding.end)
        if first is not None and last is not None:
            document.add_comment([first, last], text=_writable(_comment(finding)), author=AUTHOR, initials=INITIALS)
    document.add_paragraph(_writable(report.summary))
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _comment(finding: DraftFinding) -> str:
    lines = [f"{verdict_in_words(finding.verdict).capitalize()}. {finding.message}"]
    if finding.source:
        lines.append(f"{reference_line(finding.source.article)}: “{finding.source.quote}”")
    if finding.suggestion:
        lines.append(f"Suggestion: {finding.suggestion}")
    return "\n".join(lines)


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
