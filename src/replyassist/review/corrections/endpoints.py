"""The API of corrections: say what an item's message really is, take it back, and see what a brand's people said."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from replyassist.brands.service import get_brand
from replyassist.core.http import PROBLEM_RESPONSES, PrincipalDep, ReadingDep
from replyassist.core.security import Permission
from replyassist.review.acting import ActingDep
from replyassist.review.views import ReviewDetail
from replyassist.triage import Kind

from . import acts
from . import repository as stored
from .models import KindCorrectionRow

router = APIRouter(prefix="/v1", responses=PROBLEM_RESPONSES)

LARGEST_ID = 2**31 - 1  # of an integer column on PostgreSQL


class KindBody(BaseModel):
    """What the message really is."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"version": 1, "kind": "closing"}]}
    )
    version: Annotated[int, Field(ge=1, description="The version that the person saw")]
    kind: Kind


class CorrectionOut(BaseModel):
    """What somebody said that a message really is; ``text`` is without personal data. One that was taken back counts
    no more."""

    id: int
    kind: Kind
    text: str
    message_id: int
    review_id: int
    actor: str
    corrected_at: datetime
    taken_back_at: datetime | None
    taken_back_by: str | None


class CorrectionListOut(BaseModel):
    """A page of corrections, the newest first; ask again with ``next_cursor`` for older ones, null at the end."""

    items: list[CorrectionOut]
    next_cursor: int | None


@router.post("/reviews/{item_id}/kind", status_code=202, tags=["reviews"])
def correct_kind(on: ActingDep, body: KindBody) -> ReviewDetail:
    """Say what the message really is; messages like it of the brand are read so too. An open item is drafted anew."""
    return on.act(acts.correct, version=body.version, kind=body.kind, jobs=on.jobs, now=on.now)


@router.delete("/reviews/{item_id}/kind", status_code=202, tags=["reviews"])
def take_kind_back(
    on: ActingDep, version: Annotated[int, Query(ge=1, description="The version that the person saw")]
) -> ReviewDetail:
    """Take back what was said of the message; an open item is drafted anew."""
    return on.act(acts.take_back, version=version, jobs=on.jobs, now=on.now)


@router.get("/brands/{brand}/corrections", tags=["brands"])
def list_corrections(
    *,
    brand: Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$", description="The brand, by its id.")],
    principal: PrincipalDep,
    session: ReadingDep,
    cursor: Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CorrectionListOut:
    """All that the brand's people said that its messages really are, also what was taken back."""
    principal.require_for(Permission.QUEUE_READ, brand)
    get_brand(session, brand)  # NotFound for one that is not there
    found = stored.page_of(session, brand, before=cursor, limit=limit + 1)
    shown = found[:limit]
    return CorrectionListOut(
        items=[_out(row) for row in shown], next_cursor=shown[-1].id if len(found) > limit else None
    )


def _out(row: KindCorrectionRow) -> CorrectionOut:
    return CorrectionOut(
        id=row.id or 0,
        kind=Kind(row.kind),
        text=row.shown,
        message_id=row.message_id,
        review_id=row.review_item_id,
        actor=row.actor,
        corrected_at=row.corrected_at,
        taken_back_at=row.taken_back_at,
        taken_back_by=row.taken_back_by,
    )
