"""``/v1/messages``: the front door."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import InvalidInput, ReplyassistError
from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, DatabaseDep, PrincipalDep, WritingDep
from replyassist.core.jobs import JobQueue
from replyassist.core.security import Permission
from replyassist.core.settings import Settings
from replyassist.core.telemetry import MESSAGES
from replyassist.inbox.schemas import (
    BatchIn,
    BatchOutcome,
    BatchTaken,
    Id,
    MessageChanged,
    MessageEdit,
    MessageIn,
    MessageTaken,
    Slug,
)
from replyassist.inbox.service import TakenMessage
from replyassist.review.author_changes import delete, edit

from .service import take_in

router = APIRouter(prefix="/v1/messages", tags=["messages"], responses=PROBLEM_RESPONSES)

ROWS_THAT_OTHERS_MAY_MAKE_FIRST = 3  # the author, the conversation, the message


@router.post(
    "",
    status_code=202,
    responses={
        200: {"model": MessageTaken, "description": "It was here already; nothing changed"},
        503: {"description": "The queue has no room for this brand; nothing was stored"},
    },
)
def take_message(
    request: Request,
    response: Response,
    principal: PrincipalDep,
    database: DatabaseDep,
    clock: ClockDep,
    message: Annotated[MessageIn, Body()],
) -> MessageTaken:
    """Take in one message. It is on disk when this answers; its draft follows in the background."""
    taken = _take(request, principal, database, clock, message)
    if not taken.is_new:
        response.status_code = 200
    return taken.message


@router.post("/batch")
def take_messages(
    request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, batch: BatchIn
) -> BatchTaken:
    """Take in up to 1,000 messages, each with its own outcome; those with 202 or 200 are on disk."""
    principal.require(Permission.MESSAGES_WRITE)
    outcomes = []
    for index, raw in enumerate(batch.messages):
        try:
            message = MessageIn.model_validate(raw)
            taken = _take(request, principal, database, clock, message)
            outcomes.append(BatchOutcome(index=index, status=202 if taken.is_new else 200, message=taken.message))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            outcomes.append(
                BatchOutcome(index=index, status=422, code=InvalidInput.code, detail=f"{place}: {first['msg']}")
            )
        except ReplyassistError as error:
            outcomes.append(BatchOutcome(index=index, status=error.status, code=error.code, detail=error.detail))
    return BatchTaken(outcomes=outcomes)


@router.put("/{brand}/{channel}/{external_id:path}")
def edit_message(
    request: Request,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    brand: Slug,
    channel: Slug,
    external_id: Id,
    change: Annotated[MessageEdit, Body()],
) -> MessageChanged:
    """The author edited a message, or it is shown again after a deletion: its item comes back with a new draft.

    Where the reply is being sent, or was, the item says so. The same edit again, or one older than the last, changes
    nothing.
    """
    principal.require_for(Permission.MESSAGES_WRITE, brand)
    return edit(session, brand, channel, external_id, change, jobs=request.app.state.jobs, now=clock.now())


@router.delete("/{brand}/{channel}/{external_id:path}")
def delete_message(
    request: Request,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    brand: Slug,
    channel: Slug,
    external_id: Id,
) -> MessageChanged:
    """The author deleted a message: its item is withdrawn; where the reply is being sent, or was, the item says so.

    The same deletion again changes nothing. ``PUT`` brings the message back.
    """
    principal.require_for(Permission.MESSAGES_WRITE, brand)
    return delete(session, brand, channel, external_id, jobs=request.app.state.jobs, now=clock.now())


def _take(request: Request, principal: Principal, database: Database, clock: Clock, message: MessageIn) -> TakenMessage:
    try:
        taken = _stored(request, principal, database, clock, message)
    except ReplyassistError:
        MESSAGES.labels(outcome="refused").inc()
        raise
    MESSAGES.labels(outcome="new" if taken.is_new else "known").inc()
    return taken


def _stored(
    request: Request, principal: Principal, database: Database, clock: Clock, message: MessageIn
) -> TakenMessage:
    principal.require_for(Permission.MESSAGES_WRITE, message.brand)
    jobs: JobQueue = request.app.state.jobs
    settings: Settings = request.app.state.settings

    def once(session: Session) -> TakenMessage:
        return take_in(
            session,
            message,
            jobs=jobs,
            now=clock.now(),
            queue_limit=settings.queue_limit,
            group_seconds=settings.group_seconds,
        )

    for _ in range(ROWS_THAT_OTHERS_MAY_MAKE_FIRST):
        try:
            return database.write(once)
        except IntegrityError:
            continue  # somebody else stored the author, the conversation or the message: it is there now
    return database.write(once)
