"""One HTML file that shows a run: figures with their intervals, plots, and every case, the worst first."""

from replyassist.evaluation.report.page import REPORT, Page, page_of, render, write_report

__all__ = ["REPORT", "Page", "page_of", "render", "write_report"]
