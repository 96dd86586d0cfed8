"""All SQL of policies. The newest version of a brand counts; a brand without one has the empty policy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from replyassist.brands.models import Brand
from replyassist.core.accounts import User

from ..models import Approval, AuditEntry, ReviewItem
from .models import PolicyVersion, ProposedApproval
from .policy import Policy

ENDS_A_PROPOSAL = ("taken_back", "rejected", "recalled")
CHUNK = 200


def policies_of(session: Session, brand_ids: Collection[str]) -> dict[str, Policy]:
    """The policy of each brand as it stands."""
    newest = select(func.max(PolicyVersion.id)).where(col(PolicyVersion.brand_id).in_(brand_ids)).group_by("brand_id")
    found = session.exec(select(PolicyVersion).where(col(PolicyVersion.id).in_(newest)))
    kept = {version.brand_id: version.policy for version in found}
    return {brand_id: kept.get(brand_id, Policy()) for brand_id in brand_ids}


def versions_of(session: Session, brand_id: str, *, before: int | None, limit: int) -> list[PolicyVersion]:
    """Versions of a brand's policy, the newest first, from the one before a number on."""
    statement = select(PolicyVersion).where(PolicyVersion.brand_id == brand_id)
    if before is not None:
        statement = statement.where(col(PolicyVersion.number) < before)
    return list(session.exec(statement.order_by(col(PolicyVersion.number).desc()).limit(limit)))


def version_of(session: Session, brand_id: str, number: int) -> PolicyVersion | None:
    """One version of a brand's policy."""
    statement = select(PolicyVersion).where(PolicyVersion.brand_id == brand_id, PolicyVersion.number == number)
    return session.exec(statement).first()


def lock_brand(session: Session, brand_id: str) -> None:
    """Let no approval of the brand be made (``brands.repository.hold_brand``) until this transaction ends."""
    statement = select(Brand).where(Brand.id == brand_id).with_for_update(key_share=True)
    session.exec(statement.execution_options(populate_existing=True)).first()


def proposals_of(session: Session, item_ids: Sequence[int | None]) -> dict[int, ProposedApproval]:
    """The newest proposed approval of each of these items that nothing has ended since."""
    newest = (
        select(func.max(ProposedApproval.id))
        .where(col(ProposedApproval.review_item_id).in_(item_ids))
        .group_by("review_item_id")
    )
    ended = (
        select(AuditEntry.id)
        .where(
            AuditEntry.review_item_id == ProposedApproval.review_item_id,
            col(AuditEntry.id) > col(ProposedApproval.audit_id),
            col(AuditEntry.act).in_(ENDS_A_PROPOSAL),
        )
        .exists()
    )
    found = session.exec(select(ProposedApproval).where(col(ProposedApproval.id).in_(newest), ~ended))
    return {proposed.review_item_id: proposed for proposed in found}


def newest_audit_of(session: Session, item_id: int) -> int:
    """The id of the last audit entry of an item."""
    return session.exec(select(func.max(AuditEntry.id)).where(AuditEntry.review_item_id == item_id)).one() or 0


def items_in(session: Session, brand_id: str, statuses: Collection[str]) -> Iterator[list[ReviewItem]]:
    """Items of a brand in these statuses, some at a time."""
    after = 0
    while found := list(
        session.exec(
            select(ReviewItem)
            .where(ReviewItem.brand_id == brand_id, col(ReviewItem.status).in_(statuses), col(ReviewItem.id) > after)
            .order_by(col(ReviewItem.id))
            .limit(CHUNK)
        )
    ):
        yield found
        after = found[-1].id or 0
        session.expunge_all()


def approvals_of(session: Session, approval_ids: Collection[int | None]) -> dict[int, tuple[Approval, User]]:
    """Approvals with who gave them, by id."""
    statement = select(Approval, User).join(User, col(User.id) == col(Approval.approver_id))
    found = session.exec(statement.where(col(Approval.id).in_(approval_ids)))
    return {approval.id or 0: (approval, approver) for approval, approver in found}


def mark_for_leads(session: Session, item_ids: Collection[int], *, is_for_leads: bool) -> None:
    """Hide items from everybody below a lead, or show them again."""
    statement = update(ReviewItem).where(col(ReviewItem.id).in_(item_ids)).values(is_for_leads=is_for_leads)
    session.exec(statement.execution_options(synchronize_session=False))
