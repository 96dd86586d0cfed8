"""An approved reply on its way to a platform, and the thread that it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .events import Event

CLOCKS = timedelta(minutes=1)
"""How far a platform's clock may be behind ours."""
_HANDED_ON = ("key", "brand", "channel", "text", "in_reply_to", "conversation", "visibility", "author", "approved_by")


@dataclass(frozen=True)
class OutgoingReply:
    """An approved reply on its way out; the same for every attempt.

    ``key``: ours, unique, at most 64 ASCII characters. ``in_reply_to``: the external id of the message to answer.
    ``metadata``: what the message was taken in with. ``message_at``: when it was posted. ``prepared``: what
    ``prepare`` returned, read from the database. ``first_tried_at``: when the first attempt began, None before it.
    ``answers``: the messages that stand of those that are answered, one of them ``in_reply_to``.
    """

    key: str
    brand: str
    channel: str
    text: str
    in_reply_to: str
    conversation: str
    visibility: str
    author: str
    approved_by: str
    approved_at: datetime
    author_handle: str | None = None
    message_at: datetime | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    prepared: Mapping[str, str] = field(default_factory=dict)
    first_tried_at: datetime | None = None
    answers: tuple[ThreadPlace, ...] = ()

    @property
    def tried_since(self) -> datetime | None:
        """From when on an earlier attempt can stand at the platform, by its clock; None before the first."""
        return self.first_tried_at - CLOCKS if self.first_tried_at else None

    @property
    def document(self) -> dict[str, str]:
        """What the webhook and file channels hand on, as JSON values."""
        return {name: getattr(self, name) for name in _HANDED_ON} | {"approved_at": self.approved_at.isoformat()}

    def with_prepared(self, prepared: Mapping[str, str]) -> OutgoingReply:
        """The same, prepared."""
        return replace(self, prepared=prepared)


@dataclass(frozen=True)
class Thread:
    """What stands around a message: the post that its whole conversation stands under, what it alone answers or quotes
    where that is not the post, and other messages of the thread that matter to it."""

    parent_text: str | None = None
    answered_text: str | None = None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class ThreadPlace:
    """Where a message stands at its platform, with the metadata that it was taken in with.

    ``wants_post``, ``wants_answered``: what is not known yet; nobody needs to be asked for the other.
    """

    external_id: str
    conversation: str
    metadata: Mapping[str, object] = field(default_factory=dict)
    wants_post: bool = True
    wants_answered: bool = True
