"""Two runs side by side: what became better or worse, whether chance could have done it, and which cases moved."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from replyassist.core.errors import InvalidInput, ReplyassistError
from replyassist.core.http import SignedInDep
from replyassist.core.security import Permission
from replyassist.evaluation.compare import COSTS, Comparison, MeasureDifference, compare, moved_cases
from replyassist.evaluation.pairs import PreferenceBook, pairs_of, preferences
from replyassist.evaluation.record import READY_RIGHT, load_run
from replyassist.evaluation.store import RunStore, RunSummary

from ..auth import ActingDep
from ..pages import see_other
from ..visits import Visit, VisitDep
from .report import NONE, expected_of, found_of
from .shared import EVALUATION, EvaluationRoute, HomeDep, address, attachment, run_for, summary_for, visible

router = APIRouter(prefix=EVALUATION, route_class=EvaluationRoute, include_in_schema=False)

CASES_SHOWN = 50
TWO_RUNS = "Choose two runs to compare."
RunId = Annotated[str, Query(max_length=120)]


@router.get("/compare")
def show_comparison(
    visit: VisitDep,
    home: HomeDep,
    run: Annotated[list[str], Query(default_factory=list, max_length=2)],
    before: RunId = "",
    after: RunId = "",
    allow_different: bool = False,
) -> Response:
    """Compare two runs; of two that were ticked in the list the older is the first."""
    visit.principal.require(Permission.EVALUATE)
    if len(run) == 2:
        first, second = sorted(
            (summary_for(home, visit.principal, each) for each in run), key=lambda each: each.created_at
        )
        return see_other(address("/compare", before=first.id, after=second.id))
    if not before or not after or before == after:
        return _choose(visit, home, before, after, error=InvalidInput(TWO_RUNS) if run or before else None)
    runs = summary_for(home, visit.principal, before), summary_for(home, visit.principal, after)
    try:
        found = _compared(home, runs[0].id, runs[1].id, allow_different=allow_different)
    except InvalidInput as error:
        return _choose(visit, home, before, after, error=error, may_allow=not allow_different)
    old, new = run_for(home, visit.principal, before), run_for(home, visit.principal, after)
    moved = moved_cases(old, new)
    book = PreferenceBook(home, before, after)
    return visit.page(
        "evaluation/compare.html",
        before=runs[0],
        after=runs[1],
        found=found,
        measures=_ordered(measure for measure in found.measures if _is_telling(measure)),
        alike=_ordered(measure for measure in found.measures if not _is_telling(measure)),
        costs=COSTS,
        moved={name: getattr(moved, name)[:CASES_SHOWN] for name in ("worse", "better", "other")},
        counts={name: len(getattr(moved, name)) for name in ("worse", "better", "other")},
        pairs=len(pairs_of(old, new, "")),
        preferences=preferences(book.every()),
        is_open=book.is_open,
        expected_of=expected_of,
        found_of=found_of,
        nothing=NONE,
        measure_words=measure_words,
        allow_different=allow_different,
        address=address,
    )


@router.post("/compare/pairs")
def open_pairs(
    principal: ActingDep,
    home: HomeDep,
    before: Annotated[str, Form(max_length=120)],
    after: Annotated[str, Form(max_length=120)],
) -> Response:
    """Let people choose between the drafts of two runs, blind."""
    principal.require(Permission.EVALUATE)
    for run_id in (before, after):
        summary_for(home, principal, run_id)
    PreferenceBook(home, before, after).open()
    return see_other(address("/compare", before=before, after=after))


@router.get("/compare/export")
def export_comparison(
    principal: SignedInDep, home: HomeDep, before: RunId, after: RunId, allow_different: bool = False
) -> Response:
    """The comparison as ``eval compare --json`` has it."""
    principal.require(Permission.EVALUATE)
    for run_id in (before, after):
        summary_for(home, principal, run_id)
    found = _compared(home, before, after, allow_different=allow_different)
    return attachment(found.model_dump_json(indent=1), name=f"{before}--{after}.json", media_type="application/json")


def measure_words(name: str) -> str:
    """A measure as people read it."""
    return MEASURES.get(name, name.replace("_", " ").capitalize())


MEASURES = {
    "ready_right": "Called ready, and right",
    "send_ready": "Ready to send as it is",
    "grounded": "Says nothing that the template does not",
    "right_or_abstained": "Right template, or rightly none",
    "hit_at_1": "Right template first",
    "hit_at_3": "Right template among three",
    "reciprocal_rank": "Rank of the right template (1/rank)",
    "route_right": "Right route",
    "right_template": "From the right template",
    "voice_pass": "Keeps the brand’s voice",
    "fact_coverage": "Facts of the answer that are kept",
    "chrf": "Likeness to a person’s reply (characters)",
    "similarity": "Likeness to a person’s reply (meaning)",
    "language_kept": "In the language of the message",
    "completed": "Came to an end without an error",
    "says_nothing_forbidden": "Says nothing that it must not",
    "encode_ms": "Milliseconds to encode",
    "search_ms": "Milliseconds to search",
    "seconds": "Seconds per draft",
}


def _is_telling(measure: MeasureDifference) -> bool:
    """Whether it moved at all, and says how good the answers are; costs move with the machine's load."""
    return measure.measure not in COSTS and bool(measure.won or measure.lost)


def _ordered(measures: Iterable[MeasureDifference]) -> list[MeasureDifference]:
    """What ``ready`` is worth first, then what is worse and better beyond chance, then as in the table of words."""
    words = list(MEASURES)

    def key(item: MeasureDifference) -> tuple[bool, bool, bool, int]:
        place = words.index(item.measure) if item.measure in words else len(words)
        return (item.measure != READY_RIGHT, not item.is_worse, not item.is_better, place)

    return sorted(measures, key=key)


def _choose(
    visit: Visit, home: Path, before: str, after: str, *, error: ReplyassistError | None, may_allow: bool = False
) -> Response:
    runs: list[RunSummary] = visible(RunStore(home).summaries(), visit.principal)
    return visit.page(
        "evaluation/choose.html",
        status=error.status if error else 200,
        runs=runs[:200],
        before=before,
        after=after,
        error=error,
        may_allow=may_allow,
    )


def _compared(home: Path, before: str, after: str, *, allow_different: bool) -> Comparison:
    store = RunStore(home)
    paths = store.path(before), store.path(after)
    changed = tuple(path.stat().st_mtime_ns for path in paths)
    return _comparison(*paths, changed, allow_different=allow_different)


@lru_cache(maxsize=32)
def _comparison(before: Path, after: Path, _changed: tuple[int, ...], *, allow_different: bool) -> Comparison:
    """Two thousand resamples of each measure take seconds; runs do not change."""
    return compare(load_run(before), load_run(after), allow_different=allow_different)
