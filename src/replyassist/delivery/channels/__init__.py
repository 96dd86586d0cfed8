"""The platforms that replies leave by, each behind the same small port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Repeat(StrEnum):
    """What makes it safe to send again when the outcome of an attempt is not known."""

    IDEMPOTENCY_KEY = "idempotency_key"  # the receiver drops what it has seen
    LOOK_UP = "look_up"  # we can find out whether it arrived
    NEITHER = "neither"  # only a person can


@dataclass(frozen=True)
class OutgoingReply:
    """An approved reply on its way out. ``key`` is the same for every attempt."""

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


class Channel(Protocol):
    """Hands one reply to a platform."""

    @property
    def repeat(self) -> Repeat:
        """What makes another attempt safe."""
        ...

    def find(self, key: str) -> str | None:
        """The platform's id of an earlier attempt that arrived, or None; only for ``Repeat.LOOK_UP``."""
        ...

    def send(self, reply: OutgoingReply) -> str:
        """Send and return the platform's id.

        Raises DeliveryRefused, DeliveryNotMade (surely nothing was sent) or DeliveryUncertain.
        """
        ...
