"""Reports of runs: HTML, tables, comparison, thresholds."""

from evals.report.html import write_report

__all__ = ["write_report"]
