"""The newest eval report, shown in a frame that can run nothing and reach nothing."""

import logging
from html import escape
from pathlib import Path

log = logging.getLogger(__name__)

LARGEST_REPORT = 5_000_000


def report_html(results: Path) -> str:
    """The newest `report.html` under `results`, or a line that says how to have one. Never raises."""
    try:
        found = max(results.glob("*/report.html"), key=lambda path: path.stat().st_mtime, default=None)
        if found is not None and found.stat().st_size <= LARGEST_REPORT:
            return (
                f'<p class="meta">The newest eval report: {escape(found.parent.name)}</p>'
                f'<iframe class="report" sandbox="" title="Eval report" srcdoc="{escape(found.read_text("utf-8"))}">'
                "</iframe>"
            )
    except (OSError, ValueError):
        log.exception("the eval report cannot be shown")
    return '<p class="notice" role="note">No eval report yet. Make one with: rag eval run</p>'
