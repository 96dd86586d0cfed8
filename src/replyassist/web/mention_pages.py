"""The notes that name somebody, for that person: a list, a number for the header, and all marked as read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from replyassist.core.http import ClockDep, DatabaseDep, SignedInDep
from replyassist.core.security import Permission
from replyassist.review.teamwork import notes

from .auth import ActingDep
from .pages import PageRoute, page, see_other

router = APIRouter(prefix="/mentions", route_class=PageRoute, include_in_schema=False)

ROWS = 25


@router.get("")
def show_mentions(
    request: Request,
    principal: SignedInDep,
    database: DatabaseDep,
    clock: ClockDep,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """The newest first; a note is read once its item was opened, or when all are marked."""
    principal.require(Permission.QUEUE_READ)
    with database.reading() as session:
        found = notes.mentions_of(session, principal, before=before, limit=ROWS + 1)
        unread = notes.count_unread(session, principal)
    shown = found[:ROWS]
    return page(
        request,
        "mentions.html",
        principal=principal,
        mentions=shown,
        unread=unread,
        next_before=shown[-1].id if len(found) > ROWS else None,
        now=clock.now(),
    )


@router.get("/count")
def show_count(request: Request, principal: SignedInDep, database: DatabaseDep) -> Response:
    """For htmx: how many are unread; empty for none."""
    with database.reading() as session:
        unread = notes.count_unread(session, principal)
    return page(request, "_mention_count.html", unread=unread)


@router.post("/read")
def mark_all_read(principal: ActingDep, database: DatabaseDep, clock: ClockDep) -> Response:
    """Mark all as read, and stay."""
    with database.writing() as session:
        notes.mark_read(session, principal, now=clock.now())
    return see_other("/mentions")
