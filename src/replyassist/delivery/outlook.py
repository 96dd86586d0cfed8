"""What a reply has before it: until when the platform takes it, and what sending it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.channels.models import ConnectionStatus
from replyassist.channels.registry import adapter_named
from replyassist.channels.repository import EVERY_CHANNEL, connection_for, list_connections
from replyassist.channels.traits import Traits
from replyassist.inbox.threads import StoredMessage
from replyassist.review.models import OPEN, ReviewItem

from .repository import last_written, last_written_in

MICRO = 1_000_000
SOON = timedelta(hours=2)
"""A window that closes within this time is pointed out in the queue."""


@dataclass(frozen=True)
class Outlook:
    """``closes_at``: when the platform's window closes, None for no end; ``micro_usd``: what sending costs, if it
    does, in millionths of a US dollar."""

    closes_at: datetime | None = None
    micro_usd: int | None = None

    def closes_soon(self, now: datetime) -> bool:
        """Whether the window closes within two hours, or has closed."""
        return self.closes_at is not None and self.closes_at - now < SOON

    @property
    def cost(self) -> str:
        """The cost as people write it, such as $0.015; empty where there is none."""
        if not self.micro_usd:
            return ""
        whole, rest = divmod(self.micro_usd, MICRO)
        digits = f"{rest:06}".rstrip("0").ljust(2, "0")
        return f"${whole}.{digits}"


def outlook(session: Session, stored: StoredMessage, text: str) -> Outlook:
    """The outlook of answering a message with this text."""
    traits = _traits(session, stored)
    return Outlook(closes_at(session, stored, traits), _cost(traits, text)) if traits else Outlook()


def window_end(session: Session, stored: StoredMessage) -> datetime | None:
    """Until when a message can be answered by what its channel is connected to; None for no end, or no connection."""
    traits = _traits(session, stored)
    return closes_at(session, stored, traits) if traits else None


def _traits(session: Session, stored: StoredMessage) -> Traits | None:
    connection = connection_for(session, stored.message.brand_id, stored.message.channel)
    return adapter_named(connection.platform).traits_for(connection.options) if connection else None


def outlooks(session: Session, items: Sequence[ReviewItem]) -> dict[int, Outlook]:
    """The outlook of each of these open items, by id, with two queries for all of them."""
    open_items = [item for item in items if item.status in OPEN]
    known = list_connections(session, {item.brand_id for item in open_items}) if open_items else []
    connected = [each for each in known if each.status != ConnectionStatus.DISCONNECTED]
    accounts = {(each.brand_id, each.channel): each for each in connected}
    found: dict[int, tuple[ReviewItem, Traits]] = {}
    for item in open_items:
        account = accounts.get((item.brand_id, item.channel)) or accounts.get((item.brand_id, EVERY_CHANNEL))
        if account is not None:
            found[item.id or 0] = (item, adapter_named(account.platform).traits_for(account.options))
    private = [key for key, (item, traits) in found.items() if item.visibility == "private" and traits.private_window]
    last = last_written(session, private)
    return {
        key: Outlook(_closes(item, traits, last.get(key)), _cost(traits, item.draft))
        for key, (item, traits) in found.items()
    }


def _closes(item: ReviewItem, traits: Traits, last: datetime | None) -> datetime | None:
    window = traits.window(item.visibility)
    return (last or item.posted_at) + window if window is not None else None


def _cost(traits: Traits, text: str) -> int | None:
    return traits.cost.micro_usd(text) if traits.cost else None


def closes_at(session: Session, stored: StoredMessage, traits: Traits) -> datetime | None:
    """Until when the platform takes a reply: in private so long after the author's last message, in public after it."""
    visibility = stored.conversation.visibility
    window = traits.window(visibility)
    if window is None:
        return None
    if visibility != "private":
        return stored.message.posted_at + window
    last = last_written_in(session, stored.message.conversation_id, stored.author.id)
    return (last or stored.message.posted_at) + window
