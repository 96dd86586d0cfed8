"""The queue's pages: tabs with counts, filters, rows that renew themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from replyassist.brands.service import list_brands
from replyassist.core.accounts import Principal
from replyassist.core.http import ClockDep, DatabaseDep, SignedInDep
from replyassist.review import repository as reviews
from replyassist.review.models import ReviewItem
from replyassist.review.repository import Place, cursor_of, place_of
from replyassist.review.views import ReviewSummary, summaries

from . import repository
from .listing import TABS, Listing, ListingDep, Tab
from .pages import HOME, PageRoute, page, see_other
from .progress import drafting_progress
from .toasts import toast_after
from .words import VERDICTS

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ROWS = 30
MOST_ROWS = 200
ItemId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Cursor = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class Row:
    """One row of the queue. ``claimer`` is the name of somebody else who works on it."""

    review: ReviewSummary
    claimer: str | None
    is_mine: bool


@dataclass(frozen=True)
class Rows:
    """Some rows, and where the next ones begin; empty on the last page."""

    rows: list[Row]
    next_cursor: str


@router.get("/")
def home() -> Response:
    """The console begins with the queue."""
    return see_other(HOME)


@router.get(HOME)
def show_queue(
    request: Request,
    principal: SignedInDep,
    database: DatabaseDep,
    clock: ClockDep,
    listing: ListingDep,
    cursor: Cursor = "",
    after: ItemId = None,
) -> Response:
    """The queue. ``after`` is the item that was just acted on."""
    now = clock.now()
    with database.reading() as session:
        brands = [brand for brand in list_brands(session) if principal.sees(brand.id)]
        channels = set(repository.recent_channels(session, principal.brands)) | {listing.channel} - {""}
        context: dict[str, Any] = {
            "found": _rows(session, principal, listing, place_of(cursor), limit=ROWS, now=now),
            "tabs": _tabs(session, principal, listing),
            "progress": drafting_progress(session, listing.wanted(principal).brands, now=now),
            "toast": toast_after(
                session,
                principal,
                after,
                now=now,
                send_delay_seconds=request.app.state.settings.send_delay_seconds,
            ),
        }
    return page(
        request,
        "queue.html",
        principal=principal,
        listing=listing,
        brands=brands,
        brand_names={brand.id: brand.name for brand in brands},
        channels=sorted(channels),
        verdicts=VERDICTS,
        is_first_page=not cursor,
        now=now,
        **context,
    )


@router.get(f"{HOME}/rows")
def more_rows(
    request: Request,
    principal: SignedInDep,
    database: DatabaseDep,
    clock: ClockDep,
    listing: ListingDep,
    cursor: Cursor = "",
    shown: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """For htmx: the rows after ``cursor``, or all that are ``shown`` anew with the tabs' counts and the progress."""
    now = clock.now()
    limit = ROWS if cursor else min(MOST_ROWS, max(ROWS, shown))
    with database.reading() as session:
        found = _rows(session, principal, listing, place_of(cursor), limit=limit, now=now)
        tabs = [] if cursor else _tabs(session, principal, listing)
        progress = None if cursor else drafting_progress(session, listing.wanted(principal).brands, now=now)
        brand_names = {brand.id: brand.name for brand in list_brands(session)}
    return page(
        request,
        "_rows.html",
        found=found,
        tabs=tabs,
        progress=progress,
        listing=listing,
        brand_names=brand_names,
        now=now,
        live=not cursor,
    )


def _rows(
    session: Session, principal: Principal, listing: Listing, place: Place | None, *, limit: int, now: datetime
) -> Rows:
    items = reviews.list_items(session, listing.wanted(principal), after=place, limit=limit + 1)
    shown = items[:limit]
    names = repository.user_names(session, [item.claimed_by for item in shown if item.claimed_by is not None])
    return Rows(
        rows=[
            _row(principal, item, review, names, now)
            for item, review in zip(shown, summaries(session, shown, now=now), strict=True)
        ],
        next_cursor=cursor_of(shown[-1]) if len(items) > limit else "",
    )


def _row(principal: Principal, item: ReviewItem, review: ReviewSummary, names: dict[int, str], now: datetime) -> Row:
    is_leased = item.claimed_until is not None and item.claimed_until > now and item.claimed_by is not None
    is_mine = is_leased and item.claimed_by == principal.user_id
    claimer = names.get(item.claimed_by or 0, "Somebody") if is_leased and not is_mine else None
    return Row(review, claimer, is_mine)


def _tabs(session: Session, principal: Principal, listing: Listing) -> list[tuple[Tab, str, int]]:
    """Each tab with its address and how many items it holds (by brand; the other filters do not count)."""
    counts = reviews.count_by_status(session, {listing.brand} if listing.brand else principal.brands)
    return [
        (
            tab,
            listing.with_tab(tab).url(HOME),
            sum(counts.get(status, 0) for status in tab.statuses) if tab.statuses else sum(counts.values()),
        )
        for tab in TABS
    ]
