"""Who may decide what: the role, the lease, the risk and the findings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from replyassist.core.accounts import PERSON, Principal
from replyassist.core.errors import ClaimedByAnother, Conflict, Forbidden, TextBlocked
from replyassist.core.security import Permission
from replyassist.guardrails import CheckResult, Concern, Finding, Severity, Verdict

from .models import HIGH, ReviewItem, ReviewStatus
from .standing import TEMPLATE_CHANGED
from .thread_findings import MESSAGE_WITHDRAWN

ASKS = frozenset({Severity.BLOCK, Severity.WARN})
"""Severities that leave something for a person to do."""
NOBODY_CONFIRMS = frozenset({TEMPLATE_CHANGED, MESSAGE_WITHDRAWN})
"""What stands whatever anybody says: the draft is of an old template, or there is nothing to answer."""


def require_person(principal: Principal) -> None:
    """Raise Forbidden for a program: only people decide."""
    if principal.kind != PERSON:
        raise Forbidden("only a person decides; this token belongs to a service")


def require_unclaimed(item: ReviewItem, principal: Principal, now: datetime) -> None:
    """Raise ClaimedByAnother while somebody else holds the lease."""
    is_leased = item.claimed_until is not None and item.claimed_until > now
    if is_leased and item.claimed_by != principal.user_id:
        raise ClaimedByAnother("somebody else is working on this item")


def require_may_decide(item: ReviewItem, principal: Principal) -> None:
    """Raise Forbidden where the role does not reach: leads decide what is escalated, agents nothing of high risk."""
    if item.is_escalated or item.status == ReviewStatus.ESCALATED:
        principal.require(Permission.REVIEW_ESCALATED)
        return
    if principal.may(Permission.REVIEW_ANY):
        return
    principal.require(Permission.REVIEW_LOW_RISK)
    if item.risk == HIGH:
        raise Forbidden("this item is of high risk; escalate it")


def may_confirm(principal: Principal, finding: Finding) -> bool:
    """Whether this person may set aside a finding: one about the message or the template that asks something."""
    if finding.concern is Concern.TEXT or finding.severity not in ASKS or finding.rule in NOBODY_CONFIRMS:
        return False
    try:
        require_may_confirm(principal, [finding])
    except (Forbidden, Conflict):
        return False
    return True


def require_may_confirm(principal: Principal, findings: Collection[Finding]) -> None:
    """Raise Forbidden unless the role may set aside what stands against the message or the template.

    Raises Conflict for what only another draft can mend, or nothing.
    """
    principal.require(Permission.REVIEW_ANY)
    if stale := next((finding for finding in findings if finding.rule in NOBODY_CONFIRMS), None):
        raise Conflict(stale.explanation)
    if any(finding.severity is Severity.BLOCK for finding in findings):
        principal.require(Permission.ACCEPT_FINDINGS)


def require_may_send(principal: Principal, result: CheckResult, *, accept_findings: bool) -> None:
    """Raise TextBlocked when the checks object, unless the findings were accepted by somebody who may."""
    if result.verdict is Verdict.READY:
        return
    blocking = [finding for finding in result.findings if finding.severity is Severity.BLOCK]
    worst = next((finding.explanation for finding in (*blocking, *result.findings) if finding.severity in ASKS), "")
    if not principal.may(Permission.REVIEW_ANY):
        raise TextBlocked(
            f"your role sends only what the checks call ready; mend it or escalate it. {worst}",
            findings=[finding.model_dump(mode="json") for finding in result.findings],
        )
    if blocking and not (accept_findings and principal.may(Permission.ACCEPT_FINDINGS)):
        raise TextBlocked(
            f"{blocking[0].explanation} Mend it, or accept the findings knowingly.",
            findings=[finding.model_dump(mode="json") for finding in result.findings],
        )
