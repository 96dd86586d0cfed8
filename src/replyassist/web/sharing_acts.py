"""Who has an item and when, and what colleagues say of it, from the item's page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.errors import Forbidden, InvalidInput
from replyassist.review import decisions
from replyassist.review.models import ReviewItem
from replyassist.review.teamwork import acts, notes, presence

from .acts import ActedOnDep, Line
from .item_pages import ItemId, item_page
from .item_view import claimer_of
from .listing import ListingDep
from .pages import HOME, PageRoute, is_partial
from .rendering import typed
from .sharing_view import team_view
from .visits import VisitDep

router = APIRouter(prefix=HOME, route_class=PageRoute, include_in_schema=False)


@router.get("/{item_id}/live")
def show_live(
    visit: VisitDep, listing: ListingDep, item_id: ItemId, was_held: Annotated[bool, Query()] = False
) -> Response:
    """For htmx: who looks, the notes, and whether the item that somebody held is free now; and this person looks on."""
    now = visit.now
    with visit.database.writing() as session:
        item = decisions.visible_item(session, visit.principal, item_id)
        presence.look_on(session, item, visit.principal.user_id, now=now)
        team = team_view(session, visit.principal, item, now=now)
        is_held = claimer_of(session, visit.principal, item, now=now) is not None
    return visit.page("_live.html", team=team, item=item, listing=listing, is_freed=was_held and not is_held)


@router.post("/{item_id}/takeover")
def take_over(on: ActedOnDep) -> Response:
    """Take the item from who works on it, and stay."""
    minutes = on.request.app.state.settings.claim_minutes

    def act(session: Session) -> ReviewItem:
        return acts.take_over(session, on.principal, on.item_id, version=on.version, now=on.now, minutes=minutes)

    return on.carry_out(act, on.same_page)


@router.post("/{item_id}/assign")
def assign(on: ActedOnDep, user_id: Annotated[str, Form(pattern=r"^\d{0,9}$")] = "") -> Response:
    """Give the item to somebody, or to nobody, and stay."""

    def act(session: Session) -> ReviewItem:
        to = int(user_id) if user_id else None
        return acts.assign(session, on.principal, on.item_id, version=on.version, user_id=to, now=on.now)

    return on.carry_out(act, on.same_page)


@router.post("/{item_id}/snooze")
def snooze(on: ActedOnDep, until: Line = "") -> Response:
    """Put the item aside, and go to the next one."""

    def act(session: Session) -> ReviewItem:
        now = on.now
        brand = get_brand(session, decisions.visible_item(session, on.principal, on.item_id).brand_id)
        moment = acts.snoozed_until(typed(until), now=now, time_zone=brand.time_zone)
        return acts.snooze(session, on.principal, on.item_id, version=on.version, until=moment, now=now)

    return on.carry_out(act, on.next_page)


@router.post("/{item_id}/wake")
def wake(on: ActedOnDep) -> Response:
    """Bring the item back now, and stay."""

    def act(session: Session) -> ReviewItem:
        return acts.wake(session, on.principal, on.item_id, version=on.version, now=on.now)

    return on.carry_out(act, on.same_page)


@router.post("/{item_id}/handback")
def hand_back(on: ActedOnDep, note: Line = "") -> Response:
    """Give the escalated item back to the queue, and go to the next one."""

    def act(session: Session) -> ReviewItem:
        return acts.hand_back(
            session, on.principal, on.item_id, version=on.version, reason=typed(note), jobs=on.jobs, now=on.now
        )

    return on.carry_out(act, on.next_page)


@router.post("/{item_id}/note")
def add_note(on: ActedOnDep, note: Line = "") -> Response:
    """Keep a note, and stay; whatever has happened to the item, the note is kept."""
    try:
        with on.database.writing() as session:
            notes.add_note(session, on.principal, on.item_id, text=typed(note), now=on.now)
    except (InvalidInput, Forbidden) as error:
        refused = on.refused(error)
        refused.headers["HX-Retarget"] = "#main"
        return refused
    if not is_partial(on.request):
        return item_page(on, on.listing, on.item_id, text=on.text)
    with on.database.reading() as session:
        item = decisions.visible_item(session, on.principal, on.item_id)
        team = team_view(session, on.principal, item, now=on.now)
    return on.page("_note_list.html", team=team)
