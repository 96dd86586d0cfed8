"""What a person may do with an item, and why not: the page says so before the server has to refuse.

The rules themselves are in ``review/permits.py`` and ``review/transitions.py``; these are their words.
"""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.core.accounts import Principal
from replyassist.core.security import Permission
from replyassist.guardrails import CheckResult, Concern, Severity, Verdict
from replyassist.review.models import HIGH, OPEN, ReviewItem, ReviewStatus
from replyassist.review.permits import ASKS, NOBODY_CONFIRMS
from replyassist.review.transitions import CLAIMED_IN, TAKEN_BACK_FROM

from .language import gettext


@dataclass(frozen=True)
class Abilities:
    """Each act with the reason why not; an empty reason means yes."""

    decide: str  # approve and reject
    escalate: str
    redraft: str
    correct: str  # say what the message really is, and take that back
    take_back: str
    take_over: str  # from somebody else who works on it
    assign: str  # to others; who may decide may also take it
    snooze: str
    hand_back: str
    note: str
    is_open: bool  # somebody has still to decide

    @property
    def may_work(self) -> bool:
        """Whether the person has something to decide here, so that opening the item claims it."""
        return self.is_open and not (self.decide and self.escalate)


@dataclass(frozen=True)
class ApprovalGate:
    """Whether a text may be approved: ``open``, ``accept`` (with the findings accepted) or ``closed``, and why."""

    state: str
    why: str = ""


def abilities(item: ReviewItem, principal: Principal, *, claimer: str | None) -> Abilities:
    """What this person may do; ``claimer`` is the name of somebody else who works on the item."""
    status = ReviewStatus(item.status)
    is_open = status in OPEN
    taken = gettext("%(name)s is working on this item.") % {"name": claimer} if claimer else ""
    decide = taken or _why_not_decide(item, principal)
    over = "" if status in CLAIMED_IN else gettext("There is nothing left to decide.")
    escalated = gettext("A lead has it already.") if status is ReviewStatus.ESCALATED else ""
    return Abilities(
        decide=decide,
        escalate=taken or escalated or over or _why_not(principal, Permission.ESCALATE),
        redraft=decide,
        correct=decide or _why_not(principal, Permission.REVIEW_ANY),
        take_over=_why_not_take_over(item, principal, claimer),
        assign=taken or _why_not(principal, Permission.ASSIGN),
        snooze=decide or _why_not(principal, Permission.SNOOZE),
        hand_back=decide if status is ReviewStatus.ESCALATED else gettext("It is not escalated."),
        note=_why_not(principal, Permission.NOTES_WRITE),
        take_back=decide if status in TAKEN_BACK_FROM else gettext("There is nothing to take back."),
        is_open=is_open,
    )


def gate(principal: Principal, text: str, result: CheckResult | None) -> ApprovalGate:
    """Whether this person may approve this text, given what the checks say of it."""
    if not text or result is None:
        return ApprovalGate("closed", gettext("Write a reply first."))
    if result.verdict is Verdict.READY:
        return ApprovalGate("open")
    if closed := _why_closed(principal, result):
        return ApprovalGate("closed", closed)
    if not any(finding.severity is Severity.BLOCK for finding in result.findings):
        return ApprovalGate("open")
    if principal.may(Permission.ACCEPT_FINDINGS):
        return ApprovalGate("accept", gettext("Mend the marked places, or tick the box to send it knowingly."))
    return ApprovalGate(
        "closed", gettext("The checks do not let this text out. Mend the marked places, or escalate the item.")
    )


def _why_closed(principal: Principal, result: CheckResult) -> str:
    if stale := next((finding for finding in result.findings if finding.rule in NOBODY_CONFIRMS), None):
        return gettext(stale.explanation)
    if principal.may(Permission.REVIEW_ANY):
        return ""
    if any(finding.concern is Concern.MESSAGE and finding.severity in ASKS for finding in result.findings):
        return gettext(
            "Somebody must first confirm what is said of the message. Escalate it, or leave it to a manager."
        )
    return gettext(
        "Your role sends only replies that the checks call ready. Mend the marked places, or escalate the item."
    )


def _why_not_decide(item: ReviewItem, principal: Principal) -> str:
    if item.is_escalated or item.status == ReviewStatus.ESCALATED:
        may = principal.may(Permission.REVIEW_ESCALATED)
        return "" if may else gettext("It was escalated: a lead decides. You can read along.")
    if principal.may(Permission.REVIEW_ANY):
        return ""
    if item.risk == HIGH:
        return gettext("This item is of high risk, and your role decides those of low risk. Escalate it to a lead.")
    return _why_not(principal, Permission.REVIEW_LOW_RISK)


def _why_not_take_over(item: ReviewItem, principal: Principal, claimer: str | None) -> str:
    if not claimer or ReviewStatus(item.status) not in OPEN:
        return gettext("Nobody else works on it.")
    return _why_not(principal, Permission.TAKE_OVER) or _why_not_decide(item, principal)


def _why_not(principal: Principal, permission: Permission) -> str:
    return "" if principal.may(permission) else gettext("Your role does not allow this.")
