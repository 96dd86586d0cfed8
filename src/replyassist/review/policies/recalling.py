"""Approvals that a tighter policy calls back before they are sent: which they are, and putting them into the queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal, User
from replyassist.core.database import ROW_ONLY
from replyassist.core.jobs import JobQueue
from replyassist.core.security import Permission, Role
from replyassist.faq.service import templates_in_use
from replyassist.guardrails import Finding, verdict_of

from ..decisions import back_or_gone, learn_job
from ..models import Approval, ReviewItem, ReviewStatus
from ..transitions import Actor, Move, make
from . import repository
from .models import ProposedApproval
from .policy import Policy
from .rules import PolicyItem, is_for_leads, policy_item, why_not, why_two

FOR_LEADS = "Only leads see this item now, and the person who approved it is none."


@dataclass(frozen=True)
class Recall:
    """An approved item whose approval the policy no longer allows, and why."""

    item_id: int
    why: str


def recalls_of(session: Session, brand_id: str, policy: Policy) -> list[Recall]:
    """What this policy would call back: approved, not being sent yet, by who may no longer approve it alone.

    Each approver is held to the role that they have now, each text to the verdict that it was approved with.
    """
    found = []
    for items in repository.items_in(session, brand_id, [ReviewStatus.APPROVED.value]):
        found += [Recall(item.id or 0, why) for item, why in _whys(session, policy, items) if why]
    return found


def recall(
    session: Session, principal: Principal, recalls: list[Recall], *, jobs: JobQueue, now: datetime
) -> list[ReviewItem]:
    """Put them back into the queue with the reason; one whose sending has begun meanwhile is left alone."""
    returned = []
    for each in recalls:
        item = session.get_one(ReviewItem, each.item_id, populate_existing=True, with_for_update=ROW_ONLY)
        if ReviewStatus(item.status) is not ReviewStatus.APPROVED:
            continue
        to = back_or_gone(session, item, ReviewStatus.PENDING)
        move = Move("recalled", to, reason=each.why, text=item.final_text)
        notice = f"Not sent: the policy was changed after it was approved. {each.why}"
        changes = {"notice": notice, "final_text": None, "approval_id": None}
        item = make(session, item, move, actor=Actor.of(principal), now=now, **changes)
        jobs.enqueue(session, learn_job(item))
        returned.append(item)
    return returned


def _whys(session: Session, policy: Policy, items: list[ReviewItem]) -> Iterator[tuple[ReviewItem, str]]:
    keys = {(item.brand_id, used.id) for item in items for used in item.proposal.used_templates}
    templates = templates_in_use(session, keys).values() if keys else ()
    approvals = repository.approvals_of(session, [item.approval_id for item in items])
    firsts = repository.proposals_of(session, [item.id for item in items])
    for item in items:
        approval, approver = approvals[item.approval_id or 0]
        findings = [Finding.model_validate(finding) for finding in approval.accepted_findings]
        seen = policy_item(item.proposal, item.channel, templates, verdict_of(findings))
        yield item, _why(policy, approval, approver, firsts.get(item.id or 0), seen)


def _why(policy: Policy, approval: Approval, approver: User, first: ProposedApproval | None, seen: PolicyItem) -> str:
    who = Principal(approver.key, approver.name, Role(approver.role), approver.kind, frozenset())
    if refused := why_not(policy, who, seen, approval.text):
        return refused
    if is_for_leads(policy, seen) and not who.may(Permission.REVIEW_ESCALATED):
        return FOR_LEADS
    two = why_two(policy, seen, approval.text)
    is_of_two = first is not None and first.text == approval.text and first.proposer_id != approval.approver_id
    return f"{two[:1].upper()}{two[1:]}." if two and not is_of_two else ""
