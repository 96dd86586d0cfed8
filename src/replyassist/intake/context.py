"""Asks a platform for the post above a message, where its events leave it out."""

from __future__ import annotations

import logging

from replyassist.channels import Thread, ThreadPlace
from replyassist.channels.connections import Connections
from replyassist.channels.models import Connection
from replyassist.channels.repository import connection_for
from replyassist.core.jobs import JobQueue
from replyassist.core.settings import Settings
from replyassist.inbox.models import Conversation
from replyassist.inbox.schemas import MAX_TEXT
from replyassist.inbox.threads import StoredMessage

from .events import take_events

logger = logging.getLogger(__name__)


def fill_context(connections: Connections, stored: StoredMessage, *, jobs: JobQueue, settings: Settings) -> bool:
    """Keep the post above and what else the platform tells of the thread; whether anything changed.

    Nothing depends on it but how well a draft fits: what fails is logged, and the draft is made without.
    """
    if stored.conversation.parent_text is not None:
        return False
    try:
        return _fill(connections, stored, jobs=jobs, settings=settings)
    except Exception:
        logger.warning("the thread of message %s could not be read", stored.message.id, exc_info=True)
        return False


def _fill(connections: Connections, stored: StoredMessage, *, jobs: JobQueue, settings: Settings) -> bool:
    message = stored.message
    with connections.database.reading() as session:
        connection = connection_for(session, message.brand_id, message.channel)
    if connection is None or connections.adapter(connection.platform).traits.tells_parent:
        return False
    thread = _read(connections, connection, stored)
    with connections.database.writing() as session:
        conversation = session.get_one(Conversation, stored.conversation.id)
        told = (thread.parent_text or "").replace("\x00", "").encode("utf-8", "replace").decode()[:MAX_TEXT]
        conversation.parent_text = conversation.parent_text or told or None
        session.add(conversation)
        now = connections.runtime.clock.now()
        take_events(session, connection, thread.events, jobs=jobs, settings=settings, now=now)
    return True


def _read(connections: Connections, connection: Connection, stored: StoredMessage) -> Thread:
    message = stored.message
    platform = connections.platform(connection)
    try:
        return platform.thread(ThreadPlace(message.external_id, stored.conversation.external_id, message.attributes))
    finally:
        platform.close()
