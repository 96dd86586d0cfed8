"""Quiet hours: a part of each day, by the brand's own clock, in which nothing is sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from replyassist.core.errors import InvalidInput

from .models import Brand
from .service import get_brand

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def set_quiet_hours(session: Session, brand_id: str, start: str | None, end: str | None) -> Brand:
    """Set them, such as 22:00 and 07:00, or with None for both take them away; raise NotFound, and InvalidInput."""
    if (start is None) != (end is None):
        raise InvalidInput("quiet hours have a beginning and an end", field="quiet_from" if start is None else "until")
    for name, given in (("from", start), ("until", end)):
        if given is not None and not _TIME.fullmatch(given):
            raise InvalidInput("is a time of day such as 22:00", field=name)
    if start is not None and start == end:
        raise InvalidInput("is another time than the beginning", field="until")
    brand = get_brand(session, brand_id)
    brand.quiet_from, brand.quiet_until = start, end
    session.add(brand)
    session.flush()
    return brand


def quiet_end(brand: Brand, now: datetime) -> datetime | None:
    """When the quiet hours that it is in end, in UTC; None outside of them.

    A time that a change of clocks leaves out is the moment after it, one that comes twice the first of both
    (``zoneinfo``, fold 0).
    """
    if brand.quiet_from is None or brand.quiet_until is None:
        return None
    zone = ZoneInfo(brand.time_zone)
    start, end = time.fromisoformat(brand.quiet_from), time.fromisoformat(brand.quiet_until)
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        begins = datetime.combine(day, start, zone).astimezone(UTC)
        ends_on = day if start < end else day + timedelta(days=1)
        ends = datetime.combine(ends_on, end, zone).astimezone(UTC)
        if begins <= now < ends:
            return ends
    return None
