"""All SQL of the queue's lists: which items, in which order, and how many; none of it reads a proposal.

A list is walked in its order (``walk.py``). Where the beginning gives no full page, the index of words is asked for all
that fit; where those are few they are sorted, otherwise the walk goes on. Each way gives the same list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col

from replyassist.brands.repository import brand_ids

from ..list_order import ListPosition, QueueFilter, order_by, ranges_after
from ..models import ReviewItem
from .search import MOST_WORDS_ASKED, common_facets, facet, is_sqlite, matching, numbers, words_of
from .walk import ListWalk, arrived, awake, brands_of, kept_from, of_index, statuses_of


@dataclass(frozen=True)
class Reach:
    """How far a list is walked, in items: to ``near`` before the index of words is asked, then, where more than ``few``
    fit, to ``far``, and at last each brand and status for itself to its end.

    With a million items a walk passes what does not fit in less than a microsecond, and in some four where its words
    are looked at; to sort an item costs three to five. Brand and status for themselves are the quickest where each
    holds what fits, and read all of one that does not.
    """

    near: int
    few: int
    far: int


BY_FACETS = Reach(near=10_000, few=3000, far=35_000)
BY_FACETS_ON_SQLITE = Reach(near=1000, few=3000, far=35_000)
"""FTS5 that is asked for rare words alone answers sooner than a walk of ten thousand."""
BY_WORDS = Reach(near=1000, few=6000, far=10_000)


def list_items(
    session: Session, wanted: QueueFilter, *, after: ListPosition | None, limit: int, reach: Reach | None = None
) -> list[ReviewItem]:
    """The next ``limit`` items, without their proposals: to read one raises an error (``with_proposals``)."""
    return _first(ListWalk(session, wanted, after), limit=limit, reach=reach)


def with_proposals(session: Session, items: Sequence[ReviewItem]) -> list[ReviewItem]:
    """The items of a list whole, in their order."""
    whole = select(ReviewItem).execution_options(populate_existing=True)
    return _in_order(session, whole, [item.id or 0 for item in items])


def unlisted(session: Session, *, limit: int) -> list[ReviewItem]:
    """Items that a program of an earlier version wrote: they say nothing of their message yet. Whole."""
    found = matching(session, (), [[facet("language", None)]])
    return list(session.scalars(select(ReviewItem).where(col(ReviewItem.id).in_(found)).limit(limit)))


def neighbour(
    session: Session,
    wanted: QueueFilter,
    place: ListPosition | None,
    *,
    backwards: bool = False,
    user_id: int,
    now: datetime,
) -> int | None:
    """The next (or previous) item of a list that nobody else works on; the first when ``place`` is None."""
    is_free = or_(
        col(ReviewItem.claimed_by).is_(None),
        col(ReviewItem.claimed_by) == user_id,
        col(ReviewItem.claimed_until) <= now,
    )
    found = _first(ListWalk(session, wanted, place, backwards), limit=1, more=[is_free])
    return found[0].id if found else None


def count_up_to(session: Session, lists: Sequence[QueueFilter], *, most: int) -> list[int]:
    """How many items each list holds, counted up to ``most``; in one statement where no list looks up words."""
    counts = [_counted(session, wanted, most=most) for wanted in lists]
    if not counts:
        return []
    return [int(number) for number in session.execute(select(*counts)).one()]


def facet_values(
    session: Session, brands: frozenset[str] | None, names: Sequence[str], *, newest: int
) -> dict[str, list[str]]:
    """The values that some columns have in those of the newest items, of whichever brands, that are of these; sorted,
    empty ones left out."""
    columns = [getattr(ReviewItem, name) for name in ("brand_id", *names)]
    rows = session.execute(select(*columns).order_by(col(ReviewItem.id).desc()).limit(newest)).all()
    own = [row for row in rows if brands is None or row[0] in brands]
    return {name: sorted({row[at] for row in own if row[at]}) for at, name in enumerate(names, start=1)}


def _first(
    walk: ListWalk, *, limit: int, more: Iterable[ColumnElement[bool]] = (), reach: Reach | None = None
) -> list[ReviewItem]:
    """The first ``limit`` items on a walk that fit."""
    session, wanted = walk.session, walk.wanted
    if not brands_of(session, wanted):
        return []
    words = _words(wanted)
    rest = [*([_first_of_its_kind(wanted)] if wanted.is_folded else []), *more]
    reach = reach or (BY_WORDS if words else BY_FACETS_ON_SQLITE if is_sqlite(session) else BY_FACETS)
    if words or wanted.facets:
        ids = walk.first_among(reach.near, limit, rest, words)
        if len(ids) < limit:
            found = _looked_up(walk, words, rest, few=reach.few, limit=limit)
            if found is not None:
                return _in_order(session, _slim(), found)
            ids += walk.first_among(reach.far - reach.near, limit - len(ids), rest, words, skip=reach.near)
        if len(ids) == limit:
            return _in_order(session, _slim(), ids)
    return _in_order(session, _slim(), walk.first(limit, rest, words))


def _looked_up(
    walk: ListWalk, words: Sequence[str], rest: Sequence[ColumnElement[bool]], *, few: int, limit: int
) -> list[int] | None:
    """The first ``limit`` ids on a walk, by the index of words; None where more than ``few`` fit what it is asked.

    It is not asked for what most items have: to read the rows that the other words leave takes less.
    """
    session, wanted = walk.session, walk.wanted
    groups = _groups(session, wanted)
    common = common_facets(session) if len(groups) > 1 else frozenset()
    asked = [group for group in groups if common.isdisjoint(group)]
    if not asked and not words:
        asked = groups
    fitting = list(session.scalars(matching(session, words, asked).limit(few + 1)))
    if len(fitting) > few:
        return None
    if len(asked) < len(groups):
        rest = [*_of_rows(session, wanted), *of_index(wanted, ReviewItem), *rest]
    return _sorted(walk, fitting, rest, limit=limit) if fitting else []


def _sorted(walk: ListWalk, ids: Sequence[int], rest: Sequence[ColumnElement[bool]], *, limit: int) -> list[int]:
    """The first of these on a walk; that they have the facets is known.

    On PostgreSQL an index by id holds the rest, so that no row is read for what is not among the first.
    """
    wanted, session = walk.wanted, walk.session
    given = numbers(session, ids).subquery()
    statement = select(col(ReviewItem.id)).join(given, given.columns[0] == col(ReviewItem.id))
    statement = statement.where(*kept_from(wanted, ReviewItem), *rest, *arrived(session, wanted))
    if walk.place is not None:
        statement = statement.where(or_(*ranges_after(wanted.sort, walk.place, backwards=walk.backwards)))
    return list(session.scalars(statement.order_by(*order_by(wanted.sort, backwards=walk.backwards)).limit(limit)))


def _slim() -> Select[ReviewItem]:
    return select(ReviewItem).options(
        *(defer(getattr(ReviewItem, name), raiseload=True) for name in ("proposal", "confirmed"))
    )


def _in_order(session: Session, statement: Select[ReviewItem], ids: Sequence[int]) -> list[ReviewItem]:
    """The items with these ids, those that are there, in the order of the ids."""
    if not ids:
        return []
    found = {item.id: item for item in session.scalars(statement.where(col(ReviewItem.id).in_(numbers(session, ids))))}
    return [found[item_id] for item_id in ids if item_id in found]


def _groups(session: Session, wanted: QueueFilter) -> list[list[str]]:
    """What narrows a list, as words: an item must have one of each group."""
    groups = [[facet(name, value)] for name, value in wanted.facets.items()]
    if wanted.brands is not None and not wanted.brands.issuperset(brand_ids(session)):
        groups.append([facet("brand_id", brand) for brand in sorted(wanted.brands)] or ["_"])
    if wanted.statuses:
        groups.append([facet("status", status) for status in wanted.statuses])
    return groups


def _of_rows(session: Session, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    brands, statuses = brands_of(session, wanted), statuses_of(wanted)
    return [col(ReviewItem.brand_id).in_(brands), col(ReviewItem.status).in_(statuses)]


def _counted(session: Session, wanted: QueueFilter, *, most: int) -> Any:
    some = select(col(ReviewItem.id)).where(*of_index(wanted, ReviewItem), *arrived(session, wanted))
    words = _words(wanted)
    if words or wanted.facets:
        fitting = matching(session, words, _groups(session, wanted)).subquery()
        some = some.join(fitting, fitting.columns[0] == col(ReviewItem.id))
    else:
        some = some.where(*_of_rows(session, wanted))
    return select(func.count()).select_from(some.limit(most).subquery()).scalar_subquery()


def _first_of_its_kind(wanted: QueueFilter) -> ColumnElement[bool]:
    """Whether no other item of the same cluster stands before this one in the list; asked of the index of clusters."""
    other = aliased(ReviewItem)
    more_urgent = col(other.urgency) > col(ReviewItem.urgency)
    older = and_(col(other.urgency) == col(ReviewItem.urgency), col(other.id) < col(ReviewItem.id))
    earlier = select(col(other.id)).where(
        col(other.cluster_id) == col(ReviewItem.cluster_id),
        col(other.is_for_leads).is_(False),
        col(other.status).in_(wanted.statuses),
        or_(more_urgent, older),
        *(getattr(other, name) == value for name, value in wanted.facets.items()),
        *awake(wanted, col(other.snoozed_until)),
    )
    return or_(col(ReviewItem.cluster_id).is_(None), col(ReviewItem.is_for_leads), ~earlier.exists())


def _words(wanted: QueueFilter) -> list[str]:
    return words_of(wanted.text)[:MOST_WORDS_ASKED]
