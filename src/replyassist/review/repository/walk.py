"""A list's ids in its order: stretches of an index, one for each brand and status, put together.

The indices also hold the columns that lists are narrowed by (``search.FACETS``), so that what does not fit is passed
without its row being read: a hundred thousand in some ten milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, union_all
from sqlmodel import Session, col

from replyassist.brands.repository import brand_ids

from ..list_order import FALLING, ListPosition, QueueFilter, Sort, key_of, order_by, ranges_after
from ..models import ReviewItem, ReviewSearch, ReviewStatus
from .search import has_words, is_sqlite

STRETCHES_AT_ONCE = 200
"""SQLite puts at most 500 selections together."""
Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class ListWalk:
    """The way through a list from a place on; ``backwards`` leads to its beginning."""

    session: Session
    wanted: QueueFilter
    place: ListPosition | None = None
    backwards: bool = False

    def first(self, limit: int, rest: Conditions, words: Sequence[str]) -> list[int]:
        """The ids of the first ``limit`` items that fit the list, have the words and fit the ``rest``, in its order.

        What can be is asked of the index, so that only rows that fit so far are read for the rest.
        """
        conditions = [*of_index(self.wanted, ReviewItem), *rest, *self._having(words, col(ReviewItem.id))]
        return self._ids(self._merged(self._ways(conditions), limit))

    def first_among(self, near: int, limit: int, rest: Conditions, words: Sequence[str], *, skip: int = 0) -> list[int]:
        """The same, but only of the next ``near`` items after those that are skipped."""
        names = dict.fromkeys((*self.wanted.facets, "snoozed_until", "is_for_leads"))
        columns = [getattr(ReviewItem, name) for name in names]
        next_ones = self._merged(self._ways([], *columns), near, skip=skip).subquery()
        statement = select(next_ones.c.key, next_ones.c.id).where(*of_index(self.wanted, next_ones.c))
        if rest:
            own = select(1).where(col(ReviewItem.id) == next_ones.c.id, *rest)
            statement = statement.where(own.correlate(next_ones).exists())
        statement = statement.where(*self._having(words, next_ones.c.id))
        if not is_sqlite(
            self.session
        ):  # which reads a selection in its own order, and would sort the whole of it again
            statement = statement.order_by(*self._order(next_ones.c.key, next_ones.c.id))
        return self._ids(statement.limit(limit))

    def _having(self, words: Sequence[str], item_id: Any) -> Conditions:
        """Whether an item has the words, asked of its own row."""
        if not words:
            return []
        own = select(has_words(self.session, words)).where(col(ReviewSearch.review_item_id) == item_id)
        return [own.correlate_except(ReviewSearch).scalar_subquery()]

    def _ids(self, statement: Select[Any]) -> list[int]:
        return [item_id for _, item_id in self.session.execute(statement)]

    def _order(self, key: ColumnElement[Any], item_id: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
        keys_fall = (self.wanted.sort in FALLING) != self.backwards
        ids_fall = (self.wanted.sort is Sort.NEWEST) != self.backwards
        return key.desc() if keys_fall else key, item_id.desc() if ids_fall else item_id

    def _merged(self, ways: Sequence[Select[Any]], size: int, *, skip: int = 0) -> Any:
        """Either database merges the stretches as it reads them, each in the order of its index.

        PostgreSQL does where each has an order and an end of its own, which SQLite does not take.
        """
        if len(ways) > STRETCHES_AT_ONCE:
            parts = [ways[at : at + STRETCHES_AT_ONCE] for at in range(0, len(ways), STRETCHES_AT_ONCE)]
            ways = [select(self._merged(part, skip + size).subquery()) for part in parts]
        elif not is_sqlite(self.session):
            order = list(order_by(self.wanted.sort, backwards=self.backwards))
            ways = [way.order_by(*order).limit(skip + size) for way in ways]
            if len(ways) == 1:  # in brackets of its own it could not be ordered again
                return ways[0].limit(size).offset(skip)
        everything = union_all(*ways)
        key, item_id, *_ = everything.selected_columns
        return everything.order_by(*self._order(key, item_id)).limit(size).offset(skip)

    def _ways(self, fit: Conditions, *more: ColumnElement[Any]) -> list[Select[Any]]:
        wanted, key = self.wanted, key_of(self.wanted.sort)
        beyond: list[list[ColumnElement[bool]]] = [[]]
        if self.place is not None:
            beyond = [[each] for each in ranges_after(wanted.sort, self.place, backwards=self.backwards)]
        bounds: list[ColumnElement[bool]] = [key.is_not(None)] if wanted.sort is Sort.WAKES else []
        bounds += arrived(self.session, wanted)
        return [
            select(key.label("key"), col(ReviewItem.id).label("id"), *more).where(
                col(ReviewItem.brand_id) == brand, col(ReviewItem.status) == status, *bounds, *after, *fit
            )
            for brand, status in stretches(self.session, wanted)
            for after in beyond
        ]


def of_index(wanted: QueueFilter, columns: Any) -> Iterator[ColumnElement[bool]]:
    """What a list asks of columns that its index holds."""
    for name, value in wanted.facets.items():
        column = getattr(columns, name)
        yield column.is_(None) if value is None else column == value
    yield from kept_from(wanted, columns)


def kept_from(wanted: QueueFilter, columns: Any) -> Iterator[ColumnElement[bool]]:
    """What keeps items from a list that have its facets: that they are put off, or for leads."""
    yield from awake(wanted, columns.snoozed_until)
    if not wanted.for_leads:
        yield columns.is_for_leads.is_(False)


def awake(wanted: QueueFilter, snoozed_until: Any) -> Iterator[ColumnElement[bool]]:
    """What a list asks of the time until which an item is put off."""
    if wanted.is_snoozed is not None and wanted.now is not None:
        if wanted.is_snoozed:
            yield snoozed_until > wanted.now
        else:
            yield or_(snoozed_until.is_(None), snoozed_until <= wanted.now)


def stretches(session: Session, wanted: QueueFilter) -> list[tuple[str, str]]:
    """Brand and status of each stretch of the index that a list goes through."""
    return list(product(brands_of(session, wanted), statuses_of(wanted)))


def brands_of(session: Session, wanted: QueueFilter) -> list[str]:
    """The brands of a list."""
    return brand_ids(session) if wanted.brands is None else sorted(wanted.brands)


def statuses_of(wanted: QueueFilter) -> tuple[str, ...]:
    """The statuses of a list."""
    return wanted.statuses or tuple(each.value for each in ReviewStatus)


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
