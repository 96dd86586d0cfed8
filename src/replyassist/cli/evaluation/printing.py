"""Figures of a run as a table for people."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from replyassist.evaluation.record import READY_WRONG

from ..common import cells, output

MOST_SHOWN = 20


def print_figures(figures: dict[str, Any]) -> None:
    """One row for each figure, rates with their 95 % interval and their denominator; then what is ready and wrong."""
    table = Table()
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("95 % interval", justify="right")
    table.add_column("of", justify="right")
    for name, value in figures.items():
        if name != READY_WRONG:
            table.add_row(*cells(name, *_columns(value)))
    output.print(table)
    wrong = figures.get(READY_WRONG, [])
    if wrong:
        output.print(f"{len(wrong)} drafts are called ready, and are wrong:")
    for item in wrong[:MOST_SHOWN]:
        output.print(f"  {item['case']}: {item['why']}", markup=False, soft_wrap=True)
    if len(wrong) > MOST_SHOWN:
        output.print(f"  … and {len(wrong) - MOST_SHOWN} more; --json lists every one")


def _columns(value: Any) -> tuple[str, str, str]:
    if isinstance(value, dict) and "value" in value:
        return f"{value['value']:.3f}", f"{value['low']:.3f} to {value['high']:.3f}", str(value["n"])
    return "-" if value is None else str(value), "", ""
