"""The queue's pages: tabs with counts, filters, rows of which only what changed is sent again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, Query, Request, Response
from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.brands.repository import list_brands
from replyassist.core.accounts import Principal
from replyassist.core.digests import document_digest
from replyassist.review.list_order import QueueFilter, place_of
from replyassist.review.repository.lists import count_up_to, facet_values
from replyassist.review.saved_views import may_change, views_of

from . import listing as lists
from . import repository
from .auth import ActingDep
from .bulk_acts import SNOOZES
from .language import number
from .lead.brand_choice import visible_brands
from .listing import Listing, ListingDep, Tab, tabs_of
from .pages import HOME, PageRoute, see_other
from .progress import drafting_progress
from .queue_rows import changes, rows_of
from .toasts import toast_after, toast_after_several
from .visits import VisitDep
from .words import VERDICTS

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ROWS = 30
MOST_ROWS = 300
COUNTED_TO = 1000
FACETS_FROM = 500
"""The newest items of which the filters offer channels, languages and templates."""
DENSITY = "density"
ROOMY, DENSE = "roomy", "dense"
ItemId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Cursor = Annotated[str, Query(max_length=40)]
_SHOWN = re.compile(r"(\d{1,10})-([0-9a-f]{1,20})")


@dataclass(frozen=True)
class Count:
    """A tab with its address and how many items it holds, by brand; the other filters do not count."""

    tab: Tab
    url: str
    number: int

    @property
    def words(self) -> str:
        """The number, or that there are more."""
        return f"{number(COUNTED_TO)}+" if self.number > COUNTED_TO else number(self.number)


@router.get("/")
def home() -> Response:
    """The console begins with the queue."""
    return see_other(HOME)


@router.get(HOME)
def show_queue(
    visit: VisitDep,
    listing: ListingDep,
    cursor: Cursor = "",
    after: ItemId = None,
    x_queue_rows: Annotated[int, Header(ge=0, le=100_000)] = 0,
    did: Annotated[str, Query(max_length=20)] = "",
    to: Annotated[str, Query(max_length=8000)] = "",
    left: Annotated[int, Query(ge=0, le=1000)] = 0,
) -> Response:
    """The queue. ``after`` is the item that was just acted on, ``did`` what was done to several (``to``); the header
    ``X-Queue-Rows`` says how many were shown when somebody left."""
    principal, now = visit.principal, visit.now
    limit = min(MOST_ROWS, max(ROWS, x_queue_rows))
    with visit.database.reading() as session:
        brands = visible_brands(session, principal)
        wanted = _of_brands(listing.wanted(principal), brands)
        counts = _counts(session, principal, listing, brands)
        delay = visit.request.app.state.settings.send_delay_seconds
        context: dict[str, Any] = {
            "found": rows_of(session, principal, wanted, place_of(cursor), brands=brands, limit=limit, now=now),
            "counts": counts,
            "counts_digest": _digest(counts),
            "progress": drafting_progress(session, wanted.brands, now=now),
            "views": views_of(session, principal),
            "offered": _offered(session, listing, wanted),
            "people": repository.colleagues(session, wanted.brands or ()),
            "toast": toast_after_several(session, principal, did, to, left=left, now=now, send_delay_seconds=delay)
            or toast_after(session, principal, after, now=now, send_delay_seconds=delay),
        }
    return visit.page(
        "queue.html",
        listing=listing,
        L=lists,
        brands=brands,
        may_change_view=may_change,
        brand_names={brand.id: brand.name for brand in brands},
        verdicts=VERDICTS,
        is_first_page=not cursor,
        is_dense=visit.request.cookies.get(DENSITY) == DENSE,
        snoozes=SNOOZES,
        now=now,
        **context,
    )


@router.get(f"{HOME}/rows")
def more_rows(visit: VisitDep, listing: ListingDep, cursor: Cursor) -> Response:
    """For htmx: the rows after ``cursor``."""
    principal, now = visit.principal, visit.now
    with visit.database.reading() as session:
        brands = list_brands(session)
        wanted = _of_brands(listing.wanted(principal), [brand for brand in brands if principal.sees(brand.id)])
        found = rows_of(session, principal, wanted, place_of(cursor), brands=brands, limit=ROWS, now=now)
    names = {brand.id: brand.name for brand in brands}
    return visit.page("_rows.html", found=found, listing=listing, brand_names=names, progress=None)


@router.get(f"{HOME}/changes")
def show_changes(
    visit: VisitDep,
    listing: ListingDep,
    shown: Annotated[str, Query(max_length=40 * MOST_ROWS)] = "",
    counts: Annotated[str, Query(max_length=40)] = "",
    more: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """For htmx: only what is not as the page shows it, which is ``shown`` (ids with digests); 204 where all is."""
    principal, now = visit.principal, visit.now
    before = [(int(item_id), digest) for item_id, digest in _SHOWN.findall(shown)][:MOST_ROWS]
    with visit.database.reading() as session:
        brands = visible_brands(session, principal)
        wanted = _of_brands(listing.wanted(principal), brands)
        there = rows_of(session, principal, wanted, None, brands=brands, limit=len(before) + ROWS, now=now)
        now_counted = _counts(session, principal, listing, brands)
        progress = drafting_progress(session, wanted.brands, now=now)
    found = changes(there, wanted, before, more=more, at_least=ROWS)
    digest = _digest(now_counted)
    if not found and digest == counts and progress is None:
        return Response(status_code=204)
    return visit.page(
        "_changes.html",
        found=found,
        counts=now_counted if digest != counts else None,
        counts_digest=digest,
        progress=progress,
        listing=listing,
        brand_names={brand.id: brand.name for brand in brands},
    )


@router.post(f"{HOME}/density")
def choose_density(
    request: Request,
    _acting: ActingDep,
    listing: ListingDep,
    density: Annotated[str, Form(pattern=f"^({ROOMY}|{DENSE})$")],
) -> Response:
    """How close the rows stand, from now on in this browser."""
    response = see_other(listing.url(HOME))
    is_secure = request.url.scheme == "https"
    response.set_cookie(DENSITY, density, max_age=365 * 86400, samesite="lax", httponly=True, secure=is_secure)
    return response


def _of_brands(wanted: QueueFilter, brands: list[Brand]) -> QueueFilter:
    """The filter with the brands spelt out, so that nobody asks for them again."""
    return replace(wanted, brands=frozenset(brand.id for brand in brands)) if wanted.brands is None else wanted


def _counts(session: Session, principal: Principal, listing: Listing, brands: list[Brand]) -> list[Count]:
    tabs = tabs_of(principal)
    bare = [replace(listing.cleared(), tab=tab, brand=listing.brand) for tab in tabs]
    wanted = [_of_brands(each.wanted(principal), brands) for each in bare]
    numbers = count_up_to(session, wanted, most=COUNTED_TO + 1)
    return [Count(tab, listing.with_tab(tab).url(HOME), number) for tab, number in zip(tabs, numbers, strict=True)]


def _digest(counts: list[Count]) -> str:
    return document_digest([[count.tab.key, count.number] for count in counts])[:10]


def _offered(session: Session, listing: Listing, wanted: QueueFilter) -> dict[str, list[str]]:
    """What the filters offer beside what is always there: values of the newest items, and what is chosen."""
    names = {"channel": "channel", "language": "language", "template": "template_id"}
    found = facet_values(session, wanted.brands, tuple(names.values()), newest=FACETS_FROM)
    return {
        name: sorted({*found[column], *([listing.filters[name]] if listing.filters[name] else [])})
        for name, column in names.items()
    }
