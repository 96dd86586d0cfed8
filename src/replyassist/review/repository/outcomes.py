"""All SQL of what people made of drafts, by template: counted over the newest decisions, never over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from replyassist.core.accounts import User

from ..models import REPLIED, Approval, AuditEntry, ReviewItem
from . import first_audit_id

WINDOW = timedelta(days=90)
DECISIONS_COUNTED = 2000
"""The newest decisions of a brand that acceptance is counted over: of a template with a hundred of them the share is
known to within ten points, and the page does not wait."""
OFTEN_CHANGED = 0.5  # a template whose replies are changed or rejected every second time helps little
FEWEST_TO_JUDGE = 10  # decisions; fewer say too little
_AS_IS, _EDITED, _REJECTED = "approved", "edited_and_approved", "rejected"


@dataclass(frozen=True)
class Outcomes:
    """What people decided about drafts from one template; ``failures`` counts what they said was wrong."""

    as_is: int = 0
    edited: int = 0
    rejected: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def decided(self) -> int:
        """All of them."""
        return self.as_is + self.edited + self.rejected

    @property
    def is_often_changed(self) -> bool:
        """Whether at least every second one was changed or rejected, of enough to judge by."""
        return self.decided >= FEWEST_TO_JUDGE and self.edited + self.rejected >= OFTEN_CHANGED * self.decided

    def percent(self, number: int) -> int:
        """A share of the decided ones."""
        return round(100 * number / self.decided) if self.decided else 0


@dataclass(frozen=True)
class EditedReply:
    """A draft that a person changed, as it was and as it was approved."""

    review_item_id: int
    draft: str
    text: str
    by: str
    at: datetime


def recent_outcomes(session: Session, brand_id: str, *, now: datetime) -> dict[str, Outcomes]:
    """By template, over the brand's newest decisions of the last 90 days; of an item the last decision counts."""
    newest = (
        select_columns(
            col(AuditEntry.review_item_id).label("item"),
            col(AuditEntry.act).label("act"),
            col(AuditEntry.failures).label("failures"),
            col(AuditEntry.id).label("entry"),
        )
        .where(
            col(AuditEntry.brand_id) == brand_id,
            col(AuditEntry.act).in_((_AS_IS, _EDITED, _REJECTED)),
            col(AuditEntry.id) >= first_audit_id(session, now - WINDOW),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(DECISIONS_COUNTED)
        .subquery()
    )
    statement = (
        select_columns(col(ReviewItem.template_id), newest.c.item, newest.c.act, newest.c.failures)
        .join(newest, newest.c.item == col(ReviewItem.id))
        .where(col(ReviewItem.template_id).is_not(None))
        .order_by(newest.c.entry.desc())
    )
    acts: dict[str, Counter[str]] = {}
    failures: dict[str, Counter[str]] = {}
    seen: set[int] = set()
    for template_id, item_id, act, said in session.connection().execute(statement):
        if item_id in seen:
            continue
        seen.add(item_id)
        acts.setdefault(template_id, Counter())[act] += 1
        failures.setdefault(template_id, Counter()).update(said or ())
    return {
        template_id: Outcomes(counted[_AS_IS], counted[_EDITED], counted[_REJECTED], failures[template_id])
        for template_id, counted in acts.items()
    }


def drafts_made(session: Session, brand_id: str, template_ids: Collection[str], *, now: datetime) -> dict[str, int]:
    """How many items of the last 90 days have a draft from each of these templates."""
    statement = (
        select(ReviewItem.template_id, func.count())
        .where(
            ReviewItem.brand_id == brand_id,
            col(ReviewItem.template_id).in_(template_ids),
            col(ReviewItem.created_at) >= now - WINDOW,
        )
        .group_by(ReviewItem.template_id)
    )
    return {template_id: count for template_id, count in session.exec(statement) if template_id is not None}


def edited_replies(
    session: Session, brand_id: str, template_id: str, *, now: datetime, looked_at: int = 300, limit: int = 30
) -> list[EditedReply]:
    """The last replies from a template that were changed before they were approved, the newest first.

    Only the newest ``looked_at`` items of the template are looked at.
    """
    newest = (
        select_columns(col(ReviewItem.id).label("item"))
        .where(
            col(ReviewItem.brand_id) == brand_id,
            col(ReviewItem.template_id) == template_id,
            col(ReviewItem.created_at) >= now - WINDOW,
        )
        .order_by(col(ReviewItem.created_at).desc())
        .limit(looked_at)
        .subquery()
    )
    told = (newest.c.item, col(ReviewItem.draft), col(Approval.text), col(User.name), col(Approval.created_at))
    statement = (
        select_columns(*told)
        .join(ReviewItem, col(ReviewItem.id) == newest.c.item)
        .join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .join(User, col(User.id) == col(Approval.approver_id))
        .where(col(ReviewItem.status).in_(REPLIED), col(Approval.text) != col(ReviewItem.draft))
        .order_by(col(Approval.id).desc())
        .limit(limit)
    )
    return [EditedReply(*row) for row in session.connection().execute(statement)]
