"""Say what a message really is, and take that back, from the item's page."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlmodel import Session

from replyassist.core.errors import InvalidInput
from replyassist.review.corrections import acts as corrections
from replyassist.review.models import ReviewItem
from replyassist.triage import Kind

from .acts import ActedOnDep, Line
from .pages import HOME, PageRoute
from .rendering import typed

router = APIRouter(prefix=HOME, route_class=PageRoute, include_in_schema=False)


@router.post("/{item_id}/kind")
def correct_kind(on: ActedOnDep, kind: Line = "") -> Response:
    """Say what the message really is, and stay."""

    def act(session: Session) -> ReviewItem:
        if typed(kind) not in list(Kind):
            raise InvalidInput("Pick what the message really is.")
        return corrections.correct(
            session, on.principal, on.item_id, version=on.version, kind=Kind(typed(kind)), jobs=on.jobs, now=on.now
        )

    return on.carry_out(act, on.same_page)


@router.post("/{item_id}/take-kind-back")
def take_kind_back(on: ActedOnDep) -> Response:
    """Take back what was said of the message, and stay."""

    def act(session: Session) -> ReviewItem:
        return corrections.take_back(session, on.principal, on.item_id, version=on.version, jobs=on.jobs, now=on.now)

    return on.carry_out(act, on.same_page)
