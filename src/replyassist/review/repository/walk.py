"""A list's ids in its order, some at a time: stretches of an index, one for each brand and status, put together.

Nothing but the index is read: what a list asks of the rows themselves is asked of those that come up here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlmodel import Session, col

from replyassist.brands.models import Brand

from ..list_order import FALLING, ListPosition, QueueFilter, Sort, key_of, order_by, place_at, ranges_after
from ..models import ReviewItem, ReviewStatus
from .search import is_sqlite

STRETCHES_AT_ONCE = 200
"""SQLite puts at most 500 selections together."""


@dataclass(frozen=True)
class ListWalk:
    """The way through a list from a place on; ``backwards`` leads to its beginning."""

    session: Session
    wanted: QueueFilter
    place: ListPosition | None = None
    backwards: bool = False

    def steps(self, first: int, further: int) -> Iterator[list[int]]:
        """The ids in the list's order: ``first`` of them, then ``further`` ones each time, until the list ends."""
        place, size = self.place, first
        while True:
            rows = self._next(place, size)
            yield [item_id for _, item_id in rows]
            if len(rows) < size:
                return
            key, item_id = rows[-1]
            place, size = place_at(key, item_id), further

    def _next(self, place: ListPosition | None, size: int) -> list[tuple[int | datetime, int]]:
        ways = self._ways(place)
        parts = [ways[at : at + STRETCHES_AT_ONCE] for at in range(0, len(ways), STRETCHES_AT_ONCE)]
        rows = [(key, item_id) for part in parts for key, item_id in self.session.execute(self._merged(part, size))]
        if len(parts) > 1:
            rows.sort(key=lambda row: row[1], reverse=self._ids_fall)
            rows.sort(key=lambda row: row[0], reverse=self._keys_fall)
        return rows[:size]

    def _merged(self, ways: Sequence[Select[Any]], size: int) -> Any:
        """Either database merges the stretches as it reads them, each in the order of its index.

        PostgreSQL does where each has an order and an end of its own, which SQLite does not take.
        """
        if not is_sqlite(self.session):
            order = list(order_by(self.wanted.sort, backwards=self.backwards))
            ways = [way.order_by(*order).limit(size) for way in ways]
            if len(ways) == 1:  # in brackets of its own it could not be ordered again
                return ways[0]
        everything = union_all(*ways)
        key, item_id = everything.selected_columns
        by = (key.desc() if self._keys_fall else key, item_id.desc() if self._ids_fall else item_id)
        return everything.order_by(*by).limit(size)

    def _ways(self, place: ListPosition | None) -> list[Select[Any]]:
        wanted, key = self.wanted, key_of(self.wanted.sort)
        beyond: list[list[ColumnElement[bool]]] = [[]]
        if place is not None:
            beyond = [[each] for each in ranges_after(wanted.sort, place, backwards=self.backwards)]
        bounds: list[ColumnElement[bool]] = [key.is_not(None)] if wanted.sort is Sort.WAKES else []
        bounds += arrived(self.session, wanted)
        return [
            select(key.label("key"), col(ReviewItem.id).label("id")).where(
                col(ReviewItem.brand_id) == brand, col(ReviewItem.status) == status, *bounds, *after
            )
            for brand, status in stretches(self.session, wanted)
            for after in beyond
        ]

    @property
    def _keys_fall(self) -> bool:
        return (self.wanted.sort in FALLING) != self.backwards

    @property
    def _ids_fall(self) -> bool:
        return (self.wanted.sort is Sort.NEWEST) != self.backwards


def stretches(session: Session, wanted: QueueFilter) -> list[tuple[str, str]]:
    """Brand and status of each stretch of the index that a list goes through."""
    return list(product(brands_of(session, wanted), statuses_of(wanted)))


def brands_of(session: Session, wanted: QueueFilter) -> list[str]:
    """The brands of a list."""
    return every_brand(session) if wanted.brands is None else sorted(wanted.brands)


def statuses_of(wanted: QueueFilter) -> tuple[str, ...]:
    """The statuses of a list."""
    return wanted.statuses or tuple(each.value for each in ReviewStatus)


def every_brand(session: Session) -> list[str]:
    """Asked once in a transaction."""
    known: list[str] | None = session.info.get("brands")
    if known is None:
        known = session.info["brands"] = list(session.scalars(select(col(Brand.id)).order_by(col(Brand.id))))
    return known


def arrived(session: Session, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    """The bounds of the time of arrival, asked of the id, which every index holds."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.before is not None:
        conditions.append(col(ReviewItem.id) <= _newest_until(session, wanted.before))
    if wanted.since is not None:
        conditions.append(col(ReviewItem.id) > _newest_until(session, wanted.since))
    return conditions


def _newest_until(session: Session, moment: datetime) -> int:
    """Asked once in a transaction."""
    known: dict[datetime, int] = session.info.setdefault("newest_until", {})
    if moment not in known:
        made = col(ReviewItem.created_at)
        statement = select(col(ReviewItem.id)).where(made <= moment).order_by(made.desc(), col(ReviewItem.id).desc())
        known[moment] = session.scalar(statement.limit(1)) or 0
    return known[moment]
