"""Renews docs/platforms.md: the table from the registry, and what `make test-platforms` last came to from its record.

`python -m scripts.platforms`, from the root of a checkout.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.channels.cases import with_table

from replyassist.channels.registry import adapters

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, RECORD = DOCS / "platforms.md", DOCS / "platforms-run.json"
BEGIN, END = "<!-- last run -->", "<!-- end of the last run -->"


def with_last_run(page: str, record: dict[str, Any]) -> str:
    """The page with what each file of tests last came to, between its marks."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n{_table(record)}\n{END}{rest.partition(END)[2]}"


def _table(record: dict[str, Any]) -> str:
    lines = ["| tests | on | passed | failed | seconds | load, cores | |", "|---|---|---|---|---|---|---|"]
    for run in record.values():
        cells = (run["title"], run["date"], run["passed"], run["failed"], f"{run['seconds']:,}")
        machine, figures = f"{run['load']}, {run['cores']}", "; ".join(run["figures"])
        lines.append(f"| {' | '.join(map(str, (*cells, machine, figures)))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    text = with_table(PAGE.read_text(encoding="utf-8"), adapters())
    if RECORD.exists():
        text = with_last_run(text, json.loads(RECORD.read_text(encoding="utf-8")))
    PAGE.write_text(text, encoding="utf-8")
