"""What a list of the queue is asked for, in which order it comes, and how a place in it is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from replyassist.core.errors import InvalidInput

from .models import ReviewItem

LONGEST_NUMBER = 18  # digits that surely fit into 64 bits
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST = 2**31 - 1
"""The largest number that a column of whole numbers holds on PostgreSQL."""
LATEST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)


class Sort(StrEnum):
    """The order of a list; what is equal in it comes by its id."""

    URGENCY = "urgency"  # the most urgent first, then the oldest
    NEWEST = "newest"  # what came last to its status first
    OLDEST = "oldest"  # what has had its status longest first
    WAITING = "waiting"  # what its author wrote first
    WAKES = "wakes"  # what was put off, and nothing else: what comes back next


_NAMES: Mapping[Sort, str] = {
    Sort.URGENCY: "urgency",
    Sort.NEWEST: "moved_at",
    Sort.OLDEST: "moved_at",
    Sort.WAITING: "posted_at",
    Sort.WAKES: "snoozed_until",
}
FALLING = frozenset({Sort.URGENCY, Sort.NEWEST})


@dataclass(frozen=True)
class QueueFilter:
    """Which items to list, and how. ``brands`` None means all brands; an empty ``statuses`` means every status.

    ``facets``: columns of ``search.FACETS`` with the value that they must have. ``text``: words that must all be found.
    ``is_snoozed``: only what is put off beyond ``now``, or only what is not; None: both. ``before`` and ``since``
    bound the time of arrival. ``is_folded``: of those that ask the same only the most urgent, then the oldest, that the
    facets fit. ``for_leads``: with what a policy shows to leads alone.
    """

    brands: frozenset[str] | None
    statuses: tuple[str, ...] = ()
    facets: Mapping[str, str | int | None] = field(default_factory=dict)
    text: str = ""
    sort: Sort = Sort.URGENCY
    is_snoozed: bool | None = None
    now: datetime | None = None
    before: datetime | None = None
    since: datetime | None = None
    is_folded: bool = False
    for_leads: bool = True


@dataclass(frozen=True)
class ListPosition:
    """A place in a list's order, for the next page; ``key`` is the urgency, or a time in microseconds since 1970."""

    key: int
    item_id: int


def is_number(text: str) -> bool:
    """Whether a text is a whole number in plain digits that a database can compare with."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


def place_in(item: ReviewItem, wanted: QueueFilter) -> ListPosition:
    """The place of an item in a list; of one that has just left it, where it was."""
    key: int | datetime | None = getattr(item, _NAMES[wanted.sort])
    if wanted.sort in (Sort.OLDEST, Sort.NEWEST) and wanted.statuses and item.status not in wanted.statuses:
        key = item.escalated_at or item.created_at
    return place_at(key or 0, item.id or 0)


def place_at(key: int | datetime, item_id: int) -> ListPosition:
    """The place of what has this key in the list's order."""
    if isinstance(key, datetime):
        key = (key - EPOCH) // timedelta(microseconds=1)
    return ListPosition(key=key, item_id=item_id)


def cursor_of(item: ReviewItem, wanted: QueueFilter) -> str:
    """The place of an item in its list, for the next page."""
    place = place_in(item, wanted)
    return f"{place.key}:{place.item_id}"


def place_of(cursor: str | None) -> ListPosition | None:
    """The place that a cursor names, None without one; raise InvalidInput."""
    if not cursor:
        return None
    key, _, item_id = cursor.partition(":")
    if not (is_number(key) and is_number(item_id)):
        raise InvalidInput("not a place of this list", field="cursor")
    return ListPosition(key=int(key), item_id=int(item_id))


def key_of(sort: Sort) -> ColumnElement[Any]:
    """The column that a list is sorted by."""
    key: ColumnElement[Any] = getattr(ReviewItem, _NAMES[sort])
    return key


def order_by(sort: Sort, *, backwards: bool = False) -> Iterator[ColumnElement[Any]]:
    """What the database sorts by."""
    key = key_of(sort)
    yield key.desc() if (sort in FALLING) != backwards else key.asc()
    item_id = col(ReviewItem.id)
    yield item_id.desc() if (sort is Sort.NEWEST) != backwards else item_id.asc()


def ranges_after(sort: Sort, place: ListPosition, *, backwards: bool) -> list[ColumnElement[bool]]:
    """Two ranges of the index: what is equal to the place but for the id, and what comes after that."""
    key = key_of(sort)
    value: Any = min(place.key, LARGEST)
    if sort is not Sort.URGENCY:
        value = EPOCH + timedelta(microseconds=min(place.key, LATEST))
    item_id, last_id = col(ReviewItem.id), min(place.item_id, LARGEST)
    ids_fall = (sort is Sort.NEWEST) != backwards
    same = and_(key == value, item_id < last_id if ids_fall else item_id > last_id)
    return [same, key < value if (sort in FALLING) != backwards else key > value]
