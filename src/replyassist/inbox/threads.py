"""What goes together: the messages that one item shows, and what was said after them that matters to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlmodel import Session, col

from replyassist.core.digests import document_digest

from . import repository
from .models import Author, Conversation, Direction, Message
from .schemas import MAX_TEXT, Attachment

MOST_PARTS = 20


@dataclass(frozen=True)
class StoredMessage:
    """A message with its author, its conversation and its ``parts``: itself and what the author went on to write, in
    the order of posting."""

    message: Message
    author: Author
    conversation: Conversation
    parts: tuple[Message, ...]

    @property
    def standing(self) -> tuple[Message, ...]:
        """The parts that the author has not deleted."""
        return tuple(part for part in self.parts if part.deleted_at is None)

    @property
    def is_withdrawn(self) -> bool:
        """Whether the author deleted all of it."""
        return not self.standing

    @property
    def text(self) -> str:
        """The words of the parts that stand, one below the other; of a message that was deleted, what it said."""
        return "\n".join(part.text for part in self.standing or self.parts if part.text)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What hangs on the parts that stand."""
        return tuple(
            Attachment.model_validate(attached) for part in self.standing or self.parts for attached in part.attachments
        )

    @property
    def last(self) -> Message:
        """The part that was posted last."""
        return (self.standing or self.parts)[-1]

    @property
    def digest(self) -> str:
        """Of all that a draft is made for, 64 hex digits: words and attachments of the parts that stand."""
        return document_digest([[part.text, part.attachments] for part in self.standing])

    @property
    def reply_to(self) -> str:
        """The external id of the comment to answer: the first one that still stands."""
        first = (self.standing or self.parts)[0]
        return (self.message if self.message.deleted_at is None else first).external_id


def goes_on_from(message: Message, earlier: StoredMessage, *, seconds: float) -> bool:
    """Whether a message is so near to an earlier one, in time and place, that both are one question.

    All parts lie within ``seconds``; in public all answer the same comment, or one another.
    """
    times = [message.posted_at, *(part.posted_at for part in earlier.standing)]
    if max(times) - min(times) > timedelta(seconds=seconds) or len(earlier.parts) >= MOST_PARTS:
        return False
    if len(earlier.text) + len(message.text) >= MAX_TEXT:
        return False
    places = {part.in_reply_to for part in earlier.parts} | {part.external_id for part in earlier.parts}
    return earlier.conversation.visibility == "private" or message.in_reply_to in places


def events_since(session: Session, stored: StoredMessage, *, or_changed: bool = False) -> list[Message]:
    """Messages posted after all that an item shows, that matter to it; deleted ones among them, oldest first.

    In private that is every message. In public: those by the same author, answers to the same comment, and replies of
    ours that name the author. ``or_changed``: with earlier ones that were edited or deleted.
    """
    return events_since_each(session, [stored], or_changed=or_changed)[0]


def events_since_each(
    session: Session, several: Sequence[StoredMessage], *, or_changed: bool = False
) -> list[list[Message]]:
    """``events_since`` for each of several, in their order."""
    counts = repository.count_messages(session, {stored.message.conversation_id for stored in several})
    places = {
        number: repository.ThreadPosition(
            stored.last, _around(stored), excluding=[part.id or 0 for part in stored.parts]
        )
        for number, stored in enumerate(several)
        if counts[stored.message.conversation_id] > len(stored.parts)
    }
    found = repository.posted_after(session, places, or_changed=or_changed)
    return [found.get(number, []) for number in range(len(several))]


def last_event(session: Session, stored: StoredMessage) -> str:
    """A digest that changes with every event that matters to an item: a message, an edit or a deletion."""
    seen = [*stored.parts, *events_since(session, stored, or_changed=True)]
    return document_digest(sorted((message.id or 0, message.revision) for message in seen))


def answers_elsewhere(stored: StoredMessage, events: Sequence[Message]) -> list[Message]:
    """Those of the events that are replies of ours to this message."""
    return [event for event in events if event.direction == Direction.OUT and _is_to(stored, event)]


def names(text: str, handle: str | None) -> bool:
    """Whether a text addresses somebody by their handle."""
    if not handle:
        return False
    return re.search(rf"(?<!\w)@{re.escape(handle.lstrip('@'))}(?![\w]|[.-]\w)", text, re.IGNORECASE) is not None


def _is_to(stored: StoredMessage, reply: Message) -> bool:
    if reply.deleted_at is not None:
        return False
    is_private = stored.conversation.visibility == "private"
    return is_private or reply.in_reply_to in _ids(stored) or names(reply.text, stored.author.handle)


def _around(stored: StoredMessage) -> ColumnElement[bool]:
    if stored.conversation.visibility == "private":
        return true()
    same_place = {part.in_reply_to for part in stored.parts if part.in_reply_to} | _ids(stored)
    conditions: list[ColumnElement[bool]] = [
        col(Message.author_id) == stored.author.id,
        col(Message.in_reply_to).in_(same_place),
    ]
    if stored.author.handle:
        is_named = func.lower(col(Message.text)).contains(
            f"@{stored.author.handle.lstrip('@').lower()}", autoescape=True
        )
        conditions.append(and_(col(Message.direction) == Direction.OUT, is_named))
    return or_(*conditions)


def _ids(stored: StoredMessage) -> set[str]:
    return {part.external_id for part in stored.parts}
