"""Chooses between two drafts of a message, blind and on random sides."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Response

from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, NotFound
from replyassist.core.http import SignedInDep
from replyassist.core.security import Permission
from replyassist.evaluation.labelling import reader_of
from replyassist.evaluation.pairs import (
    Pair,
    Preference,
    PreferenceBook,
    next_pair,
    opened_pairs,
    pair_batch_of,
    pairs_of,
)

from ..auth import ActingDep
from ..pages import see_other
from ..visits import VisitDep
from .shared import EVALUATION, EvaluationRoute, HomeDep, address, attachment, run_for, summary_for

router = APIRouter(prefix=EVALUATION, route_class=EvaluationRoute, include_in_schema=False)

Batch = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]


@router.get("/pairs/{batch}")
def show_pair(visit: VisitDep, home: HomeDep, batch: Batch) -> Response:
    """The next two drafts."""
    principal = visit.principal
    principal.require(Permission.LABEL_DRAFTS)
    before, after = _runs_of(home, principal, batch)
    reader = reader_of(principal.user_id)
    pairs, chosen = _pairs(home, principal, before, after), PreferenceBook(home, before, after).of(reader)
    pair, done = next_pair(pairs, chosen)
    return visit.page(
        "evaluation/pair.html", batch=batch, pair=pair, done=done, total=len(pairs), has_last=bool(chosen)
    )


@router.post("/pairs/{batch}")
def choose(
    principal: ActingDep,
    home: HomeDep,
    batch: Batch,
    case_id: Annotated[str, Form(min_length=1, max_length=200)],
    preferred: Annotated[Literal["left", "right", "tie"], Form()],
) -> Response:
    """Keep a choice, and show the next two."""
    principal.require(Permission.LABEL_DRAFTS)
    before, after = _runs_of(home, principal, batch)
    pair = next((each for each in _pairs(home, principal, before, after) if each.case.id == case_id), None)
    if pair is None:
        raise NotFound("there are no such drafts")
    made = Preference(
        id=case_id, by=reader_of(principal.user_id), old=pair.old, new=pair.new, preferred=pair.preferred(preferred)
    )
    with suppress(Conflict):  # sent twice: it is kept
        PreferenceBook(home, before, after).add(made)
    return see_other(f"{EVALUATION}/pairs/{batch}")


@router.post("/pairs/{batch}/undo")
def undo_choice(principal: ActingDep, home: HomeDep, batch: Batch) -> Response:
    """Take back the last choice."""
    principal.require(Permission.LABEL_DRAFTS)
    PreferenceBook(home, *_runs_of(home, principal, batch)).undo(reader_of(principal.user_id))
    return see_other(f"{EVALUATION}/pairs/{batch}")


@router.get("/compare/pairs/export")
def export_choices(principal: SignedInDep, home: HomeDep, before: str, after: str) -> Response:
    """Every choice in the format of ``eval/pairs``."""
    principal.require(Permission.EVALUATE)
    for run_id in (before, after):
        summary_for(home, principal, run_id)
    lines = "".join(f"{each.model_dump_json()}\n" for each in PreferenceBook(home, before, after).every())
    return attachment(lines, name=f"{before}--{after}-pairs.jsonl", media_type="application/x-ndjson")


def open_pairs_of(home: HomeDep, principal: Principal) -> list[tuple[str, str, int]]:
    """The pairs of runs that somebody may choose between: their address, brands, and how many choices they made."""
    reader = reader_of(principal.user_id)
    found = []
    for before, after in opened_pairs(home):
        try:
            summaries = [summary_for(home, principal, run_id) for run_id in (before, after)]
        except NotFound:
            continue
        chosen = len(PreferenceBook(home, before, after).of(reader))
        found.append((address(f"/pairs/{pair_batch_of(before, after)}"), ", ".join(summaries[0].brands), chosen))
    return found


def _pairs(home: HomeDep, principal: Principal, before: str, after: str) -> list[Pair]:
    old, new = (run_for(home, principal, run_id) for run_id in (before, after))
    return pairs_of(old, new, reader_of(principal.user_id))


def _runs_of(home: HomeDep, principal: Principal, batch: str) -> tuple[str, str]:
    for before, after in opened_pairs(home):
        if pair_batch_of(before, after) == batch:
            for run_id in (before, after):
                summary_for(home, principal, run_id)
            return before, after
    raise NotFound("there are no such drafts")
