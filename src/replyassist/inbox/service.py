"""Takes messages in: once each, on disk before the answer, with their job in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.errors import NotFound, QueueFull
from replyassist.core.jobs import Job, JobQueue

from . import repository
from .models import Author, Conversation, Message
from .schemas import MessageIn, MessageTaken

DRAFT_JOB = "draft"


@dataclass(frozen=True)
class Taken:
    """A message that is on disk; ``is_new`` is False when it was there already."""

    message: MessageTaken
    is_new: bool
    conversation_id: int


@dataclass(frozen=True)
class StoredMessage:
    """A message with its author and conversation, as the later stages need it."""

    message: Message
    author: Author
    conversation: Conversation


def draft_job(message_id: int, attempt: int) -> Job:
    """The job that drafts a reply; one attempt is one job."""
    return Job(name=DRAFT_JOB, key=f"{DRAFT_JOB}-{message_id}-{attempt}", arguments=(message_id, attempt))


def take_in(session: Session, incoming: MessageIn, *, jobs: JobQueue, now: datetime, queue_limit: int) -> Taken:
    """Store a message and enqueue its draft; the same (brand, channel, external_id) again changes nothing.

    Raises NotFound for an unknown brand and QueueFull when too many messages wait; then nothing is stored.
    """
    get_brand(session, incoming.brand)
    known = repository.find_message(session, incoming.brand, incoming.channel, incoming.external_id)
    if known is not None:
        return Taken(message=taken(known), is_new=False, conversation_id=known.conversation_id)
    if repository.count_waiting(session) >= queue_limit:
        raise QueueFull(f"{queue_limit} messages wait for a draft; nothing was stored, send it again later")
    author = _author(session, incoming)
    conversation = _conversation(session, incoming)
    message = Message(
        brand_id=incoming.brand,
        channel=incoming.channel,
        external_id=incoming.external_id,
        conversation_id=_key(conversation.id),
        author_id=_key(author.id),
        text=incoming.text,
        posted_at=incoming.posted_at,
        received_at=now,
        attributes=incoming.metadata,
    )
    session.add(message)
    session.flush()
    conversation.last_message_id = message.id
    session.add(conversation)
    jobs.enqueue(session, draft_job(_key(message.id), 0))
    return Taken(message=taken(message), is_new=True, conversation_id=_key(conversation.id))


def load(session: Session, message_id: int) -> StoredMessage:
    """A message with its author and conversation; raise NotFound."""
    message = session.get(Message, message_id)
    if message is None:
        raise NotFound(f"there is no message {message_id}")
    author = session.get(Author, message.author_id)
    conversation = session.get(Conversation, message.conversation_id)
    if author is None or conversation is None:
        raise NotFound(f"message {message_id} has lost its author or conversation")
    return StoredMessage(message, author, conversation)


def taken(message: Message) -> MessageTaken:
    """The answer for a stored message."""
    return MessageTaken(
        id=_key(message.id),
        brand=message.brand_id,
        channel=message.channel,
        external_id=message.external_id,
        received_at=message.received_at,
    )


def _author(session: Session, incoming: MessageIn) -> Author:
    given = incoming.author
    author = repository.find_author(session, incoming.brand, incoming.channel, given.external_id) or Author(
        brand_id=incoming.brand, channel=incoming.channel, external_id=given.external_id
    )
    author.handle = given.handle or author.handle
    author.name = given.name or author.name
    session.add(author)
    session.flush()
    return author


def _conversation(session: Session, incoming: MessageIn) -> Conversation:
    given = incoming.conversation
    conversation = repository.find_conversation(session, incoming.brand, incoming.channel, given.external_id)
    if conversation is None:
        conversation = Conversation(
            brand_id=incoming.brand,
            channel=incoming.channel,
            external_id=given.external_id,
            visibility=given.visibility,
            parent_text=given.parent_text,
        )
    session.add(conversation)
    session.flush()
    repository.lock_conversation(session, _key(conversation.id))
    return conversation


def _key(value: int | None) -> int:
    if value is None:
        raise RuntimeError("a row is used before it was stored")
    return value
