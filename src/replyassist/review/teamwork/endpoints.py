"""``/v1/reviews/{id}/…``: who has an item and when, and what colleagues say of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, PrincipalDep, ReadingDep, WritingDep

from .. import decisions
from ..acting import ActingDep
from ..views import Reason, ReviewDetail
from . import acts, notes, team
from .models import LONGEST_NOTE, ItemNote

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], responses=PROBLEM_RESPONSES)


class _NoteBody(BaseModel, frozen=True, extra="forbid"):
    version: Annotated[int, Field(ge=1, description="The version that the person saw")]


class TakeOverBody(_NoteBody):
    """Only the version that was seen."""


class AssignBody(_NoteBody):
    """To whom; null takes the assignment away."""

    user_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None


class SnoozeBody(_NoteBody):
    """Until when, at most 31 days; null brings the item back now."""

    until: AwareDatetime | None


class HandBackBody(_NoteBody):
    """A word to who will decide it."""

    reason: Reason


class NoteBody(BaseModel, frozen=True, extra="forbid"):
    """A note to colleagues; with ``version`` it is refused once the item has moved on."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE)]
    version: Annotated[int, Field(ge=1)] | None = None


class NoteView(BaseModel):
    """A note as it was written."""

    id: int
    author: str
    text: str
    created_at: datetime


class Colleague(BaseModel):
    """Somebody who can be given the item."""

    user_id: int
    name: str


@router.post("/{item_id}/takeover")
def take_over(on: ActingDep, body: TakeOverBody) -> ReviewDetail:
    """Take an item that somebody else works on; they are told at once."""
    return on.act(acts.take_over, version=body.version, now=on.now, minutes=on.settings.claim_minutes)


@router.post("/{item_id}/assign")
def assign(on: ActingDep, body: AssignBody) -> ReviewDetail:
    """Give an item to somebody of the team, or to nobody."""
    return on.act(acts.assign, version=body.version, user_id=body.user_id, now=on.now)


@router.get("/{item_id}/team")
def who_can_have_it(principal: PrincipalDep, session: ReadingDep, item_id: int) -> list[Colleague]:
    """The people on the item's brand who may decide it."""
    item = decisions.visible_item(session, principal, item_id)
    return [Colleague(user_id=user.id or 0, name=user.name) for user in team.able(session, item)]


@router.post("/{item_id}/snooze")
def snooze(on: ActingDep, body: SnoozeBody) -> ReviewDetail:
    """Put an item aside until a time, or bring it back."""
    if body.until is None:
        return on.act(acts.wake, version=body.version, now=on.now)
    return on.act(acts.snooze, version=body.version, until=body.until, now=on.now)


@router.post("/{item_id}/handback")
def hand_back(on: ActingDep, body: HandBackBody) -> ReviewDetail:
    """Give an escalated item back to the queue."""
    return on.act(acts.hand_back, version=body.version, reason=body.reason, jobs=on.jobs, now=on.now)


@router.post("/{item_id}/notes", status_code=201)
def add_note(principal: PrincipalDep, session: WritingDep, clock: ClockDep, item_id: int, body: NoteBody) -> NoteView:
    """Write a note to colleagues; ``@name`` tells somebody who sees the brand."""
    note = notes.add_note(session, principal, item_id, text=body.text, version=body.version, now=clock.now())
    return _view(note)


@router.get("/{item_id}/notes")
def list_notes(principal: PrincipalDep, session: ReadingDep, item_id: int) -> list[NoteView]:
    """The last notes on an item, the oldest first."""
    decisions.visible_item(session, principal, item_id)
    return [_view(note) for note in notes.notes_of(session, item_id)]


def _view(note: ItemNote) -> NoteView:
    return NoteView(id=note.id or 0, author=note.author, text=note.text, created_at=note.created_at)
