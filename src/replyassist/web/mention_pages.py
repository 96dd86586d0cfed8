"""The notes that name somebody, for that person: a list, a number for the header, and all marked as read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from replyassist.core.security import Permission
from replyassist.review.teamwork import notes

from .pages import PageRoute, see_other
from .visits import ActingVisitDep, VisitDep

router = APIRouter(prefix="/mentions", route_class=PageRoute, include_in_schema=False)

ROWS = 25


@router.get("")
def show_mentions(visit: VisitDep, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None) -> Response:
    """The newest first; a note is read once its item was opened, or when all are marked."""
    visit.principal.require(Permission.QUEUE_READ)
    with visit.database.reading() as session:
        found = notes.mentions_of(session, visit.principal, before=before, limit=ROWS + 1)
        unread = notes.count_unread(session, visit.principal)
    shown = found[:ROWS]
    return visit.page(
        "mentions.html", mentions=shown, unread=unread, next_before=shown[-1].id if len(found) > ROWS else None
    )


@router.get("/count")
def show_count(visit: VisitDep) -> Response:
    """For htmx: how many are unread; empty for none."""
    with visit.database.reading() as session:
        unread = notes.count_unread(session, visit.principal)
    return visit.page("_mention_count.html", unread=unread)


@router.post("/read")
def mark_all_read(visit: ActingVisitDep) -> Response:
    """Mark all as read, and stay."""
    with visit.database.writing() as session:
        notes.mark_read(session, visit.principal, now=visit.now)
    return see_other("/mentions")
