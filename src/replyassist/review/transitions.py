"""The life of a review item: the one table of moves, and the one function that makes them.

Every move is a compare-and-set on the item's version and writes one audit row in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from replyassist.core.accounts import Principal
from replyassist.core.digests import text_digest
from replyassist.core.errors import InvalidTransition, VersionConflict

from .checking import refresh_verdict
from .failures import FailureKind
from .models import AuditEntry, ReviewItem, ReviewStatus

P, E, A, S = ReviewStatus.PENDING, ReviewStatus.ESCALATED, ReviewStatus.APPROVED, ReviewStatus.SENDING
W = ReviewStatus.WITHDRAWN

MOVES: dict[ReviewStatus, frozenset[ReviewStatus]] = {
    P: frozenset({P, E, A, W, ReviewStatus.REJECTED, ReviewStatus.EXPIRED}),
    E: frozenset({E, A, W, ReviewStatus.REJECTED}),
    A: frozenset({P, E, S, W}),  # back to the queue: taken back by a person, or something moved on before it was sent
    S: frozenset({S, P, E, W, ReviewStatus.SENT, ReviewStatus.FAILED, ReviewStatus.UNCERTAIN}),
    ReviewStatus.FAILED: frozenset({P, E, W}),
    ReviewStatus.UNCERTAIN: frozenset({ReviewStatus.UNCERTAIN, P, E, W}),  # to itself: its message changed
    ReviewStatus.REJECTED: frozenset({P, E, W}),  # a person changes their mind; nothing has left
    ReviewStatus.SENT: frozenset({ReviewStatus.SENT}),  # to itself: its message changed
    ReviewStatus.EXPIRED: frozenset({P, E, W}),  # a person answers it all the same
    W: frozenset({P, E}),  # the platform shows the message again
}
TAKEN_BACK_FROM = frozenset(
    {A, ReviewStatus.REJECTED, ReviewStatus.FAILED, ReviewStatus.UNCERTAIN, ReviewStatus.EXPIRED}
)
"""From where a person may bring an item back into the queue."""
CLAIMED_IN = frozenset({P, E}) | TAKEN_BACK_FROM
"""Where there is something for a person to do, so that holding the item makes sense."""


@dataclass(frozen=True)
class Actor:
    """Who moves an item: a user, or a part of the system (``user_id`` None)."""

    name: str
    user_id: int | None = None

    @classmethod
    def of(cls, principal: Principal) -> Actor:
        """The user behind a request."""
        return cls(name=principal.name, user_id=principal.user_id)


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
    if move.to is ReviewStatus.PENDING and item.is_escalated:
        move = replace(move, to=ReviewStatus.ESCALATED)  # a lead's item comes back to a lead
    if move.to not in MOVES[before]:
        raise InvalidTransition(f"an item that is {before.value} cannot become {move.to.value}")
    result = session.exec(
        update(ReviewItem)
        .where(col(ReviewItem.id) == item.id, col(ReviewItem.version) == item.version)
        .values(status=move.to, version=item.version + 1, updated_at=now, **changes)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:
        raise VersionConflict("somebody else changed this item; look at it again")
    write_audit(session, item, move, actor=actor, now=now, before=before)
    session.flush()
    session.refresh(item)
    refresh_verdict(session, item, now=now)
    return item


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
        )
    )
