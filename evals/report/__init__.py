"""The report of a run: one HTML file that needs nothing else, and its charts for whoever shows them elsewhere."""

from evals.report.page import write_report

__all__ = ["write_report"]
