"""The rows of a list as a page shows them, and what has changed since a page was shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher

from sqlmodel import Session

from replyassist.brands.models import UTC_ZONE, Brand
from replyassist.core.accounts import Principal
from replyassist.core.digests import document_digest
from replyassist.delivery.outlook import Outlook, outlooks
from replyassist.review.list_order import ListPosition, QueueFilter, cursor_of
from replyassist.review.models import ReviewItem
from replyassist.review.repository import clusters as cluster_rows
from replyassist.review.repository.approved import send_times
from replyassist.review.repository.lists import list_items
from replyassist.review.verdicts import current_verdicts

from . import repository
from .language import gettext

DIGEST = 10


@dataclass(frozen=True)
class QueueRow:
    """One row. ``claimer`` is the name of somebody else who works on it, ``assignee`` whose it is, ``decider`` who
    approved or rejected it; ``asked_by``: so many messages ask the same, for all of which the row stands. ``send_at``:
    when its reply is to be sent, where that is still to come; ``time_zone``: the brand's."""

    item: ReviewItem
    verdict: str | None
    claimer: str | None
    is_mine: bool
    assignee: str | None
    decider: str | None
    asked_by: int = 1
    outlook: Outlook = field(default_factory=Outlook)
    closes_soon: bool = False
    send_at: datetime | None = None
    time_zone: str = UTC_ZONE

    @property
    def id(self) -> int:
        """The item's."""
        return self.item.id or 0

    @property
    def template(self) -> str:
        """What the template is called that the draft was made from."""
        titles = (match["title"] for match in self.item.matches if match["template_id"] == self.item.template_id)
        return next(filter(None, titles), self.item.template_id or "")

    @property
    def digest(self) -> str:
        """Changes with whatever the row shows, but for how old it is."""
        shown = [
            self.item.version,
            self.item.beginning,
            self.item.notice,
            self.verdict,
            self.claimer,
            self.is_mine,
            self.assignee,
            self.decider,
            self.asked_by,
            self.closes_soon,
            self.outlook.cost,
            self.send_at and self.send_at.isoformat(),
            self.time_zone,
        ]
        return document_digest(shown)[:DIGEST]


@dataclass(frozen=True)
class QueueRows:
    """Some rows, and where the next ones begin; empty on the last page."""

    rows: list[QueueRow]
    next_cursor: str


@dataclass(frozen=True)
class RowChange:
    """One change to a page's rows: ``row`` comes after the row ``after`` (0: first), or takes its own old place."""

    row: QueueRow
    after: int | None


@dataclass(frozen=True)
class RowChanges:
    """What to do to a page's rows, in this order; ``next_cursor`` is None where the end of the list is the same."""

    gone: list[int]
    changed: list[RowChange]
    is_empty: bool
    was_empty: bool
    next_cursor: str | None

    def __bool__(self) -> bool:
        return bool(self.gone or self.changed or self.next_cursor is not None)


def rows_of(
    session: Session,
    principal: Principal,
    wanted: QueueFilter,
    place: ListPosition | None,
    *,
    brands: Iterable[Brand],
    limit: int,
    now: datetime,
) -> QueueRows:
    """The next rows of a list; ``brands`` are all that it may be of, as they stand now."""
    items = list_items(session, wanted, after=place, limit=limit + 1)
    shown = items[:limit]
    by_id = {brand.id: brand for brand in brands}
    verdicts = current_verdicts(session, shown, now=now, brands=by_id)
    people = {user for item in shown for user in (item.claimed_by, item.assigned_to, item.decided_by)}
    names = repository.user_names(session, [user for user in people if user is not None])
    rows = [_row(principal, item, verdicts[item.id or 0], names, now) for item in shown]
    ahead, times = outlooks(session, shown), send_times(session, shown)
    rows = [
        replace(row, outlook=ahead[row.id], closes_soon=ahead[row.id].closes_soon(now)) if row.id in ahead else row
        for row in rows
    ]
    still_to_come = {item_id: at for item_id, at in times.items() if at > now}
    rows = [
        replace(row, send_at=still_to_come[row.id], time_zone=by_id[row.item.brand_id].time_zone)
        if row.id in still_to_come
        else row
        for row in rows
    ]
    if wanted.is_folded:
        sizes = cluster_rows.sizes(session, {item.cluster_id for item in shown if item.cluster_id}, now=now)
        rows = [replace(row, asked_by=sizes.get(row.item.cluster_id or 0, 1)) for row in rows]
    return QueueRows(rows, cursor_of(shown[-1], wanted) if len(items) > limit else "")


def changes(
    now_there: QueueRows, wanted: QueueFilter, shown: Sequence[tuple[int, str]], *, more: str | None, at_least: int
) -> RowChanges:
    """What turns the rows that a page shows, by id and digest, into those that are there now.

    ``more`` is the place from which the page would go on, empty where it shows the whole list, None where it goes on
    beyond what it told. The page grows only where rows come before its last one, to ``at_least`` rows, or at its end.
    """
    rows = now_there.rows
    before = [item_id for item_id, _ in shown]
    if more != "":
        known = set(before)
        last = max((at for at, row in enumerate(rows) if row.id in known), default=-1)
        rows = rows[: max(last + 1, at_least)]
    is_whole = len(rows) == len(now_there.rows) and not now_there.next_cursor
    end = "" if is_whole or not rows else cursor_of(rows[-1].item, wanted)
    digests = dict(shown)
    staying = _staying(before, [row.id for row in rows])
    changed, previous = [], 0
    for row in rows:
        if row.id not in staying:
            changed.append(RowChange(row, previous))
        elif row.digest != digests[row.id]:
            changed.append(RowChange(row, None))
        previous = row.id
    gone = [item_id for item_id in before if item_id not in staying]
    return RowChanges(
        gone=gone,
        changed=changed,
        is_empty=not rows,
        was_empty=not before,
        next_cursor=end if more is not None and end != more else None,
    )


def _staying(before: Sequence[int], after: Sequence[int]) -> set[int]:
    """Rows that keep their order among one another; what moved is taken out and put in again."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {before[block.a + step] for block in blocks for step in range(block.size)}


def _row(principal: Principal, item: ReviewItem, verdict: str | None, names: dict[int, str], now: datetime) -> QueueRow:
    is_leased = item.claimed_until is not None and item.claimed_until > now and item.claimed_by is not None
    is_mine = is_leased and item.claimed_by == principal.user_id
    return QueueRow(
        item=item,
        verdict=verdict,
        claimer=names.get(item.claimed_by or 0, gettext("Somebody")) if is_leased and not is_mine else None,
        is_mine=is_mine,
        assignee=names.get(item.assigned_to) if item.assigned_to else None,
        decider=names.get(item.decided_by) if item.decided_by else None,
    )
