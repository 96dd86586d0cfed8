"""Keeps messages: each once, as its author last made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from replyassist.core.errors import InvalidInput, NotFound, QueueFull
from replyassist.core.jobs import Job

from . import repository
from .models import Direction, Message, MessageStatus
from .repository.arriving import Known, bring_below, keep_author, keep_conversation, known_of
from .schemas import EMPTY, MessageChanged, MessageEdit, MessageIn, MessageTaken
from .threads import StoredMessage

DRAFT_JOB = "draft"
MOST_AHEAD = 1000
"""So many messages of a brand that wait put off a new one: its draft starts after those of brands with fewer. Beyond
that they start in the order that they came in."""
CLOCKS_DIFFER = timedelta(days=1)
"""A message that says it was posted later than this from now was posted now: it would be newer than all that follow."""


@dataclass(frozen=True)
class TakenMessage:
    """A message that is on disk; its ``row`` where it is new.

    ``is_alone``: it is the first of its conversation, which nobody else knows before the transaction ends. ``ahead``:
    how many messages of its brand wait for their drafts before it, ``MOST_AHEAD`` at most.
    """

    message: MessageTaken
    row: Message | None = None
    is_alone: bool = False
    ahead: int = 0

    @property
    def is_new(self) -> bool:
        """False when it was there already."""
        return self.row is not None


def draft_job(message_id: int, attempt: int, *, ahead: int = 0) -> Job:
    """The job that drafts a reply; one attempt is one job.

    ``ahead``: how many messages of the brand wait before it. It is the job's priority, so that brands take turns: the
    first message of one starts before the second of another, however many of the other came before.
    """
    return Job(DRAFT_JOB, f"{DRAFT_JOB}-{message_id}-{attempt}", (message_id, attempt), priority=ahead)


def store(session: Session, incoming: MessageIn, *, now: datetime, queue_limit: int) -> TakenMessage:
    """Keep a message; the same (brand, channel, external_id) again changes nothing.

    Its conversation is locked until the transaction ends. Raises NotFound for an unknown brand and QueueFull where the
    queue has no room for its brand; then nothing is stored.
    """
    known = known_of(session, incoming, most=queue_limit)
    if known is None:
        raise NotFound(f"there is no brand '{incoming.brand}'")
    if known.message_id is not None and known.received_at is not None:
        return TakenMessage(_taken(incoming, known.message_id, known.received_at))
    is_ours = Direction(incoming.direction) is Direction.OUT
    if not is_ours:
        _demand_room(known, incoming.brand, queue_limit=queue_limit)
    author_id, conversation_id = keep_author(session, known, incoming), keep_conversation(session, known, incoming)
    message = Message(
        brand_id=incoming.brand,
        channel=incoming.channel,
        external_id=incoming.external_id,
        conversation_id=conversation_id,
        author_id=author_id,
        text=incoming.text,
        posted_at=incoming.posted_at if incoming.posted_at <= now + CLOCKS_DIFFER else now,
        received_at=now,
        attributes=incoming.metadata,
        direction=incoming.direction,
        attachments=[attached.model_dump(mode="json") for attached in incoming.attachments],
        in_reply_to=incoming.in_reply_to,
        answered_text=incoming.answered_text,
        status=MessageStatus.KEPT if is_ours else MessageStatus.RECEIVED,
    )
    session.add(message)
    session.flush()
    has_below = bring_below(session, known, conversation_id)
    is_alone = known.place_id is None and not has_below
    return TakenMessage(
        _taken(incoming, _key(message.id), now), message, is_alone, min(known.waiting_of_brand, MOST_AHEAD)
    )


def _demand_room(known: Known, brand_id: str, *, queue_limit: int) -> None:
    """Raise QueueFull where a brand holds as many places as are free.

    One brand alone gets half of the places, n in a storm get one part in n + 1 each, and as much stays free for others:
    the dynamic threshold of Choudhury and Hahne (IEEE/ACM Transactions on Networking 6(2), 1998) with a factor of 1.
    """
    held, free = known.waiting_of_brand, max(0, queue_limit - known.waiting)
    if held >= free:
        raise QueueFull(
            f"{held} messages of '{brand_id}' wait for their drafts, and {free} places are free; "
            "nothing was stored, send it again later"
        )


def find_locked(session: Session, brand_id: str, channel: str, external_id: str) -> Message:
    """The message under this key, its conversation locked until the transaction ends; raise NotFound."""
    message = repository.find_message(session, brand_id, channel, external_id)
    if message is None:
        raise NotFound(f"there is no message '{external_id}' of {brand_id} on {channel}")
    repository.lock_conversation_of(session, _key(message.id))
    session.refresh(message)
    return message


def rewrite(session: Session, message: Message, edit: MessageEdit, *, now: datetime) -> bool:
    """Keep what the author made of a message; False when that changes nothing. A deleted message stands again.

    Raises InvalidInput where neither words nor attachments would be left.
    """
    attachments = _attached(message, edit)
    if not edit.text and not attachments:
        raise InvalidInput(EMPTY, field="text")
    if _is_older(message, edit):
        return False
    is_same = (edit.text, attachments) == (message.text, message.attachments)
    if is_same and message.deleted_at is None:
        return False
    if not is_same:
        message.text, message.attachments, message.edited_at = edit.text, attachments, edit.edited_at or now
    message.deleted_at = None
    message.revision += 1
    session.add(message)
    session.flush()
    return True


def reads_differently(message: Message, edit: MessageEdit) -> bool:
    """Whether ``rewrite`` would change a message that stands."""
    is_same = (edit.text, _attached(message, edit)) == (message.text, message.attachments)
    return message.deleted_at is None and not is_same and not _is_older(message, edit)


def mark_deleted(session: Session, message: Message, *, now: datetime) -> bool:
    """Note that the author deleted a message; False when that is known. Its text stays."""
    if message.deleted_at is not None:
        return False
    message.deleted_at = now
    message.revision += 1
    session.add(message)
    session.flush()
    return True


def load(session: Session, message_id: int) -> StoredMessage:
    """A message with its author, conversation and parts; raise NotFound."""
    found = load_all(session, [message_id]).get(message_id)
    if found is None:
        raise NotFound(f"there is no message {message_id}")
    return found


def load_all(session: Session, message_ids: Collection[int]) -> dict[int, StoredMessage]:
    """Those of these messages that there are, by id, each with its author, conversation and parts."""
    wanted = set(message_ids)
    rows = repository.messages_with_parts(session, wanted)
    parts: dict[int, list[Message]] = defaultdict(list)
    for message, _, _ in rows:
        for root in {message.id, message.part_of_id} & wanted:
            parts[_key(root)].append(message)
    return {
        message.id: StoredMessage(message, author, conversation, tuple(parts[message.id]))
        for message, author, conversation in rows
        if message.id in wanted
    }


def load_locked(session: Session, message_id: int) -> StoredMessage:
    """As ``load``; nothing is added to the conversation, edited or deleted until this transaction ends."""
    hold_conversation(session, message_id)
    return load(session, message_id)


def hold_conversation(session: Session, message_id: int) -> None:
    """Nothing is added to the conversation of a message, edited or deleted until this transaction ends."""
    repository.lock_conversation_of(session, message_id)


def changed(message: Message) -> MessageChanged:
    """The answer for a message that was edited or deleted."""
    return MessageChanged(
        id=_key(message.id),
        brand=message.brand_id,
        channel=message.channel,
        external_id=message.external_id,
        received_at=message.received_at,
        text=message.text,
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
    )


def _attached(message: Message, edit: MessageEdit) -> list[Any]:
    if edit.attachments is None:
        return message.attachments
    return [attached.model_dump(mode="json") for attached in edit.attachments]


def _is_older(message: Message, edit: MessageEdit) -> bool:
    return edit.edited_at is not None and message.edited_at is not None and edit.edited_at < message.edited_at


def _taken(incoming: MessageIn, message_id: int, received_at: datetime) -> MessageTaken:
    return MessageTaken(
        id=message_id,
        brand=incoming.brand,
        channel=incoming.channel,
        external_id=incoming.external_id,
        received_at=received_at,
    )


def _key(value: int | None) -> int:
    if value is None:
        raise RuntimeError("a row is used before it was stored")
    return value
