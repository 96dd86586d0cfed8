"""Policies: what counts, and holding an approval to it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import Forbidden, NotFound
from replyassist.core.security import Permission
from replyassist.faq.service import templates_in_use
from replyassist.guardrails import CheckResult
from replyassist.proposal import Proposal

from ..binding import Binding
from ..models import ReviewItem, ReviewStatus
from ..surroundings import Surroundings
from ..transitions import Actor, Move, make
from . import repository
from .models import ProposedApproval
from .policy import Policy
from .rules import is_for_leads, policy_item, why_not, why_two


def policy_of(session: Session, brand_id: str) -> Policy:
    """The brand's policy as it stands; the empty one where nobody made one."""
    return repository.policies_of(session, [brand_id])[brand_id]


def restored(session: Session, brand_id: str, number: int) -> Policy:
    """The policy of an earlier version; raise NotFound."""
    version = repository.version_of(session, brand_id, number)
    if version is None:
        raise NotFound(f"there is no version {number} of this policy")
    return version.policy


def hides(session: Session, brand_id: str, channel: str, proposal: Proposal) -> bool:
    """Whether the brand's policy keeps an item with this proposal for leads."""
    keys = {(brand_id, used.id) for used in proposal.used_templates}
    templates = templates_in_use(session, keys) if keys else {}
    return is_for_leads(policy_of(session, brand_id), policy_item(proposal, channel, templates.values()))


def hold_to_policy(
    session: Session,
    principal: Principal,
    item: ReviewItem,
    text: str,
    around: Surroundings,
    *,
    binding: Binding,
    result: CheckResult,
    send_at: datetime | None,
    now: datetime,
) -> ReviewItem | None:
    """None where the policy lets this person approve this text now; else the item, which waits for a second person.

    A first yes is recorded and nothing is sent; the same text, bound to the same, is approved by somebody else who may
    decide about every item. Raises Forbidden with the rule and who may instead.
    """
    seen = policy_item(item.proposal, item.channel, around.templates, result.verdict)
    if refused := why_not(around.policy, principal, seen, text):
        raise Forbidden(refused, reason="policy")
    why = why_two(around.policy, seen, text)
    if not why:
        return None
    first = around.proposed
    if first is None or (first.text, first.binding_digest) != (text, binding.digest):
        return _propose(session, principal, item, text, why, binding=binding, send_at=send_at, now=now)
    if first.proposer_id == principal.user_id:
        raise Forbidden(f"Your yes is recorded; {why}. Somebody else who is manager or lead approves it.")
    if not principal.may(Permission.REVIEW_ANY):
        raise Forbidden(f"{why[:1].upper()}{why[1:]}, and the second is a manager or a lead.")
    return None


def _propose(
    session: Session,
    principal: Principal,
    item: ReviewItem,
    text: str,
    why: str,
    *,
    binding: Binding,
    send_at: datetime | None,
    now: datetime,
) -> ReviewItem:
    when = f", to be sent at {send_at:%Y-%m-%d %H:%M %Z}," if send_at else ","
    notice = f"{principal.name} approved a text{when} which waits for a second person: {why}."
    move = Move("proposed", ReviewStatus(item.status), reason=why, text=text)
    item = make(
        session,
        item,
        move,
        actor=Actor.of(principal),
        now=now,
        notice=notice,
        is_redrafting=False,
        claimed_by=None,
        claimed_until=None,
    )
    item_id = item.id or 0
    session.add(
        ProposedApproval(
            review_item_id=item_id,
            audit_id=repository.newest_audit_of(session, item_id),
            proposer_id=principal.user_id,
            proposer=principal.name,
            text=text,
            binding_digest=binding.digest,
            why=why,
            send_at=send_at,
            created_at=now,
        )
    )
    session.flush()
    return item
