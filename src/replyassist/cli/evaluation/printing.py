"""Figures of a run as a table for people."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from ..common import cells, output


def print_figures(figures: dict[str, Any]) -> None:
    """One row for each figure; rates with their 95 % interval and their denominator."""
    table = Table()
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("95 % interval", justify="right")
    table.add_column("of", justify="right")
    for name, value in figures.items():
        table.add_row(*cells(name, *_columns(value)))
    output.print(table)


def _columns(value: Any) -> tuple[str, str, str]:
    if isinstance(value, dict) and "value" in value:
        return f"{value['value']:.3f}", f"{value['low']:.3f} to {value['high']:.3f}", str(value["n"])
    return "-" if value is None else str(value), "", ""
