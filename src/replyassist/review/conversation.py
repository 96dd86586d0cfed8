"""A conversation as people read it: their messages and our replies, in the order in which they were posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.inbox.models import Author, Direction, Message
from replyassist.inbox.repository import conversation_messages
from replyassist.inbox.schemas import Attachment
from replyassist.inbox.threads import StoredMessage

from .repository.approved import SentReply

US = "Us"
LINES = 50


@dataclass(frozen=True)
class ThreadLine:
    """One message, or one reply of ours. ``is_this``: the item is about it; ``is_newer``: posted after all of that.

    ``message_id`` is None for a reply that was approved here; ``answers_id`` is the message that such a reply answers.
    """

    author: str
    text: str
    at: datetime
    direction: Direction
    is_this: bool = False
    is_same_author: bool = False
    is_newer: bool = False
    is_edited: bool = False
    is_deleted: bool = False
    attachments: tuple[Attachment, ...] = ()
    message_id: int | None = None
    answers_id: int | None = None


def conversation_lines(session: Session, stored: StoredMessage, sent: Sequence[SentReply]) -> list[ThreadLine]:
    """The last messages of a conversation, ``stored`` always among them, with our replies ``sent`` between them.

    An echo of a reply of ours is that reply, and not told twice.
    """
    conversation_id = stored.message.conversation_id
    rows = conversation_messages(session, conversation_id, limit=LINES)
    shown = {message.id for message, _ in rows}
    rows += [(part, stored.author) for part in stored.parts if part.id not in shown]
    told = {reply.item_id for reply in sent}
    lines = [_message(message, author, stored) for message, author in rows if message.echo_of_id not in told]
    lines += [_reply(reply, stored) for reply in sent]
    return sorted(lines, key=lambda line: (line.at, line.message_id is None, line.message_id or 0))


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """What hangs on a message."""
    return tuple(Attachment.model_validate(attached) for attached in message.attachments)


def _message(message: Message, author: Author, stored: StoredMessage) -> ThreadLine:
    direction = Direction(message.direction)
    is_this = any(message.id == part.id for part in stored.parts)
    last = stored.last
    return ThreadLine(
        author=author.name or author.handle or ("somebody" if direction is Direction.IN else US),
        text=message.text,
        at=message.posted_at,
        direction=direction,
        is_this=is_this,
        is_same_author=direction is Direction.IN and author.id == stored.author.id,
        is_newer=not is_this and (message.posted_at, message.id or 0) > (last.posted_at, last.id or 0),
        is_edited=message.edited_at is not None,
        is_deleted=message.deleted_at is not None,
        attachments=attachments_of(message),
        message_id=message.id,
    )


def _reply(reply: SentReply, stored: StoredMessage) -> ThreadLine:
    return ThreadLine(
        author=US,
        text=reply.text,
        at=reply.at,
        direction=Direction.OUT,
        is_newer=reply.at > stored.last.posted_at,
        answers_id=reply.message_id,
    )
