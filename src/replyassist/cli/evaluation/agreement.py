"""``replyassist eval agreement``: our verdicts against people's labels."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from replyassist.evaluation.agreement import Agreement
from replyassist.evaluation.agreement import agreement as agreement_of
from replyassist.evaluation.labels import STRICTNESS, load_labels
from replyassist.evaluation.statistics import Interval

from ..common import cells, output, print_json
from .printing import print_figures
from .runs import RunName, kept_run


def agreement(
    run: RunName,
    labels: Annotated[Path, typer.Option("--labels", help="A JSONL file of labels, or a folder of them.")],
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say how well the checks' verdict agrees with people who read the same drafts."""
    found = agreement_of(kept_run(run), load_labels(labels))
    if json:
        print_json(found.model_dump(mode="json"))
        return
    show_confusion(found.confusion, "verdict")
    print_figures(_figures(found))
    if found.too_lenient:
        text = f"Called ready, and people would not send: {', '.join(found.too_lenient)}"
        output.print(text, markup=False, soft_wrap=True)


def show_confusion(confusion: dict[str, dict[str, int]], ours: str) -> None:
    """One row for each of our verdicts, one column for each label of the people."""
    table = Table()
    table.add_column(ours)
    for usability in STRICTNESS:
        table.add_column(usability.value, justify="right")
    for verdict, counts in confusion.items():
        table.add_row(*cells(verdict, *(counts.get(usability.value, 0) for usability in STRICTNESS)))
    output.print(table)


def figure(interval: Interval | None) -> dict[str, Any] | None:
    """An interval as the tables print it."""
    return asdict(interval) if interval else None


def _figures(found: Agreement) -> dict[str, Any]:
    return {
        "drafts compared": found.compared,
        "labels of another draft": found.other_draft,
        "labels of unknown cases": found.unknown_case,
        "same label": figure(found.accuracy),
        "kappa with people": figure(found.kappa),
        "kappa between people": figure(found.between_readers),
        "ready that people would send": figure(found.ready_precision),
        "sendable that we call ready": figure(found.ready_recall),
    }
