"""The newest eval report, in a frame without scripts and network access."""

import logging
from html import escape
from pathlib import Path

log = logging.getLogger(__name__)

MAX_REPORT_BYTES = 5_000_000


def report_html(results: Path) -> str:
    """The newest `report.html` under `results`, in a frame.

    If there is no readable report, it is a line that says how to make one.
    """
    try:
        report = max(results.glob("*/report.html"), key=lambda path: path.stat().st_mtime, default=None)
        if report is not None and report.stat().st_size <= MAX_REPORT_BYTES:
            return (
                f'<p class="meta">The newest eval report: {escape(report.parent.name)}</p>'
                f'<iframe class="report" sandbox="" title="Eval report" srcdoc="{escape(report.read_text("utf-8"))}">'
                "</iframe>"
            )
    except (OSError, UnicodeDecodeError):
        log.exception("the eval report cannot be shown")
    return '<p class="notice" role="note">No eval report yet. Make one with: rag eval run</p>'
