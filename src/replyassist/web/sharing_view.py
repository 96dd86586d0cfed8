"""What the page of an item shows of colleagues: who has it, who looks at it, what they wrote, and who may get it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal, User
from replyassist.review.models import OPEN, ReviewItem, ReviewStatus
from replyassist.review.teamwork import acts, notes, presence, team
from replyassist.review.teamwork.models import ItemNote

from . import repository

_WORD = re.compile(r"(@\w(?:[\w.-]*\w)?)")


@dataclass(frozen=True)
class Note:
    """A note in pieces: those that name a colleague are marked."""

    note: ItemNote
    pieces: list[tuple[str, bool]]


@dataclass(frozen=True)
class TeamView:
    """``lookers`` and ``assignee`` are names; ``undo`` is the act of this person that they can still undo."""

    lookers: list[str]
    assignee: str
    is_mine: bool
    people: list[User]
    notes: list[Note]
    handles: Mapping[str, str]
    undo: str
    is_snoozed: bool


def team_view(session: Session, principal: Principal, item: ReviewItem, *, now: datetime) -> TeamView:
    """All of it, as it is now."""
    is_open = ReviewStatus(item.status) in OPEN
    names = repository.user_names(session, [item.assigned_to] if item.assigned_to is not None else [])
    handles = {handle: user.name for handle, user in notes.handles(session, item.brand_id).items()}
    return TeamView(
        lookers=presence.lookers(session, item, without=[principal.user_id, item.claimed_by or 0], now=now),
        assignee=names.get(item.assigned_to or 0, ""),
        is_mine=item.assigned_to == principal.user_id,
        people=team.able(session, item) if is_open else [],
        notes=[_in_pieces(note, handles) for note in notes.notes_of(session, item.id or 0)],
        handles={handle: name for handle, name in handles.items() if name != principal.name},
        undo=acts.undoable(session, principal, item, now=now),
        is_snoozed=item.snoozed_until is not None and item.snoozed_until > now,
    )


def _in_pieces(note: ItemNote, handles: Mapping[str, str]) -> Note:
    return Note(
        note, [(piece, piece[:1] == "@" and piece[1:].casefold() in handles) for piece in _WORD.split(note.text)]
    )
