"""A time at which a person wants a reply to be sent: held to what can be kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.brands.quiet import quiet_end
from replyassist.core.errors import InvalidInput
from replyassist.inbox.threads import StoredMessage

from .surroundings import Surroundings

LONGEST_AHEAD = timedelta(days=30)
MORNING = time(9)
OFFERED = ("tomorrow", "monday")
"""Tomorrow at nine, on Monday at nine (of the brand's time zone)."""
NEEDED = "a day and a time such as 2026-11-24T09:00 are needed"
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
WindowEnd = Callable[[Session, StoredMessage], datetime | None]
"""Until when the platform of a message takes a reply to it; None: no end that is known."""


@dataclass(frozen=True)
class SendLater:
    """``at``: when a reply is to be sent, without an offset by the brand's clock."""

    at: datetime
    window_end: WindowEnd

    def moment(self, session: Session, around: Surroundings, *, now: datetime) -> datetime:
        """The time by the brand's clock; raise InvalidInput for one that is over, too far away, or after the window.

        What is to be sent in quiet hours leaves when they end, which has to be within the window too. Of a time that
        a change of clocks leaves out or brings twice: as ``quiet_end`` says.
        """
        zone = ZoneInfo(around.brand.time_zone)
        at = self.at if self.at.utcoffset() is not None else self.at.replace(tzinfo=zone)
        if at <= now:
            raise InvalidInput("a time that is still to come is needed", field="send_at")
        if at > now + LONGEST_AHEAD:
            raise InvalidInput(f"a time within the next {LONGEST_AHEAD.days} days is needed", field="send_at")
        at = at.astimezone(zone)
        closes = self.window_end(session, around.stored)
        if closes is not None and leaves_at(around.brand, at) >= closes:
            until = f"{closes.astimezone(zone):%Y-%m-%d %H:%M} ({around.brand.time_zone})"
            raise InvalidInput(f"the platform takes a reply to this until {until}, and no later", field="send_at")
        return at


def read_time(written: object) -> datetime:
    """The time that a text in ISO 8601 names, with or without an offset; raise ValueError for anything else."""
    if not isinstance(written, str) or not _WRITTEN.match(written):
        raise ValueError(NEEDED)
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(NEEDED) from None


def leaves_at(brand: Brand, at: datetime) -> datetime:
    """When what is to be sent at this time may leave, as far as quiet hours say."""
    return quiet_end(brand, at.astimezone(UTC)) or at


def morning(choice: str, *, now: datetime, time_zone: str) -> datetime:
    """The time by the brand's clock that one of ``OFFERED`` means; raise InvalidInput for another word."""
    if choice not in OFFERED:
        raise InvalidInput("pick one of the times that are offered", field="send_at")
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    days = 1 if choice == "tomorrow" else 7 - today.weekday()
    return datetime.combine(today + timedelta(days=days), MORNING, zone)
