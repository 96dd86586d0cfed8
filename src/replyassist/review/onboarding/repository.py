"""All SQL of practice: decided items to learn from, and runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from replyassist.core.accounts import User
from replyassist.core.security import PERMISSIONS, Permission
from replyassist.faq.service import templates_in_use
from replyassist.inbox.models import Author, Message

from ..models import Approval, AuditEntry, ReviewItem
from .models import PracticeRun

LOOKED_AT = 60
DECISIONS = ("approved", "edited_and_approved", "rejected", "escalated")
LEADS = tuple(role.value for role, held in PERMISSIONS.items() if Permission.REVIEW_ESCALATED in held)


@dataclass(frozen=True)
class DecidedItem:
    """A decision of a lead with what it was about, as people wrote it; ``sent`` is the text that was approved."""

    entry_id: int
    act: str
    reason: str
    failures: tuple[str, ...]
    message: str
    name: str
    handle: str
    draft: str
    template: str
    sent: str


def decided_by_leads(session: Session, brand_id: str, *, among: Collection[int] | None = None) -> list[DecidedItem]:
    """The newest decisions of leads that everybody may see, of drafts whose message is there; ``among`` entries."""
    statement = (
        select(AuditEntry, ReviewItem, Message, Author)
        .join(ReviewItem, col(ReviewItem.id) == col(AuditEntry.review_item_id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .join(Author, col(Author.id) == col(Message.author_id))
        .join(User, col(User.id) == col(AuditEntry.actor_id))
        .where(
            AuditEntry.brand_id == brand_id,
            col(AuditEntry.act).in_(DECISIONS),
            col(User.role).in_(LEADS),
            ReviewItem.draft != "",
            col(ReviewItem.is_for_leads).is_(False),
            col(Message.deleted_at).is_(None),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(LOOKED_AT)
    )
    if among is not None:
        statement = statement.where(col(AuditEntry.id).in_(among))
    rows = list(session.exec(statement))
    templates = templates_in_use(session, {(brand_id, item.template_id) for _, item, *_ in rows if item.template_id})
    sent = _approved(session, [item.approval_id for entry, item, *_ in rows if entry.act == "edited_and_approved"])
    return [
        DecidedItem(
            entry_id=entry.id or 0,
            act=entry.act,
            reason=entry.reason,
            failures=tuple(entry.failures),
            message=message.text,
            name=author.name or "",
            handle=author.handle or "",
            draft=item.draft,
            template=templates[key].rendered_reply if (key := (brand_id, item.template_id or "")) in templates else "",
            sent=sent.get(item.approval_id, "") if entry.act == "edited_and_approved" else "",
        )
        for entry, item, message, author in rows
    ]


def _approved(session: Session, approval_ids: Collection[int | None]) -> dict[int | None, str]:
    found = session.exec(select(Approval).where(col(Approval.id).in_(approval_ids)))
    return {approval.id: approval.text for approval in found}


def runs_of(session: Session, user_id: int, *, limit: int) -> list[PracticeRun]:
    """Runs that somebody finished, the newest first."""
    statement = select(PracticeRun).where(PracticeRun.user_id == user_id, col(PracticeRun.done_at).is_not(None))
    return list(session.exec(statement.order_by(col(PracticeRun.id).desc()).limit(limit)))


def has_decided(session: Session, user_id: int) -> bool:
    """Whether somebody ever decided about an item."""
    statement = select(AuditEntry.id).where(AuditEntry.actor_id == user_id, col(AuditEntry.act).in_(DECISIONS)).limit(1)
    return session.exec(statement).first() is not None


def locked_run(session: Session, run_id: int) -> PracticeRun | None:
    """A run as it stands now; nobody answers in it meanwhile."""
    statement = select(PracticeRun).where(PracticeRun.id == run_id).with_for_update(key_share=True)
    return session.exec(statement.execution_options(populate_existing=True)).first()
