"""``/v1/reviews``: the queue and what people do with it; ``/v1/events``: what changed, live."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session
from sse_starlette import EventSourceResponse, ServerSentEvent

from replyassist.core.accounts import Principal
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import Forbidden, NotAuthenticated
from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, DatabaseDep, PrincipalDep, ReadingDep
from replyassist.core.security import Permission

from . import approving, decisions, repository
from .feed import AuditFeed
from .models import ReviewItem, ReviewStatus
from .repository import QueueFilter, cursor_of, is_number, place_of
from .views import (
    ApproveBody,
    ConfirmBody,
    ReasonBody,
    RedraftBody,
    RejectBody,
    ReviewDetail,
    ReviewPage,
    VersionBody,
    detail,
    summaries,
)

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], responses=PROBLEM_RESPONSES)
events_router = APIRouter(prefix="/v1/events", tags=["reviews"], responses=PROBLEM_RESPONSES)

MAX_PAGE = 200
EVENT_POLL_SECONDS = 1.0
ROUTES = "^(draft|escalate|no_reply|review)$"
VERDICTS = "^(ready|needs_edit|blocked)$"


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
    sort: Annotated[str, Query(pattern="^(urgency|newest)$")] = "urgency",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: str | None = None,
) -> ReviewPage:
    """The queue, most urgent first and then oldest first, or newest first; follow ``next_cursor`` for the next page."""
    principal.require(Permission.QUEUE_READ)
    if brand is not None:
        principal.require_brand(brand)
    wanted = QueueFilter(
        brands=frozenset({brand}) if brand is not None else principal.brands,
        statuses=tuple(item.value for item in status or ()),
        route=route,
        verdict=verdict,
        channel=channel,
        newest_first=sort == "newest",
    )
    found = repository.list_items(session, wanted, after=place_of(cursor), limit=limit + 1)
    page = found[:limit]
    more = cursor_of(page[-1]) if len(found) > limit else None
    return ReviewPage(items=summaries(session, page, now=clock.now()), next_cursor=more)


@router.get("/{item_id}")
def get_review(principal: PrincipalDep, session: ReadingDep, clock: ClockDep, item_id: int) -> ReviewDetail:
    """One item whole: the conversation, the proposal with every candidate and finding, and the history."""
    return detail(session, decisions.visible_item(session, principal, item_id), now=clock.now())


def _act(
    database: Database, principal: Principal, clock: Clock, item_id: int, act: Callable[[Session], ReviewItem]
) -> ReviewDetail:
    """One act in one transaction; the item is read, and its draft held against the checks, when that is over."""
    with database.writing() as session:
        act(session)
    with database.reading() as session:
        return detail(session, decisions.visible_item(session, principal, item_id), now=clock.now())


@router.post("/{item_id}/claim")
def claim_review(
    request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, item_id: int
) -> ReviewDetail:
    """Lease the item for some minutes, so that nobody else works on it."""
    minutes, now = request.app.state.settings.claim_minutes, clock.now()

    def act(session: Session) -> ReviewItem:
        return decisions.claim(session, principal, item_id, now=now, minutes=minutes)

    return _act(database, principal, clock, item_id, act)


@router.post("/{item_id}/release")
def release_review(principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, item_id: int) -> ReviewDetail:
    """Give the lease back."""
    return _act(database, principal, clock, item_id, lambda session: decisions.release(session, principal, item_id))


@router.post("/{item_id}/confirm")
def confirm_findings(
    principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, item_id: int, body: ConfirmBody
) -> ReviewDetail:
    """Say that findings about the message or the template are no obstacle; edits keep it, and the approval says who."""
    with database.reading() as session:
        draft = approving.checked_draft(session, principal, item_id)

    def act(session: Session) -> ReviewItem:
        return approving.confirm(
            session, principal, item_id, version=body.version, rules=body.rules, draft=draft, now=clock.now()
        )

    return _act(database, principal, clock, item_id, act)


@router.post("/{item_id}/approve")
def approve_review(
    request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, item_id: int, body: ApproveBody
) -> ReviewDetail:
    """Approve exactly this text; it is sent after the short time in which it can be taken back."""
    with database.reading() as session:
        text = approving.checked(session, principal, item_id, body.text)

    def act(session: Session) -> ReviewItem:
        return approving.approve(
            session,
            principal,
            item_id,
            version=body.version,
            text=text,
            accept_findings=body.accept_findings,
            failures=body.failures,
            jobs=request.app.state.jobs,
            now=clock.now(),
            send_delay_seconds=request.app.state.settings.send_delay_seconds,
        )

    return _act(database, principal, clock, item_id, act)


@router.post("/{item_id}/reject")
def reject_review(
    request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, item_id: int, body: RejectBody
) -> ReviewDetail:
    """Decide that this message gets no such reply."""

    def act(session: Session) -> ReviewItem:
        return decisions.reject(
            session,
            principal,
            item_id,
            version=body.version,
            reason=body.reason,
            jobs=request.app.state.jobs,
            now=clock.now(),
            failures=body.failures,
        )

    return _act(database, principal, clock, item_id, act)


@router.post("/{item_id}/escalate")
def escalate_review(
    request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, item_id: int, body: ReasonBody
) -> ReviewDetail:
    """Hand the item to a lead."""

    def act(session: Session) -> ReviewItem:
        return decisions.escalate(
            session,
            principal,
            item_id,
            version=body.version,
            reason=body.reason,
            jobs=request.app.state.jobs,
            now=clock.now(),
        )

    return _act(database, principal, clock, item_id, act)


@router.post("/{item_id}/redraft", status_code=202)
def redraft_review(
    request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, item_id: int, body: RedraftBody
) -> ReviewDetail:
    """Ask for another draft; it follows in the background."""

    def act(session: Session) -> ReviewItem:
        return decisions.redraft(
            session,
            principal,
            item_id,
            version=body.version,
            instruction=body.instruction,
            template_id=body.template_id,
            with_follow_up=body.with_follow_up,
            jobs=request.app.state.jobs,
            now=clock.now(),
        )

    return _act(database, principal, clock, item_id, act)


@router.post("/{item_id}/undo")
def undo_review(
    request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, item_id: int, body: VersionBody
) -> ReviewDetail:
    """Take an approval back before it is sent, undo a rejection, or reopen a failed or uncertain sending."""
    jobs = request.app.state.jobs

    def act(session: Session) -> ReviewItem:
        return decisions.take_back(session, principal, item_id, version=body.version, jobs=jobs, now=clock.now())

    return _act(database, principal, clock, item_id, act)


@events_router.get("", response_class=EventSourceResponse)
async def events(
    request: Request,
    principal: PrincipalDep,
    database: DatabaseDep,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """Server-sent events: each change of the queue as an audit entry; resumes after ``Last-Event-ID``."""
    principal.require(Permission.QUEUE_READ)
    after = int(last_event_id) if last_event_id and is_number(last_event_id) else None
    return EventSourceResponse(_changes(request, AuditFeed(database, principal, after=after)), ping=15)


async def _changes(request: Request, feed: AuditFeed) -> AsyncIterator[ServerSentEvent]:
    await run_in_threadpool(feed.open)
    while not await request.is_disconnected():
        try:
            changes = await run_in_threadpool(feed.read)
        except (NotAuthenticated, Forbidden):
            return
        for change in changes:
            content = json.dumps(change.model_dump(mode="json"), ensure_ascii=False)
            yield ServerSentEvent(event="review", id=str(feed.at), data=content)
        if not changes:
            await asyncio.sleep(EVENT_POLL_SECONDS)
