"""The life of a review item: the one table of moves, and the one function that makes them.

Every move is a compare-and-set on the item's version and writes one audit row in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.digests import text_digest
from replyassist.core.errors import InvalidTransition, VersionConflict
from replyassist.core.telemetry import WAIT_SECONDS

from .checking import refresh_verdict
from .failures import FailureKind
from .models import OPEN, Approval, AuditEntry, ReviewItem, ReviewStatus
from .repository.clusters import drop_vector
from .repository.moving import change_as_seen

P, E, A, S = ReviewStatus.PENDING, ReviewStatus.ESCALATED, ReviewStatus.APPROVED, ReviewStatus.SENDING
W = ReviewStatus.WITHDRAWN

MOVES: dict[ReviewStatus, frozenset[ReviewStatus]] = {
    P: frozenset({P, E, A, W, ReviewStatus.REJECTED, ReviewStatus.EXPIRED}),
    E: frozenset({E, P, A, W, ReviewStatus.REJECTED}),  # to the queue: a lead hands it back
    A: frozenset({P, E, S, W}),  # back to the queue: taken back by a person, or something moved on before it was sent
    S: frozenset({S, P, E, W, ReviewStatus.SENT, ReviewStatus.FAILED, ReviewStatus.UNCERTAIN}),
    ReviewStatus.FAILED: frozenset({P, E, W}),
    ReviewStatus.UNCERTAIN: frozenset({ReviewStatus.UNCERTAIN, P, E, W}),  # to itself: its message changed
    ReviewStatus.REJECTED: frozenset({P, E, W}),  # a person changes their mind; nothing has left
    # to itself: its message changed; uncertain: the platform says later that it did not arrive
    ReviewStatus.SENT: frozenset({ReviewStatus.SENT, ReviewStatus.UNCERTAIN}),
    ReviewStatus.EXPIRED: frozenset({P, E, W}),  # a person answers it all the same
    W: frozenset({P, E}),  # the platform shows the message again
}
TAKEN_BACK_FROM = frozenset(
    {A, ReviewStatus.REJECTED, ReviewStatus.FAILED, ReviewStatus.UNCERTAIN, ReviewStatus.EXPIRED}
)
"""From where a person may bring an item back into the queue."""
_UNDER_WAY = frozenset({P, A, S})
"""Where an item may still be put to others that ask the same, or come back to where it may."""
CLAIMED_IN = frozenset({P, E}) | TAKEN_BACK_FROM
"""Where there is something for a person to do, so that holding the item makes sense."""


@dataclass(frozen=True)
class Actor:
    """Who moves an item: a user, or a part of the system (``user_id`` None). ``via``: as ``Principal.via``."""

    name: str
    user_id: int | None = None
    via: str = ""

    @classmethod
    def of(cls, principal: Principal) -> Actor:
        """The user behind a request."""
        return cls(name=principal.name, user_id=principal.user_id, via=principal.via)


PIPELINE = Actor("pipeline")
PLATFORM = Actor("platform")
DELIVERY = Actor("delivery")


@dataclass(frozen=True)
class Move:
    """One act on an item. ``text`` is the text that the act is about, kept as a digest.

    ``failures`` say what was wrong with the draft.
    """

    act: str
    to: ReviewStatus
    reason: str = ""
    text: str | None = None
    failures: tuple[FailureKind, ...] = ()


def make(session: Session, item: ReviewItem, move: Move, *, actor: Actor, now: datetime, **changes: Any) -> ReviewItem:
    """Make a move and write its audit row; the version grows by one.

    Raises InvalidTransition when the item's status has no such move, and VersionConflict when the row has changed
    since ``item`` was read.
    """
    before = ReviewStatus(item.status)
    if move.to is ReviewStatus.PENDING and changes.get("is_escalated", item.is_escalated):
        move = replace(move, to=ReviewStatus.ESCALATED)  # a lead's item comes back to a lead
    if move.to not in MOVES[before]:
        raise InvalidTransition(f"an item that is {before.value} cannot become {move.to.value}")
    changes = _stamps(before, move.to, actor, now) | changes
    if not change_as_seen(session, item, status=move.to, updated_at=now, **changes):
        raise VersionConflict("somebody else changed this item; look at it again")
    if before in _UNDER_WAY and move.to not in _UNDER_WAY:
        drop_vector(session, item.id)
    _count_wait(session, item, before, move.to, now=now)
    write_audit(session, item, move, actor=actor, now=now, before=before)
    session.flush()
    session.refresh(item)
    if before in OPEN or item.status in OPEN:  # of what is decided the verdict stays as it was decided on
        refresh_verdict(session, item, now=now)
    return item


def _count_wait(session: Session, item: ReviewItem, before: ReviewStatus, to: ReviewStatus, *, now: datetime) -> None:
    """How long a person took to decide, and how long what was approved took to leave since it was to."""
    if before in OPEN and to in (A, ReviewStatus.REJECTED):
        WAIT_SECONDS.labels(stage="decision").observe((now - item.created_at).total_seconds())
    elif before is S and to is ReviewStatus.SENT and item.decided_at is not None:
        approval = session.get(Approval, item.approval_id)
        due = max(item.decided_at, (approval and approval.send_at) or item.decided_at)
        WAIT_SECONDS.labels(stage="sending").observe((now - due).total_seconds())


def _stamps(before: ReviewStatus, to: ReviewStatus, actor: Actor, now: datetime) -> dict[str, Any]:
    """Who decided and since when the item has its status; whatever happens to its message wakes it."""
    stamps: dict[str, Any] = {"snoozed_until": None} if actor == PLATFORM else {}
    if to is before:
        return stamps
    stamps |= {"snoozed_until": None, "moved_at": now}
    if to is E:
        stamps["escalated_at"] = now
    if to in (P, E):
        stamps |= {"decided_by": None, "decided_at": None}
    elif to in (A, ReviewStatus.REJECTED) and actor.user_id is not None:
        stamps |= {"decided_by": actor.user_id, "decided_at": now}
    return stamps


def write_audit(
    session: Session, item: ReviewItem, move: Move, *, actor: Actor, now: datetime, before: ReviewStatus | None
) -> None:
    """One append-only row: who, when, from, to, why, digest of the text."""
    if item.id is None:
        raise RuntimeError("an item is audited before it was stored")
    session.add(
        AuditEntry(
            review_item_id=item.id,
            brand_id=item.brand_id,
            at=now,
            actor_id=actor.user_id,
            actor=actor.name,
            act=move.act,
            from_status=before.value if before else None,
            to_status=move.to.value,
            reason=move.reason,
            text_digest=text_digest(move.text) if move.text is not None else None,
            failures=[kind.value for kind in move.failures],
            via=actor.via,
        )
    )
