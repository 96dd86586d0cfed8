"""``replyassist eval list``: the kept runs, those of the command line and of the console; and one of them by name."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from replyassist.evaluation.record import EvaluationRun
from replyassist.evaluation.store import RunStore, RunSummary

from .. import common

RunName = Annotated[str, typer.Argument(help="A run: its id, as eval list shows it, or its file.")]
SHOWN = {"ready_right_rate": "ready, right", "send_ready_rate": "send-ready", "accuracy_with_abstention": "template"}


def kept_run(named: str) -> EvaluationRun:
    """The run of this id or in this file; raise InvalidInput."""
    return RunStore(common.settings().home).find(named)


def list_runs(
    brand: Annotated[str, typer.Option("--brand", help="Only runs with cases of this brand.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 50,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List the runs of this home folder, the newest first."""
    every = RunStore(common.settings().home).summaries()
    found = [run for run in every if not brand or brand in run.brands][:limit]
    if json:
        common.print_json([run.model_dump(mode="json") for run in found])
        return
    rows = [
        (run.id, run.title, ", ".join(run.brands), run.cases, *(_figure(run, name) for name in SHOWN)) for run in found
    ]
    common.output.print(common.table_of(("run", "title", "cases of", "cases", *SHOWN.values()), rows))


def _figure(run: RunSummary, name: str) -> str:
    value: Any = run.figures.get(name)
    number = value["value"] if isinstance(value, dict) else value
    return "-" if number is None else f"{number:.3f}"
