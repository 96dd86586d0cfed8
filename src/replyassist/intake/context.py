"""Fills in what a message stands under: the post of its conversation, and what it alone answers."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlmodel import Session

from replyassist.channels import Thread, ThreadPlace
from replyassist.channels.connections import Connections
from replyassist.channels.models import Connection
from replyassist.channels.repository import connection_for
from replyassist.core.database import Database
from replyassist.core.jobs import JobQueue
from replyassist.core.settings import Settings
from replyassist.inbox.models import Conversation, Message
from replyassist.inbox.repository import find_message
from replyassist.inbox.schemas import MAX_TEXT
from replyassist.inbox.threads import StoredMessage

from .events import take_events

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    """What the database says before a platform is asked: the account, what the message answers, and what of both is
    missing. What begins a conversation here is no post above its messages."""

    connection: Connection | None
    answered: str | None
    lacks_post: bool
    lacks_answered: bool


def fill_context(connections: Connections, stored: StoredMessage, *, jobs: JobQueue, settings: Settings) -> bool:
    """Keep the post above, what the message answers, and what else the platform tells of the thread; whether anything
    was looked for.

    A platform is asked for what is not known here. Nothing depends on it but how well a draft fits: what fails is
    logged, and the draft is made without.
    """
    if stored.conversation.parent_text is not None and not _may_answer(stored):
        return False
    try:
        return _fill(connections, stored, jobs=jobs, settings=settings)
    except Exception:
        logger.warning("the thread of message %s could not be read", stored.message.id, exc_info=True)
        return False


def _may_answer(stored: StoredMessage) -> bool:
    """Whether it may answer or quote something besides the post, and nobody knows what yet."""
    message, place = stored.message, stored.conversation.external_id
    is_other = message.in_reply_to not in (None, place) or message.external_id == place
    return message.answered_text is None and is_other


def _fill(connections: Connections, stored: StoredMessage, *, jobs: JobQueue, settings: Settings) -> bool:
    known = _known(connections.database, stored)
    connection, thread = known.connection, Thread()
    tells = connection is None or connections.adapter(connection.platform).traits.tells_parent
    is_asked = connection is not None and not tells and (known.lacks_post or known.lacks_answered)
    if connection is not None and is_asked:
        thread = _read(connections, connection, stored, known)
    answered = known.answered or (_kept(thread.answered_text) if known.lacks_answered else None)
    post = _kept(thread.parent_text) if known.lacks_post else None
    if not (is_asked or answered):
        return False
    with connections.database.writing() as session:
        message = session.get_one(Message, stored.message.id)
        conversation = session.get_one(Conversation, message.conversation_id)  # it may have been moved meanwhile
        conversation.parent_text = conversation.parent_text or post
        message.answered_text = message.answered_text or answered
        session.add_all((conversation, message))
        if connection is not None:
            now = connections.runtime.clock.now()
            take_events(session, connection, thread.events, jobs=jobs, settings=settings, now=now)
    return True


def _known(database: Database, stored: StoredMessage) -> _Known:
    message, place = stored.message, stored.conversation.external_id
    key = (message.brand_id, message.channel)
    with database.reading() as session:
        connection = connection_for(session, *key)
        answered = find_message(session, *key, message.in_reply_to) if message.in_reply_to else None
        lacks_post = stored.conversation.parent_text is None and message.external_id != place
        lacks_post = lacks_post and find_message(session, *key, place) is None
        is_shown = answered is not None and _visibility(session, answered) == stored.conversation.visibility
    words = answered.text if answered is not None and is_shown and answered.deleted_at is None else ""
    return _Known(
        connection,
        answered=(words or None) if message.answered_text is None else None,
        lacks_post=lacks_post,
        lacks_answered=answered is None and _may_answer(stored),
    )


def _visibility(session: Session, message: Message) -> str:
    return session.get_one(Conversation, message.conversation_id).visibility


def _kept(told: str | None) -> str | None:
    """A text as every database takes it."""
    return (told or "").replace("\x00", "").encode("utf-8", "replace").decode()[:MAX_TEXT] or None


def _read(connections: Connections, connection: Connection, stored: StoredMessage, known: _Known) -> Thread:
    message = stored.message
    place = ThreadPlace(
        message.external_id,
        stored.conversation.external_id,
        message.attributes,
        wants_post=known.lacks_post,
        wants_answered=known.lacks_answered,
    )
    platform = connections.platform(connection)
    try:
        return platform.thread(place)
    finally:
        platform.close()
