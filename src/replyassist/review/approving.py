"""A person's yes: the checks read first, then one short transaction binds it to exactly what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.digests import text_digest
from replyassist.core.entailment import Entailment
from replyassist.core.errors import Conflict, InvalidInput, VersionConflict
from replyassist.core.jobs import JobQueue
from replyassist.guardrails import CheckResult, Concern, Finding

from .binding import Binding, binding_to, hold
from .checking import CheckedText, check_text, keep_verdict, weigh
from .decisions import deliver_job, learn_job, seen_item, visible_item
from .failures import FailureKind, mended_failures
from .models import Approval, Confirmation, Confirmations, ReviewItem, ReviewStatus
from .pace.seeded import require_not_seeded
from .permits import ASKS, require_may_confirm, require_may_decide, require_may_send
from .policies.service import hold_to_policy
from .scheduling import SendLater
from .standing import TEMPLATE_CHANGED
from .surroundings import Surroundings, surroundings
from .thread_findings import MESSAGE_WITHDRAWN
from .transitions import Actor, Move, make

MAX_REPLY = 10_000


def confirm(
    session: Session,
    principal: Principal,
    item_id: int,
    *,
    version: int,
    rules: Sequence[str],
    draft: CheckedText,
    now: datetime,
) -> ReviewItem:
    """Record a person's word that findings about the message or the template are no obstacle; edits keep it.

    ``rules`` are ids of findings that stand against the item now, with its ``draft`` as it was checked; raise
    InvalidInput for another, and Forbidden for a role that may not. Another template or another doubt asks anew.
    """
    item = seen_item(session, principal, item_id, version=version, now=now)
    if ReviewStatus(item.status) not in (ReviewStatus.PENDING, ReviewStatus.ESCALATED):
        raise Conflict(f"an item that is {item.status} has nothing to confirm")
    require_may_decide(item, principal)
    found = weigh(item, draft.result, surroundings(session, item), now=now).findings
    standing = {finding.rule: finding for finding in found if finding.concern is Concern.MESSAGE}
    if unknown := [rule for rule in rules if rule not in standing]:
        raise InvalidInput(f"'{unknown[0][:60]}' does not stand against this item", field="rules")
    asked = [standing[rule] for rule in dict.fromkeys(rules) if not standing[rule].confirmed_by]
    require_may_confirm(principal, asked)
    by_id, by = principal.user_id, principal.name
    given = (
        Confirmation(finding=one.key, read=item.read_digest, rule=one.rule, by_id=by_id, by=by, at=now) for one in asked
    )
    confirmed = Confirmations(given=(*item.confirmed.given, *given))
    move = Move("confirmed", ReviewStatus(item.status), reason=", ".join(one.rule for one in asked))
    item = make(session, item, move, actor=Actor.of(principal), now=now, confirmed=confirmed)
    keep_verdict(session, item, draft.result, surroundings(session, item), now=now)
    return item


def checked(
    session: Session, principal: Principal, item_id: int, text: str, *, entailment: Entailment | None = None
) -> CheckedText:
    """What the checks say of a text that is to be approved; they read, and nobody waits for them.

    Raises NotFound, and InvalidInput for a text that can be no reply.
    """
    item = visible_item(session, principal, item_id)
    text = text.strip()
    if not text or len(text) > MAX_REPLY or "\x00" in text:
        raise InvalidInput(f"a reply has 1 to {MAX_REPLY} characters, and none of them NUL", field="text")
    return check_text(item, text, surroundings(session, item), entailment=entailment)


def checked_draft(session: Session, principal: Principal, item_id: int) -> CheckedText:
    """What the checks say of the item's draft as it is; raise NotFound."""
    item = visible_item(session, principal, item_id)
    return check_text(item, item.draft, surroundings(session, item))


def approve(
    session: Session,
    principal: Principal,
    item_id: int,
    *,
    version: int,
    text: CheckedText,
    accept_findings: bool,
    jobs: JobQueue,
    now: datetime,
    send_delay_seconds: float,
    failures: Sequence[FailureKind] = (),
    later: SendLater | None = None,
) -> ReviewItem:
    """Record a person's yes to exactly this text (from ``checked``), and enqueue its sending in the same transaction.

    Where the brand's policy wants two people, the first yes is recorded as one that waits, and nothing is enqueued;
    the time that it names holds for the second one too, unless that names its own. ``later``: when it is to be sent.

    Raises VersionConflict when the item, its template or what was checked has moved on, ClaimedByAnother, Forbidden,
    TextBlocked when the checks object and the findings were not accepted by somebody who may, and InvalidInput for a
    time at which it cannot be sent.
    ``failures`` say what the edit mended.
    """
    item = seen_item(session, principal, item_id, version=version, now=now)
    found = mended_failures(item.draft, text.text, failures)
    require_may_decide(item, principal)
    require_not_seeded(session, item, text.text)
    around = hold(session, item)
    binding = binding_to(session, item, text.text, around, now=now)
    result = weigh(item, text.result, around, now=now)
    _require_what_was_seen(text, binding, result)
    require_may_send(principal, result, accept_findings=accept_findings)
    send_at = later.moment(session, around, now=now) if later else _proposed_time(around, text.text, binding, now=now)
    if waits := hold_to_policy(
        session, principal, item, text.text, around, binding=binding, result=result, send_at=send_at, now=now
    ):
        return waits
    approval = _approval(principal, binding, result, item_id=item_id, text=text.text, send_at=send_at, now=now)
    session.add(approval)
    session.flush()
    act = "approved" if text.text == item.draft else "edited_and_approved"
    when = f"to be sent at {send_at.isoformat(timespec='minutes')}" if send_at else ""
    item = make(
        session,
        item,
        Move(act, ReviewStatus.APPROVED, reason=when, text=text.text, failures=found),
        actor=Actor.of(principal),
        now=now,
        final_text=text.text,
        approval_id=approval.id,
        attempt=0,
        notice=None,
        is_redrafting=False,
        claimed_by=None,
        claimed_until=None,
        moved_at=send_at or now,
    )
    jobs.enqueue(session, learn_job(item))
    wait = max(send_delay_seconds, (send_at - now).total_seconds()) if send_at else send_delay_seconds
    jobs.enqueue(session, deliver_job(approval.id, 0), delay_seconds=wait)
    return item


def _proposed_time(around: Surroundings, text: str, binding: Binding, *, now: datetime) -> datetime | None:
    """When the first of two people wanted this text to be sent; None for at once, also where that time is over."""
    first = around.proposed
    if first is None or first.send_at is None or (first.text, first.binding_digest) != (text, binding.digest):
        return None
    return first.send_at.astimezone(ZoneInfo(around.brand.time_zone)) if first.send_at > now else None


def _approval(
    principal: Principal,
    binding: Binding,
    result: CheckResult,
    *,
    item_id: int,
    text: str,
    send_at: datetime | None,
    now: datetime,
) -> Approval:
    return Approval(
        review_item_id=item_id,
        approver_id=principal.user_id,
        text=text,
        text_digest=text_digest(text),
        binding_digest=binding.digest,
        bound_to=asdict(binding),
        accepted_findings=[_accepted(finding, principal).model_dump(mode="json") for finding in result.findings],
        send_at=send_at,
        created_at=now,
    )


def _accepted(finding: Finding, principal: Principal) -> Finding:
    """Who approves in spite of a finding about the message has confirmed it."""
    if finding.concern is Concern.TEXT or finding.confirmed_by or finding.severity not in ASKS:
        return finding
    return finding.model_copy(update={"confirmed_by": principal.name})


def _require_what_was_seen(text: CheckedText, binding: Binding, result: CheckResult) -> None:
    """The message and the template of the draft are there, and nothing moved while it was checked."""
    if any(finding.rule == MESSAGE_WITHDRAWN for finding in result.findings):
        raise Conflict("the author deleted the message; nothing is sent")
    if any(finding.rule == TEMPLATE_CHANGED for finding in result.findings):
        raise VersionConflict("the template has changed since this was drafted; draft it anew")
    if not text.holds_for(binding):
        raise VersionConflict("the message, its template or the voice changed just now; look at it again")
