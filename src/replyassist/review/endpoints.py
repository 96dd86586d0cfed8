"""``/v1/reviews``: the queue and what people do with it; ``/v1/events``: what changed, live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from replyassist.core.accounts import Principal
from replyassist.core.errors import Forbidden, NotAuthenticated
from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, PrincipalDep, ReadingDep
from replyassist.core.security import Permission

from . import approving, decisions
from .acting import ActingDep
from .list_order import QueueFilter, Sort, is_number
from .models import ReviewStatus
from .pulse import QueueBroadcast
from .reading import item_detail, queue_page
from .scheduling import SendLater
from .teamwork import acts as teamwork
from .views import (
    ApproveBody,
    ConfirmBody,
    ReasonBody,
    RedraftBody,
    RejectBody,
    ReviewDetail,
    ReviewPage,
    VersionBody,
)

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], responses=PROBLEM_RESPONSES)
events_router = APIRouter(prefix="/v1/events", tags=["reviews"], responses=PROBLEM_RESPONSES)

MAX_PAGE = 200
ROUTES = "^(draft|escalate|no_reply|review)$"
VERDICTS = "^(ready|needs_edit|blocked)$"
Short = Annotated[str | None, Query(max_length=60)]


@router.get("")
def list_reviews(
    principal: PrincipalDep,
    session: ReadingDep,
    clock: ClockDep,
    brand: str | None = None,
    status: Annotated[list[ReviewStatus] | None, Query()] = None,
    route: Annotated[str | None, Query(pattern=ROUTES)] = None,
    verdict: Annotated[str | None, Query(pattern=VERDICTS)] = None,
    channel: str | None = None,
    visibility: Annotated[str | None, Query(pattern="^(public|private)$")] = None,
    kind: Short = None,
    risk: Annotated[str | None, Query(pattern="^(low|high)$")] = None,
    template: Annotated[str | None, Query(max_length=200)] = None,
    language: Short = None,
    assignee: Annotated[str | None, Query(pattern=r"^(me|nobody|\d{1,9})$")] = None,
    snoozed: bool | None = None,
    q: Annotated[str, Query(max_length=200, description="Words of author, message, template or order number")] = "",
    sort: Annotated[Sort, Query()] = Sort.URGENCY,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: str | None = None,
) -> ReviewPage:
    """The queue in the order of ``sort``; follow ``next_cursor`` for the next page."""
    asked = {
        "route": route,
        "verdict": verdict,
        "channel": channel,
        "visibility": visibility,
        "kind": kind,
        "risk": risk,
        "template_id": template,
        "language": language,
    }
    facets: dict[str, str | int | None] = {name: value for name, value in asked.items() if value is not None}
    if assignee is not None:
        facets["assigned_to"] = {"me": principal.user_id, "nobody": None}.get(assignee, assignee)
    wanted = QueueFilter(
        brands=frozenset(),
        statuses=tuple(item.value for item in status or ()),
        facets=facets,
        text=q,
        sort=sort,
        is_snoozed=True if sort is Sort.WAKES else snoozed,
    )
    return queue_page(session, principal, wanted, brand=brand, cursor=cursor, limit=limit, now=clock.now())


@router.get("/{item_id}")
def get_review(principal: PrincipalDep, session: ReadingDep, clock: ClockDep, item_id: int) -> ReviewDetail:
    """One item whole: the conversation, the proposal with every candidate and finding, and the history."""
    return item_detail(session, principal, item_id, now=clock.now())


@router.post("/{item_id}/claim")
def claim_review(on: ActingDep) -> ReviewDetail:
    """Lease the item for some minutes, so that nobody else works on it."""
    return on.act(decisions.claim, now=on.now, minutes=on.settings.claim_minutes)


@router.post("/{item_id}/release")
def release_review(on: ActingDep) -> ReviewDetail:
    """Give the lease back."""
    return on.act(decisions.release, now=on.now)


@router.post("/{item_id}/confirm")
def confirm_findings(on: ActingDep, body: ConfirmBody) -> ReviewDetail:
    """Say that findings about the message or the template are no obstacle; edits keep it, and the approval says who."""
    with on.database.reading() as session:
        draft = approving.checked_draft(session, on.principal, on.item_id)
    return on.act(approving.confirm, version=body.version, rules=body.rules, draft=draft, now=on.now)


@router.post("/{item_id}/approve")
def approve_review(request: Request, on: ActingDep, body: ApproveBody) -> ReviewDetail:
    """Approve exactly this text; it is sent after the short time in which it can be taken back, or at ``send_at``."""
    with on.database.reading() as session:
        entailment = request.app.state.proposer.entailment
        text = approving.checked(session, on.principal, on.item_id, body.text, entailment=entailment)
    return on.act(
        approving.approve,
        version=body.version,
        text=text,
        accept_findings=body.accept_findings,
        failures=body.failures,
        jobs=on.jobs,
        now=on.now,
        send_delay_seconds=on.settings.send_delay_seconds,
        later=SendLater(body.send_at, request.app.state.window_end) if body.send_at else None,
    )


@router.post("/{item_id}/reject")
def reject_review(on: ActingDep, body: RejectBody) -> ReviewDetail:
    """Decide that this message gets no such reply."""
    why, failures = body.reason, body.failures
    return on.act(decisions.reject, version=body.version, reason=why, failures=failures, jobs=on.jobs, now=on.now)


@router.post("/{item_id}/escalate")
def escalate_review(on: ActingDep, body: ReasonBody) -> ReviewDetail:
    """Hand the item to a lead."""
    return on.act(decisions.escalate, version=body.version, reason=body.reason, jobs=on.jobs, now=on.now)


@router.post("/{item_id}/redraft", status_code=202)
def redraft_review(on: ActingDep, body: RedraftBody) -> ReviewDetail:
    """Ask for another draft; it follows in the background."""
    return on.act(
        decisions.redraft,
        version=body.version,
        instruction=body.instruction,
        template_id=body.template_id,
        with_follow_up=body.with_follow_up,
        jobs=on.jobs,
        now=on.now,
    )


@router.post("/{item_id}/undo")
def undo_review(on: ActingDep, body: VersionBody) -> ReviewDetail:
    """Take an approval back before it is sent, undo a rejection, or reopen a failed or uncertain sending.

    While an item is open: undo one's own escalation, hand-back or snooze of the last minutes.
    """
    return on.act(teamwork.take_back, version=body.version, jobs=on.jobs, now=on.now)


@events_router.get("", response_class=EventSourceResponse)
async def events(
    request: Request, principal: PrincipalDep, last_event_id: Annotated[str | None, Header()] = None
) -> EventSourceResponse:
    """Server-sent events: each change of the queue as an audit entry (``review``); resumes after ``Last-Event-ID``.

    ``claim``, ``presence`` and ``note`` name an item that was taken or freed, looked at or left, or got a note.
    """
    principal.require(Permission.QUEUE_READ)
    after = int(last_event_id) if last_event_id and is_number(last_event_id) else None
    return EventSourceResponse(_changes(request.app.state.pulse, principal, after), ping=15)


async def _changes(pulse: QueueBroadcast, who: Principal, after: int | None) -> AsyncIterator[ServerSentEvent]:
    async with pulse.listen(who, after=after) as listener:
        try:
            async for change in listener.changes():
                place = str(listener.at) if change.entry_id else None
                yield ServerSentEvent(event=change.event, id=place, data=change.content)
        except (NotAuthenticated, Forbidden):
            return
