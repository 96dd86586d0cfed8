"""What one review item teaches, told from its present state and its history: a pure function."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from replyassist.core.language import UNKNOWN
from replyassist.proposal import Proposal
from replyassist.review.answered_there import THERE, USED_THERE, keeps_the_draft
from replyassist.review.failures import FailureKind
from replyassist.review.models import HIGH, AuditEntry, ReviewItem, ReviewStatus
from replyassist.triage.suspicion import DISTRUST_FROM

_APPROVALS = frozenset({"approved", "edited_and_approved"})
_OF_THE_MESSAGE = frozenset({"message_added", "message_edited", "message_deleted", "message_restored"})
_DECISIVE = _APPROVALS | THERE | {"rejected", "escalated", "redraft_asked", "taken_back"} | _OF_THE_MESSAGE
_STANDS = frozenset(
    {
        ReviewStatus.APPROVED,
        ReviewStatus.SENDING,
        ReviewStatus.SENT,
        ReviewStatus.FAILED,
        ReviewStatus.UNCERTAIN,
    }
)
_NOT_ITS_MESSAGE = frozenset({FailureKind.WRONG_TEMPLATE, FailureKind.MISSED_QUESTION})


@dataclass(frozen=True)
class Lesson:
    """The message is an example of a template, or ``counts_against`` it; ``act`` and ``actor`` say who decided so."""

    template_id: str
    counts_against: bool
    act: str
    actor: str


def lessons_of(
    item: ReviewItem,
    history: Sequence[AuditEntry],
    *,
    languages: Collection[str],
    spoken_against: Collection[str] = (),
) -> tuple[Lesson, ...]:
    """What the last decision about the item teaches; nothing when it was taken back, escalated or never made.

    What was decided about a message that its author changed later teaches nothing. An approved draft, or one that
    somebody sent from another inbox, makes the message an example of its template; to pick another template does the
    same for that one, and counts against the machine's choice; "wrong template" counts against the draft's. A message
    that asks two things, looks like an attack, is of high risk or not in one of the brand's ``languages`` (ISO 639-1)
    teaches nothing. ``history`` is the item's audit, the oldest first; ``spoken_against`` are templates against which
    the item counts already: once another was picked, retrieval may have learned and name the wrong one no more.
    """
    decision = next((entry for entry in reversed(history) if entry.act in _DECISIVE), None)
    proposal = item.proposal
    if decision is None or not _is_fit(item, proposal, languages):
        return ()
    right, wrong = _judged(item, decision)
    if (right or wrong) and _picked(item) is not None:
        wrong |= {_first_choice(proposal), *spoken_against}
    wrong -= {right, None}
    directions = [(right, False)] if right is not None else []
    directions += [(template_id, True) for template_id in sorted(name for name in wrong if name)]
    return tuple(Lesson(template_id, against, decision.act, decision.actor) for template_id, against in directions)


def _is_fit(item: ReviewItem, proposal: Proposal, languages: Collection[str]) -> bool:
    is_safe = item.risk != HIGH and proposal.triage.suspicion < DISTRUST_FROM
    return is_safe and not proposal.also_templates and proposal.triage.language in (*languages, UNKNOWN)


def _judged(item: ReviewItem, decision: AuditEntry) -> tuple[str | None, set[str | None]]:
    """The template that the decision calls right, None without one, and those that it calls wrong."""
    failures = frozenset(FailureKind(name) for name in decision.failures)
    if FailureKind.WRONG_TEMPLATE in failures:
        return None, {item.template_id}
    if decision.act == "redraft_asked":
        return _picked(item), set()
    if decision.act in USED_THERE:
        return item.template_id, set()
    if decision.act in _APPROVALS and ReviewStatus(item.status) in _STANDS:
        is_its = not failures & _NOT_ITS_MESSAGE and keeps_the_draft(item.draft, item.final_text or "")
        return (item.template_id if is_its else None), set()
    return None, set()


def _picked(item: ReviewItem) -> str | None:
    """The template that a person named: for the draft that is being made, else for the one that is there."""
    asked = item.proposal.asked
    return (asked.template_id if asked else None) or item.proposal.picked_template


def _first_choice(proposal: Proposal) -> str | None:
    """The template that the machine took for the right one, None when it took none."""
    if proposal.picked_template is None:
        return proposal.template_id
    return proposal.templates[0].template_id if proposal.templates and not proposal.abstained else None
