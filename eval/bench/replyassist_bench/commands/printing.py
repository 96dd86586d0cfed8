"""Where benchmarks read their data, and how they print their result."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rich.table import Table

from replyassist.cli.common import output, print_json

DEFAULT_DATA = "../shared/data"


def bench_data() -> Path:
    """The folder of the labelled data (``REPLYASSIST_BENCH_DATA``)."""
    return Path(os.environ.get("REPLYASSIST_BENCH_DATA", DEFAULT_DATA))


def print_result(result: dict[str, Any], *, as_json: bool) -> None:
    """One JSON document, or a table of measures."""
    if as_json:
        print_json(result)
        return
    table = Table()
    table.add_column("measure")
    table.add_column("value", justify="right")
    for name, value in result.items():
        table.add_row(name, str(value))
    output.print(table)
