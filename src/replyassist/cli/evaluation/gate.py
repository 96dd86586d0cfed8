"""``replyassist eval gate``: may this run, or this change, go live? Exit status 1 when not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.gate import EVERY_MEASURE, Gate
from replyassist.evaluation.gate import gate as hold

from ..common import output, print_json
from .cases import ColumnMaps, SplitOption
from .changes import ProposedChange
from .compare import AllowDifferent, as_document, show_comparison
from .rehearsal import Limits, Material, rehearse, show_replay
from .runs import kept_run

CaseColumns = Annotated[
    list[str] | None, typer.Option("--map", help="Foreign columns of --cases: text=message,template_id=intent")
]
NOTHING_TO_HOLD = "give --candidate RUN.json, or --changed-faq, --changed-voice or --changed-prompts with --cases"


def gate(
    candidate: Annotated[str | None, typer.Option("--candidate", help="The run in question.")] = None,
    baseline: Annotated[str | None, typer.Option("--baseline", help="The run that it must not fall behind.")] = None,
    max_drop: Annotated[
        list[str] | None, typer.Option("--max-drop", help="Allowed significant fall: 0.02, or grounded=0.01.")
    ] = None,
    minimum: Annotated[
        list[str] | None, typer.Option("--min", help="A floor of a figure, such as send_ready_rate=0.6.")
    ] = None,
    allow_different: AllowDifferent = False,
    cases: Annotated[Path | None, typer.Option("--cases", help="Labelled cases to try a change on.")] = None,
    column_map: CaseColumns = None,
    changed_faq: Annotated[
        Path | None, typer.Option("--changed-faq", help="Templates that would go live: of --brand, or FOLDER/<brand>.")
    ] = None,
    changed_voice: Annotated[Path | None, typer.Option("--changed-voice", help="A voice file.")] = None,
    changed_prompts: Annotated[Path | None, typer.Option("--changed-prompts", help="A prompts folder.")] = None,
    recent: Annotated[int, typer.Option("--recent", min=0, help="Try it on the last N real messages too.")] = 0,
    max_lost: Annotated[
        int | None,
        typer.Option(
            "--max-lost",
            min=0,
            help="Labelled cases that may stop being ready, or be called ready and newly wrong; 0 but for prompts, "
            "and for two runs with a model.",
        ),
    ] = None,
    brand: Annotated[str, typer.Option("--brand", help="Brand of cases that name none, and of --changed-faq.")] = "",
    split: SplitOption = "",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many cases, spread evenly.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Exit with 1 when a run, or a change before it goes live, is worse than what there is."""
    drops, floors = _numbers(max_drop, "max-drop"), _numbers(minimum, "min")
    change = ProposedChange(faq=changed_faq, voice=changed_voice, prompts=changed_prompts, brand=brand)
    if change.is_any:
        if candidate or baseline or not (cases or recent):
            raise InvalidInput("a change is tried on --cases, on --recent, or both; without --candidate and --baseline")
        limits = Limits(drops, floors, max_lost if max_lost is not None or not change.is_local else 0)
        columns = ColumnMaps.of(column_map, with_faq=False).cases
        found = _try(change, Material(cases, brand, split, limit, recent, columns), limits, json=json)
    elif candidate:
        against = kept_run(baseline) if baseline else None
        held = hold(
            kept_run(candidate),
            baseline=against,
            max_drop=drops,
            minimum=floors,
            max_lost=max_lost,
            allow_different=allow_different,
        )
        found = _show(held, json=json)
    else:
        raise InvalidInput(NOTHING_TO_HOLD)
    raise typer.Exit(0 if found.is_open else 1)


def _try(change: ProposedChange, material: Material, limits: Limits, *, json: bool) -> Gate:
    replayed = rehearse(change, material, limits)
    if not json:
        show_replay(replayed)
    _say(replayed.gate, replayed.model_dump(mode="json", exclude={"gate"}), json=json)
    return replayed.gate


def _show(found: Gate, *, json: bool) -> Gate:
    if found.comparison and not json:
        show_comparison(found.comparison)
    _say(found, {}, json=json)
    return found


def _say(found: Gate, document: dict[str, object], *, json: bool) -> None:
    if json:
        objections = [objection.model_dump(mode="json") for objection in found.objections]
        comparison = as_document(found.comparison) if found.comparison else None
        print_json({"passed": found.is_open, "objections": objections} | document | {"comparison": comparison})
        return
    for objection in found.objections:
        shown = f" ({', '.join(objection.cases)})" if objection.cases else ""
        output.print(f"  {objection.check.value}: {objection.detail}{shown}", markup=False, soft_wrap=True)
    output.print("The gate is open." if found.is_open else "The gate is shut.")


def _numbers(given: Sequence[str] | None, option: str) -> dict[str, float]:
    """``name=0.5`` by name; a bare number is for every measure (of ``--max-drop`` only)."""
    numbers: dict[str, float] = {}
    for text in given or ():
        name, _, number = text.rpartition("=")
        if not name and option == "min":
            raise InvalidInput(f"'{text}' is not of the form measure=value", field=option)
        try:
            numbers[name or EVERY_MEASURE] = float(number)
        except ValueError:
            raise InvalidInput(f"'{text}' holds no number", field=option) from None
    return numbers
