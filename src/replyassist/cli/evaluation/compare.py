"""``replyassist eval compare``: two runs case by case."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from replyassist.evaluation.compare import Comparison, MeasureDifference
from replyassist.evaluation.compare import compare as compare_runs
from replyassist.evaluation.record import READY_RIGHT

from ..common import cells, output, print_json
from .runs import RunName, kept_run

AllowDifferent = Annotated[bool, typer.Option("--allow-different", help="Compare the cases that both runs have.")]


def compare(
    before: RunName,
    after: RunName,
    allow_different: AllowDifferent = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say what became better or worse, by how much, and whether chance could have done it."""
    found = compare_runs(kept_run(before), kept_run(after), allow_different=allow_different)
    if json:
        print_json(as_document(found))
    else:
        show_comparison(found)


def as_document(found: Comparison) -> dict[str, object]:
    """The comparison for programs: every measure with its judgement."""
    measures = [measure.model_dump(mode="json") | {"judgement": judgement(measure)} for measure in found.measures]
    return found.model_dump(mode="json") | {"measures": measures}


def judgement(measure: MeasureDifference) -> str:
    """``better`` or ``worse`` where chance does not explain it, else ``no difference shown``."""
    if measure.is_worse:
        return "worse"
    return "better" if measure.is_better else "no difference shown"


def show_comparison(found: Comparison) -> None:
    """A table, first what ``ready`` is worth, then what is significant, and the cases that lost most."""
    output.print(f"{found.before} -> {found.after}, {found.pairs} cases in both", markup=False, soft_wrap=True)
    for voice in found.other_voices:
        line = f"{voice.brand} was answered with different voices: {voice.before}, then {voice.after}"
        output.print(line, markup=False, soft_wrap=True)
    if found.only_before or found.only_after:
        left = f"left out: {found.only_before} only in the first run, {found.only_after} only in the second"
        output.print(left, markup=False)
    table = Table()
    for name in ("measure", "before", "after"):
        table.add_column(name, overflow="fold")
    for name in ("difference [95 %]", "p (Holm)", "effect", "won/lost/tied", ""):
        table.add_column(name.replace("[", "\\["), justify="right", overflow="fold")
    measures = sorted(
        found.measures, key=lambda item: (item.measure != READY_RIGHT, not item.is_worse, not item.is_better)
    )
    for measure in measures:
        table.add_row(*cells(*_row(measure)))
    output.print(table)
    for measure in measures:
        if measure.is_worse:
            lost = ", ".join(f"{item.case_id} ({item.before:.2f} to {item.after:.2f})" for item in measure.regressions)
            output.print(f"{measure.measure}, worst losses: {lost}", markup=False, soft_wrap=True)


def _row(measure: MeasureDifference) -> tuple[str, ...]:
    difference = measure.difference
    effect = "-" if measure.effect is None else f"{measure.effect_name[-1]} = {measure.effect:+.2f}"
    return (
        measure.measure,
        f"{measure.before:.3f}",
        f"{measure.after:.3f}",
        f"{difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]",
        f"{measure.p_value:.4f} ({measure.p_adjusted:.4f})",
        effect,
        f"{measure.won}/{measure.lost}/{measure.tied}",
        judgement(measure),
    )
