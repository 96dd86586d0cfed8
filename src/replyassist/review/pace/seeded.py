"""Seeded checks: now and then somebody is shown a draft with a planted error. It can never be sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.digests import text_digest
from replyassist.core.errors import TextBlocked
from replyassist.core.security import Role
from replyassist.guardrails import Verdict

from ..models import ReviewItem, ReviewStatus
from ..policies.service import policy_of
from . import repository
from .models import SeededCheck
from .planting import plant

CHECKED = frozenset({Role.AGENT, Role.MANAGER})
NOTICED = ("approved", "edited_and_approved", "proposed", "rejected", "escalated", "redraft_asked")
RESULTS_SHOWN = 100


class SeededCheckMissed(TextBlocked):
    """Somebody approved a draft with a planted error; nothing was sent."""

    title: ClassVar[str] = "This was a check, and nothing was sent"


@dataclass(frozen=True)
class SeededResults:
    """Of the checks that somebody was shown: how many they decided about, and how many they let pass."""

    shown: int
    noticed: int
    missed: int


def offer(session: Session, principal: Principal, item: ReviewItem, *, now: datetime) -> None:
    """Perhaps plant an error into what this person is shown of an item that they just opened."""
    if principal.role not in CHECKED or item.status != ReviewStatus.PENDING or item.verdict != Verdict.READY:
        return
    share = policy_of(session, item.brand_id).seeded_checks_per_100
    item_id = item.id or 0
    if not share or _draw(item_id) >= share or repository.seeded_of_item(session, item_id) is not None:
        return
    planted = plant(item.draft)
    if planted is None:
        return
    session.add(
        SeededCheck(
            review_item_id=item_id,
            user_id=principal.user_id,
            item_version=item.version,
            text=planted.text,
            text_digest=text_digest(planted.text),
            right=planted.right,
            wrong=planted.wrong,
            shown_at=now,
        )
    )
    session.flush()


def shown_text(session: Session, principal: Principal, item: ReviewItem) -> str:
    """What this person is shown in place of the draft; empty for the draft itself."""
    check = repository.seeded_of_item(session, item.id or 0)
    is_theirs = check is not None and check.user_id == principal.user_id and check.missed_at is None
    return check.text if check and is_theirs and check.item_version == item.version else ""


def approved_error(session: Session, principal: Principal, item_id: int, text: str) -> SeededCheck | None:
    """The check of an item whose planted error this person, to whom it was shown, approves with this text."""
    check = repository.seeded_of_item(session, item_id)
    is_theirs = check is not None and check.user_id == principal.user_id
    return check if check is not None and is_theirs and _says_the_error(check, text) else None


def note_missed(session: Session, check: SeededCheck, *, now: datetime) -> None:
    """The error was approved; the first time counts."""
    stored = session.get_one(SeededCheck, check.id)
    stored.missed_at = stored.missed_at or now
    session.add(stored)
    session.flush()


def require_not_seeded(session: Session, item: ReviewItem, text: str) -> None:
    """Raise SeededCheckMissed for a text with an error that was planted into this item."""
    check = repository.seeded_of_item(session, item.id or 0)
    if check is not None and _says_the_error(check, text):
        raise SeededCheckMissed(told(check))


def _says_the_error(check: SeededCheck, text: str) -> bool:
    """Whether a text has the sentence of the planted number, whatever stands before it; a greeting ends in a comma."""
    pairs = enumerate(zip(check.right, check.wrong, strict=False))
    number = next((place for place, (one, other) in pairs if one != other), 0)
    opening, comma, rest = check.wrong.partition(", ")
    starts_later = comma and len(opening) + len(comma) < number and not rest[:1].isdigit()
    return (rest if starts_later else check.wrong).casefold() in text.casefold()


def told(check: SeededCheck) -> str:
    """What was wrong, in words."""
    return f"We had put an error into the draft: it said “{check.wrong}”, and right is “{check.right}”."


def results_of(session: Session, user_id: int) -> SeededResults | None:
    """How somebody did in the last checks; None without any."""
    checks = repository.seeded_of_person(session, user_id, limit=RESULTS_SHOWN)
    decided = repository.decided_after(session, checks, NOTICED)
    missed = sum(check.missed_at is not None for check in checks)
    noticed = sum(check.missed_at is None and check.review_item_id in decided for check in checks)
    return SeededResults(shown=len(checks), noticed=noticed, missed=missed) if checks else None


def _draw(item_id: int) -> int:
    """0 to 99, the same for an item whoever opens it and however often, so that nobody can look for another one."""
    return int(hashlib.sha256(f"seeded-{item_id}".encode()).hexdigest(), 16) % 100
