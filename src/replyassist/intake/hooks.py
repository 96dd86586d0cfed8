"""``/v1/hooks/{brand}/{connection}``: where platforms send their own webhooks; the signature is the sign-in."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import IntegrityError

from replyassist.channels import Event, HookAnswer, HookRequest
from replyassist.channels.connections import Connections
from replyassist.channels.endpoints import connections_of
from replyassist.channels.hook_requests import read_hook
from replyassist.channels.models import Connection, ConnectionStatus
from replyassist.channels.repository import find_connection
from replyassist.core.errors import NotFound, SignatureInvalid
from replyassist.core.http import PROBLEM_RESPONSES
from replyassist.core.jobs import JobQueue
from replyassist.core.settings import Settings
from replyassist.core.telemetry import HOOKS_REFUSED, MESSAGES
from replyassist.inbox.schemas import Slug

from .events import ATTEMPTS, take_events

router = APIRouter(prefix="/v1/hooks", tags=["hooks"], responses=PROBLEM_RESPONSES)


@router.get("/{brand}/{connection}", response_class=Response)
@router.get("/{brand}/{connection}/{key}", response_class=Response, include_in_schema=False)
async def answer_challenge(request: Request, brand: Slug, connection: Slug, key: str = "") -> Response:
    """A platform tests the address. ``connection`` is the channel's name, such as ``instagram``."""
    hook = await read_hook(request, key)
    return await run_in_threadpool(_challenge, connections_of(request), brand, connection, hook)


@router.post("/{brand}/{connection}", response_class=Response)
@router.post("/{brand}/{connection}/{key}", response_class=Response, include_in_schema=False)
async def take_hook(request: Request, brand: Slug, connection: Slug, key: str = "") -> Response:
    """A platform tells what happened. It is on disk when this answers; the same again changes nothing.

    ``key`` behind the connection is for platforms that sign nothing.
    """
    hook = await read_hook(request, key)
    jobs, settings = request.app.state.jobs, request.app.state.settings
    return await run_in_threadpool(_take, connections_of(request), brand, connection, hook, jobs, settings)


def _challenge(connections: Connections, brand: str, channel: str, hook: HookRequest) -> Response:
    answer = connections.inbound(_found(connections, brand, channel)).handshake(hook)
    if answer is None:
        raise NotFound("this is no test of the address")
    return _response(answer)


def _take(
    connections: Connections, brand: str, channel: str, hook: HookRequest, jobs: JobQueue, settings: Settings
) -> Response:
    connection = _found(connections, brand, channel)
    inbound = connections.inbound(connection)
    try:
        inbound.verify(hook)
    except SignatureInvalid:
        HOOKS_REFUSED.labels(platform=connection.platform).inc()
        connections.note_hooks(connection, is_refused=True)
        raise
    connections.note_hooks(connection, is_refused=False)
    if answer := inbound.handshake(hook):
        return _response(answer)
    _store(connections, connection, inbound.parse(hook), jobs, settings)
    return _response(inbound.answer())


def _store(
    connections: Connections, connection: Connection, events: list[Event], jobs: JobQueue, settings: Settings
) -> None:
    is_answered_there = connections.writes_notes(connection)

    def once() -> None:
        with connections.database.writing() as session:
            now = connections.runtime.clock.now()
            taken = take_events(
                session,
                connection,
                events,
                jobs=jobs,
                settings=settings,
                now=now,
                is_answered_there=is_answered_there,
            )
        MESSAGES.labels(outcome="new").inc(taken)

    for _ in range(ATTEMPTS - 1):
        try:
            return once()
        except IntegrityError:
            continue
    return once()


def _found(connections: Connections, brand: str, channel: str) -> Connection:
    with connections.database.reading() as session:
        connection = find_connection(session, brand, channel)
    if connection is None or connection.status == ConnectionStatus.DISCONNECTED:
        raise NotFound("there is no such connection")
    return connection


def _response(answer: HookAnswer) -> Response:
    headers = {"content-type": answer.content_type} if answer.body else {}
    return Response(answer.body, status_code=answer.status, headers=headers)
