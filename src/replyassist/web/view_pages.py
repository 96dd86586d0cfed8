"""The lists that a person keeps under a name, each with its count."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response

from replyassist.review.repository.lists import count_up_to
from replyassist.review.saved_views import delete_view, keep_view, rename_view, views_of

from .listing import Listing, ListingDep, listing_of
from .pages import HOME, PageRoute, see_other
from .rendering import typed
from .visits import ActingVisitDep, VisitDep

router = APIRouter(prefix=f"{HOME}/views", route_class=PageRoute, include_in_schema=False)

COUNTED_TO = 99
ViewId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Name = Annotated[str, Form(max_length=300)]


@router.get("")
def show_views(visit: VisitDep, listing: ListingDep) -> Response:
    """For htmx: the views, each with how many items it holds."""
    with visit.database.reading() as session:
        views = views_of(session, visit.principal)
        lists = [listing_of(visit.principal, view.query, now=visit.now).wanted(visit.principal) for view in views]
        numbers = count_up_to(session, lists, most=COUNTED_TO + 1)
    counts = {
        view.id: f"{COUNTED_TO}+" if number > COUNTED_TO else str(number)
        for view, number in zip(views, numbers, strict=True)
    }
    return visit.page("_views.html", views=views, listing=listing, view_counts=counts)


@router.post("")
def add_view(
    visit: ActingVisitDep,
    listing: ListingDep,
    name: Name = "",
    brand_id: Annotated[str, Form(alias="for", max_length=60)] = "",
) -> Response:
    """Keep the list that the address names, for oneself or for everybody on a brand, of which it then shows items."""
    brand = typed(brand_id) or None
    kept: Listing = replace(listing, brand=brand) if brand else listing
    with visit.database.writing() as session:
        keep_view(session, visit.principal, typed(name), kept.query, brand_id=brand, now=visit.now)
    return see_other(listing.url(HOME))


@router.post("/{view_id}/rename")
def rename(visit: ActingVisitDep, listing: ListingDep, view_id: ViewId, name: Name = "") -> Response:
    """Give a view another name."""
    with visit.database.writing() as session:
        rename_view(session, visit.principal, view_id, typed(name))
    return see_other(listing.url(HOME))


@router.post("/{view_id}/delete")
def delete(visit: ActingVisitDep, listing: ListingDep, view_id: ViewId) -> Response:
    """Forget a view."""
    with visit.database.writing() as session:
        delete_view(session, visit.principal, view_id)
    return see_other(listing.url(HOME))
