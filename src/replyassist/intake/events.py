"""Takes in what a platform tells, whatever the order and however often: duplicates and late news do no harm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from replyassist.channels import Deleted, Edited, Event, NewMessage
from replyassist.channels import repository as connections
from replyassist.channels.events import short_id
from replyassist.channels.models import Connection
from replyassist.core.jobs import JobQueue
from replyassist.core.settings import Settings
from replyassist.delivery.late import doubt_late
from replyassist.inbox.models import Direction
from replyassist.inbox.repository import find_message
from replyassist.inbox.schemas import MessageIn
from replyassist.review import answered_there
from replyassist.review.author_changes import delete, edit

from .service import take_in

ATTEMPTS = 4
"""At one batch: others may store an author, a conversation or a message of it first, each once."""


def take_events(
    session: Session,
    connection: Connection,
    events: Sequence[Event],
    *,
    jobs: JobQueue,
    settings: Settings,
    now: datetime,
    since: datetime | None = None,
    is_answered_there: bool = False,
) -> int:
    """Apply a batch within the caller's transaction; how many messages are new.

    Our own replies come first: what they answer is kept, and not drafted. ``since``: messages from before it are left
    out (what was there before an account was connected). A deletion that comes before its message is remembered; an
    edit never brings a deleted message back. ``is_answered_there``: people answer in the platform's own inbox, so what
    they send there decides the items that it answers. What is said not to have arrived puts its item before a person.
    Raises QueueFull; then the caller rolls back, and asks again later.
    """
    if any(_place(event) not in (None, (connection.brand_id, connection.channel)) for event in events):
        raise ValueError("an event is of another connection")
    taken = 0
    for event in in_order(events):
        if isinstance(event, NewMessage):
            is_new = _take(session, connection, event.message, jobs=jobs, settings=settings, now=now, since=since)
            if is_new and is_answered_there:
                _close_answered(session, connection, event.message, jobs=jobs, now=now)
            taken += is_new
        elif isinstance(event, Edited):
            taken += _edit(session, connection, event, jobs=jobs, settings=settings, now=now, since=since)
        elif isinstance(event, Deleted):
            _delete(session, connection, event, jobs=jobs, now=now)
        else:
            doubt_late(session, connection, event, now=now)
    return taken


def _take(
    session: Session,
    connection: Connection,
    message: MessageIn,
    *,
    jobs: JobQueue,
    settings: Settings,
    now: datetime,
    since: datetime | None,
) -> int:
    is_too_old = since is not None and message.posted_at < since
    if is_too_old or connections.is_gone(session, connection.brand_id, connection.channel, message.external_id):
        return 0
    taken = take_in(
        session,
        message,
        jobs=jobs,
        now=now,
        queue_limit=settings.queue_limit,
        group_seconds=settings.group_seconds,
        skip_answered=True,
    )
    return int(taken.is_new)


def _close_answered(
    session: Session, connection: Connection, message: MessageIn, *, jobs: JobQueue, now: datetime
) -> None:
    stored = find_message(session, connection.brand_id, connection.channel, message.external_id)
    if stored is not None and stored.direction == Direction.OUT and stored.echo_of_id is None:
        answered_there.close_answered(session, stored, jobs=jobs, now=now)


def _edit(
    session: Session,
    connection: Connection,
    event: Edited,
    *,
    jobs: JobQueue,
    settings: Settings,
    now: datetime,
    since: datetime | None,
) -> int:
    place = (connection.brand_id, connection.channel, short_id(event.external_id))
    known = find_message(session, *place)
    if known is None:
        if event.message is None:
            return 0
        return _take(session, connection, event.message, jobs=jobs, settings=settings, now=now, since=since)
    if known.deleted_at is None and (event.change.text or event.change.attachments or known.attachments):
        edit(session, *place, event.change, jobs=jobs, now=now)
    return 0


def _delete(session: Session, connection: Connection, event: Deleted, *, jobs: JobQueue, now: datetime) -> None:
    place = (connection.brand_id, connection.channel, short_id(event.external_id))
    if find_message(session, *place) is None:
        connections.note_gone(session, *place, now=now)
    else:
        delete(session, *place, jobs=jobs, now=now)


def in_order(events: Sequence[Event]) -> list[Event]:
    """Events as they are taken in: our own replies first, the others as they came."""
    return sorted(events, key=lambda each: not (isinstance(each, NewMessage) and each.message.direction == "out"))


def _place(event: Event) -> tuple[str, str] | None:
    message = event.message if isinstance(event, NewMessage | Edited) else None
    return (message.brand, message.channel) if message is not None else None
