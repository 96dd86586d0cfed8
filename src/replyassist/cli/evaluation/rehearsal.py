"""Tries a change on labelled cases and real messages with the adapters of this process, and shows what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table

from replyassist.app import Parts, build_parts
from replyassist.brands.repository import list_brands
from replyassist.core.errors import InvalidInput
from replyassist.evaluation.cache import GenerationCache
from replyassist.evaluation.dataset import Case, Dataset, dataset_of
from replyassist.evaluation.evaluate import concurrency_for, identity_of
from replyassist.evaluation.record import STAGES, CaseResult, EvaluationRun
from replyassist.evaluation.replay import Difference, Replay, Side, answer_both, replay_of
from replyassist.evaluation.store import CACHE
from replyassist.evaluation.task import Task, evaluators_for

from .. import common
from .cases import read_cases
from .changes import ProposedChange, changed_contexts, live_contexts, recent_messages

SHOWN = 20


@dataclass(frozen=True)
class Material:
    """What a change is tried on: labelled cases, and the last ``recent`` messages in the queue."""

    cases: Path | None
    brand: str
    split: str
    limit: int | None
    recent: int
    column_map: Mapping[str, str]


@dataclass(frozen=True)
class Limits:
    """What shuts the gate; see ``replay_of``."""

    max_drop: Mapping[str, float]
    minimum: Mapping[str, float]
    max_lost: int | None


def rehearse(change: ProposedChange, material: Material, limits: Limits) -> Replay:
    """Answer the messages of the changed brands with and without the change; raise InvalidInput when there are none."""
    with ExitStack() as closing:
        built = build_parts(common.settings())
        closing.callback(built.close)
        labelled = _labelled(material)
        before = live_contexts(_brands(labelled, change, built), built, day=common.clock().now().date())
        after = changed_contexts(before, change, encoder=built.registry.template_encoder)
        dataset = dataset_of(case for case in labelled if case.brand in after)
        recent = recent_messages(built.database, after, limit=material.recent)
        if not dataset.cases and not recent:
            raise InvalidInput(f"no case and no message is of what changes: {', '.join(after)}")
        task = Task(
            evaluators=evaluators_for(STAGES),
            drafts=True,
            cache=GenerationCache(built.settings.home / CACHE),
            model_identity=identity_of(built.proposer),
        )
        bar = closing.enter_context(common.progress())
        shown = bar.add_task("Messages", total=len(dataset) + len(recent))

        def answers(cases: Sequence[Case], task: Task) -> tuple[list[CaseResult], list[CaseResult]]:
            return answer_both(
                cases,
                before=before,
                after=after,
                task=task,
                concurrency=concurrency_for(0, built.proposer, drafts=True),
                progress=lambda: bar.advance(shown),
            )

        scored = answers(dataset.cases, task)
        unscored = answers(recent, replace(task, evaluators=()))
    return replay_of(
        (_run("before", dataset, scored[0], task), _run("after", dataset, scored[1], task)),
        unscored,
        max_drop=limits.max_drop,
        minimum=limits.minimum,
        max_lost=limits.max_lost,
    )


def show_replay(found: Replay) -> None:
    """The differing messages side by side, losses first, and the counts."""
    differing = (*found.case_differences, *found.recent_differences)
    if differing:
        common.output.print(_table(differing[:SHOWN]))
    if len(differing) > SHOWN:
        common.output.print(f"… and {len(differing) - SHOWN} more; --json lists every one")
    lost, won, wrong = (sum(getattr(item, name) for item in differing) for name in ("lost", "won", "wrong"))
    lines = [
        f"{len(found.case_differences)} of {found.cases} labelled cases differ; ready to send: {won} won, {lost} "
        f"lost; called ready and newly wrong: {wrong}",
        f"{len(found.recent_differences)} of {found.recent} real messages differ",
        "changed: " + (", ".join(f"{name} {count}" for name, count in found.changes.items()) or "nothing"),
    ]
    for line in lines:
        common.output.print(line, markup=False, soft_wrap=True)


def _table(differing: Sequence[Difference]) -> Table:
    table = Table(show_lines=True)
    for name in ("message", "changed", "before", "after"):
        table.add_column(name, overflow="fold", ratio=3 if name in {"before", "after"} else 2)
    for item in differing:
        became = "ready and wrong" if item.wrong else "lost" if item.lost else "won" if item.won else ""
        changed = ", ".join(filter(None, (became, *item.changed)))
        table.add_row(*common.cells(f"{item.id}: {item.text}", changed, _words(item.before), _words(item.after)))
    return table


def _words(side: Side) -> str:
    if side.error:
        return f"error: {side.error}"
    head = f"{side.route}, {side.template or 'no template'}, {side.verdict or 'no draft'}"
    return "\n".join([head, *filter(None, [side.draft]), *(f"- {finding}" for finding in side.findings)])


def _labelled(material: Material) -> tuple[Case, ...]:
    if material.cases is None:
        return ()
    return read_cases(
        material.cases,
        brand=material.brand,
        split=material.split,
        limit=material.limit,
        column_map=material.column_map,
    ).cases


def _brands(labelled: Sequence[Case], change: ProposedChange, built: Parts) -> set[str]:
    """Those of the cases; without cases the one that is named, else every brand of the database."""
    named = {case.brand for case in labelled} or {change.brand} - {""}
    if named:
        return named
    with built.database.reading() as session:
        return {brand.id for brand in list_brands(session)}


def _run(name: str, dataset: Dataset, results: Sequence[CaseResult], task: Task) -> EvaluationRun:
    return EvaluationRun(
        id=name,
        created_at=common.clock().now(),
        stages=STAGES,
        dataset_digest=dataset.digest,
        cases=len(dataset),
        model=task.model_identity or None,
        results=tuple(results),
    )
