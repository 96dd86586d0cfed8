"""One HTML file that shows a run: figures with their intervals, plots, and every case, the worst first."""

from replyassist.evaluation.report.page import REPORT, write_report

__all__ = ["REPORT", "write_report"]
