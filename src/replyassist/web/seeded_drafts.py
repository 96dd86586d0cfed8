"""Drafts with a planted error on an item's page: shown like the item's own draft, and told at once when approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from replyassist.brands.room import Room
from replyassist.core.accounts import Principal
from replyassist.core.database import Database
from replyassist.review.models import ReviewItem
from replyassist.review.pace import seeded
from replyassist.review.pace.seeded import SeededCheckMissed
from replyassist.review.surroundings import Surroundings

from .check_view import DraftCheck
from .preview import preview


def seeded_text(session: Session, principal: Principal, item: ReviewItem, around: Surroundings) -> str:
    """What this person is shown in place of the draft; empty for the draft itself, and where checks are off."""
    return seeded.shown_text(session, principal, item) if around.policy.seeded_checks_per_100 else ""


def as_if_unseeded(check: DraftCheck, *, shown: str, room: Room) -> DraftCheck:
    """For a seeded text that is ``shown`` (empty: none), what the checks said of the real draft, without what would
    give the error away."""
    if not shown:
        return check
    return replace(check, grounds=[], left_out=(), count=room.count(shown), preview=preview(shown, room.counting))


def missed_check(
    principal: Principal, database: Database, item_id: int, text: str, *, now: datetime
) -> SeededCheckMissed | None:
    """Records that somebody approves a planted error, and says what was wrong; None for every other text."""
    with database.reading() as session:
        check = seeded.approved_error(session, principal, item_id, text)
    if check is None:
        return None
    with database.writing() as session:
        seeded.note_missed(session, check, now=now)
    return SeededCheckMissed(seeded.told(check))
