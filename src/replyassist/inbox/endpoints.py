"""``/v1/messages``: the front door."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from replyassist.core.accounts import Principal
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import InvalidInput, ReplyassistError
from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, DatabaseDep, PrincipalDep
from replyassist.core.jobs import JobQueue
from replyassist.core.security import Permission
from replyassist.core.settings import Settings
from replyassist.core.telemetry import MESSAGES

from .schemas import BatchIn, BatchOutcome, BatchTaken, MessageIn, MessageTaken
from .service import Taken, take_in

router = APIRouter(prefix="/v1/messages", tags=["messages"], responses=PROBLEM_RESPONSES)

ROWS_THAT_OTHERS_MAY_MAKE_FIRST = 3  # the author, the conversation, the message


@router.post(
    "",
    status_code=202,
    responses={
        200: {"model": MessageTaken, "description": "It was here already; nothing changed"},
        503: {"description": "The queue is full; nothing was stored"},
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


def _take(request: Request, principal: Principal, database: Database, clock: Clock, message: MessageIn) -> Taken:
    try:
        taken = _stored(request, principal, database, clock, message)
    except ReplyassistError:
        MESSAGES.labels(outcome="refused").inc()
        raise
    MESSAGES.labels(outcome="new" if taken.is_new else "known").inc()
    return taken


def _stored(request: Request, principal: Principal, database: Database, clock: Clock, message: MessageIn) -> Taken:
    principal.require(Permission.MESSAGES_WRITE)
    principal.require_brand(message.brand)
    jobs: JobQueue = request.app.state.jobs
    settings: Settings = request.app.state.settings

    def once() -> Taken:
        with database.writing() as session:
            return take_in(session, message, jobs=jobs, now=clock.now(), queue_limit=settings.queue_limit)

    for _ in range(ROWS_THAT_OTHERS_MAY_MAKE_FIRST):
        try:
            return once()
        except IntegrityError:
            continue  # somebody else stored the author, the conversation or the message: it is there now
    return once()
