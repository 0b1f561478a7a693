"""The report on a draft as lines of plain text, for a terminal."""

from rag.drafts.findings import DraftFinding, DraftReport, verdict_in_words

MAX_SHOWN_CHARACTERS = 160


def to_lines(report: DraftReport) -> list[str]:
    """A line or two for each finding that needs attention, and the summary at the end."""
    lines = [line for finding in report.findings if not finding.is_sound for line in _finding_lines(report, finding)]
    return [*lines, report.summary[:1].upper() + report.summary[1:] + "."]


def _finding_lines(report: DraftReport, finding: DraftFinding) -> list[str]:
    number = report.text.count("\n", 0, finding.start) + 1
    text = " ".join(finding.text.split())
    shown = text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]} …"
    lines = [f"line {number}: {verdict_in_words(finding.verdict)}: {shown}", f"    {finding.message}"]
    if finding.suggestion and finding.kind == "quotation":
        lines.append(f"    verbatim: {' '.join(finding.suggestion.split())}")
    return lines
