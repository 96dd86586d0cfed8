"""What a brand's policy says on an item's page, before the server has to refuse."""

from __future__ import annotations

from replyassist.core.accounts import Principal
from replyassist.core.security import Permission
from replyassist.guardrails import CheckResult
from replyassist.review.models import OPEN, ReviewItem
from replyassist.review.policies.models import ProposedApproval
from replyassist.review.policies.rules import policy_item, why_not, why_two
from replyassist.review.surroundings import Surroundings

from .abilities import ApprovalGate


def hold_gate(
    gate: ApprovalGate, principal: Principal, item: ReviewItem, text: str, around: Surroundings, result: CheckResult
) -> ApprovalGate:
    """The gate of a text, closed where the policy forbids it to this person, with a word where it wants two people."""
    if gate.state == "closed":
        return gate
    seen = policy_item(item.proposal, item.channel, around.templates, result.verdict)
    if refused := why_not(around.policy, principal, seen, text):
        return ApprovalGate("closed", refused)
    if not (why := why_two(around.policy, seen, text)):
        return gate
    return _of_two(gate, principal, around.proposed, text, why)


def _of_two(
    gate: ApprovalGate, principal: Principal, first: ProposedApproval | None, text: str, why: str
) -> ApprovalGate:
    if first is None or first.text != text:
        return ApprovalGate(gate.state, f"{gate.why} Yours is the first of two approvals: {why}.".strip())
    if first.proposer_id == principal.user_id:
        return ApprovalGate("closed", f"Your approval is recorded. Somebody else gives the second: {why}.")
    if not principal.may(Permission.REVIEW_ANY):
        return ApprovalGate("closed", f"A manager or a lead gives the second approval: {why}.")
    when = "at the time that the first one names" if first.send_at else "then"
    return ApprovalGate(gate.state, f"{gate.why} Yours is the second approval; the reply is sent {when}.".strip())


def proposed_text(item: ReviewItem, around: Surroundings) -> str:
    """The text that waits for a second person; empty without one."""
    return around.proposed.text if around.proposed is not None and item.status in OPEN else ""
