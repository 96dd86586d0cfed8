"""What a platform tells us, in our own terms: a message, an edit, a deletion, or that something of ours did not arrive.

Our own posts are messages going out.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from typing import Any, Literal, TypeVar

from replyassist.inbox.schemas import MAX_TEXT, Attachment, AuthorIn, ConversationIn, MessageEdit, MessageIn

from .account import Account

logger = logging.getLogger(__name__)
Entry = TypeVar("Entry")
LONGEST_NAME = 200
LONGEST_ID = 200  # characters, of what the inbox takes as an id
_UNREADABLE = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, MessageError, OSError,
)  # fmt: skip
"""What an entry of an unforeseen shape raises; OSError and OverflowError are ``datetime.fromtimestamp``'s."""


@dataclass(frozen=True)
class NewMessage:
    """Somebody wrote, or we did (``message.direction == "out"``: echoes, and replies that were sent elsewhere)."""

    message: MessageIn


@dataclass(frozen=True)
class Edited:
    """The author changed a message. ``message`` is all of it where the event has it: then an edit that arrives before
    its message is taken in as one. Give ``change.edited_at`` where the platform does: older edits change nothing."""

    external_id: str
    change: MessageEdit
    message: MessageIn | None = None


@dataclass(frozen=True)
class Deleted:
    """The author, or the platform, took a message away. One that is not known yet is never taken in."""

    external_id: str


@dataclass(frozen=True)
class NotDelivered:
    """What the platform took of us did not reach its reader, as it says later. ``reason``: its words, at most 200
    characters."""

    external_id: str
    reason: str = ""


Event = NewMessage | Edited | Deleted | NotDelivered


def built(account: Account, make: Callable[[Entry], Event | None], entries: Iterable[Entry]) -> tuple[Event, ...]:
    """The events that ``make`` makes of the entries. One that cannot be made is left out and logged, without its words
    and ids: a stranger's post must not hold up those behind it. The port's errors go through."""
    found: list[Event] = []
    for entry in entries:
        try:
            event = make(entry)
        except _UNREADABLE as error:
            logger.warning("an entry on %s cannot be read and was left out: %s", account.channel, type(error).__name__)
            continue
        if event is not None:
            found.append(event)
    return tuple(found)


def built_one(account: Account, make: Callable[[Entry], Event | None], entry: Entry) -> Event | None:
    """The event of one entry; None where there is none, and where it cannot be made."""
    return next(iter(built(account, make, (entry,))), None)


def note_another(account: Account, named: object) -> None:
    """A webhook is left out as it names another account: an app has one address, which is of one connection."""
    if not named:
        return
    logger.warning(
        "a webhook on %s is of another account of the app (%.60s) and was left out: its address is of one account",
        account.channel,
        named,
    )


def message(
    account: Account,
    external_id: str,
    text: str,
    *,
    author_id: str,
    conversation_id: str,
    posted_at: datetime,
    author_handle: str | None = None,
    author_name: str | None = None,
    visibility: Literal["public", "private"] = "public",
    parent_text: str | None = None,
    in_reply_to: str | None = None,
    answered_text: str | None = None,
    attachments: tuple[Attachment, ...] = (),
    metadata: Mapping[str, Any] | None = None,
) -> NewMessage | None:
    """A message as our intake takes it; None where it has neither words nor attachments.

    ``author_id`` equal to ``account.account`` makes it one of ours. ``conversation_id``: the post or the private
    thread; where the platform names no more than what stands right above, that: intake puts a message into the
    conversation of what it answers. ``parent_text``: the post's words, which all messages of the conversation stand
    under. ``in_reply_to``: the id of the comment that it answers, where it is not the post itself; ``answered_text``:
    the words of that one, or of what it quotes. ``metadata`` comes back in ``OutgoingReply.metadata``: put there what
    ``send`` needs (at most 10,000 characters of JSON).
    Texts are cut at 10,000 characters and names at 200; ids longer than 200 become ``short_id``. What cannot be made a
    message raises pydantic's ValidationError: call this within ``built``.
    """
    words = text.replace("\x00", "").strip()[:MAX_TEXT]
    if not words and not attachments:
        return None
    return NewMessage(
        MessageIn(
            brand=account.brand,
            channel=account.channel,
            external_id=short_id(external_id),
            text=words,
            author=AuthorIn(external_id=short_id(author_id), handle=_short(author_handle), name=_short(author_name)),
            conversation=ConversationIn(
                external_id=short_id(conversation_id),
                visibility=visibility,
                parent_text=_words(parent_text),
            ),
            posted_at=posted_at,
            direction="out" if account.account and author_id == account.account else "in",
            in_reply_to=short_id(in_reply_to) if in_reply_to else None,
            answered_text=_words(answered_text),
            attachments=attachments,
            metadata=dict(metadata or {}),
        )
    )


def short_id(text: str) -> str:
    """An id that the inbox takes: itself, or its digest where it is too long."""
    return text if len(text) <= LONGEST_ID else "sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _words(text: str | None) -> str | None:
    return text.replace("\x00", "")[:MAX_TEXT] if text else None


def _short(name: str | None) -> str | None:
    return name.replace("\x00", "")[:LONGEST_NAME] if name else None
