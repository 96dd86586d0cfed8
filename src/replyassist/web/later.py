"""Sending later, on a page: which times are offered, and which was picked or written."""

from __future__ import annotations

from datetime import datetime

from replyassist.brands.models import Brand
from replyassist.core.errors import InvalidInput
from replyassist.delivery.outlook import window_end
from replyassist.review.scheduling import OFFERED, SendLater, leaves_at, morning, read_time

WRITTEN = "written"
"""The button beside the field."""


def offered(brand: Brand, *, closes_at: datetime | None, now: datetime) -> tuple[str, ...]:
    """Those of the usual times at which the platform still takes the reply."""
    times = {choice: morning(choice, now=now, time_zone=brand.time_zone) for choice in OFFERED}
    return tuple(choice for choice, at in times.items() if closes_at is None or leaves_at(brand, at) < closes_at)


def wanted_time(brand: Brand, *, choice: str, written: str, now: datetime) -> SendLater | None:
    """When a reply is to be sent, of a button and a field; None for at once.

    Raise InvalidInput for what is no time, and where the button that sends at once was pressed beside a time: too early
    is what nobody can take back.
    """
    if choice not in ("", WRITTEN):
        return SendLater(morning(choice, now=now, time_zone=brand.time_zone), window_end)
    if not choice and not written:
        return None
    if not choice:
        raise InvalidInput("A time is written below “Send later”: approve for this time, or clear it.")
    try:
        return SendLater(read_time(written), window_end)
    except ValueError:
        raise InvalidInput("Pick a day and a time at which it is to be sent.") from None
