"""The page of one item, its live parts, and the way from item to item."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response

from replyassist.core.accounts import Principal
from replyassist.core.entailment import Entailment
from replyassist.core.errors import Conflict, ReplyassistError
from replyassist.review import decisions
from replyassist.review.failures import MEANINGS, FailureKind
from replyassist.review.list_order import place_in
from replyassist.review.models import ReviewItem
from replyassist.review.pace import seeded
from replyassist.review.pace.service import hurries
from replyassist.review.reasons import ESCALATE_REASONS, NO_REPLY_NEEDED, REJECT_REASONS
from replyassist.review.repository.lists import neighbour
from replyassist.review.surroundings import surroundings
from replyassist.review.teamwork import notes, presence

from . import repository
from .abilities import abilities
from .check_view import check_view
from .item_view import claimer_of, item_view
from .listing import Listing, ListingDep
from .pages import HOME, PageRoute, is_partial, see_other
from .rendering import typed
from .sharing_view import team_view
from .toasts import toast_after
from .visits import ActingVisitDep, Visit, VisitDep

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ItemId = Annotated[int, Path(ge=1, le=2**31 - 1)]
OptionalId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Text = Annotated[str, Form(max_length=100_000)]


@router.get(f"{HOME}/{{item_id}}")
def show_item(
    visit: VisitDep, listing: ListingDep, item_id: ItemId, after: OptionalId = None, restore: OptionalId = None
) -> Response:
    """One item; it is claimed by opening it. ``after`` is the item that was just acted on, ``restore`` an approval
    that was taken back, whose text goes into the editor again."""
    text = None
    if restore is not None:
        with visit.database.reading() as session:
            decisions.visible_item(session, visit.principal, item_id)
            text = repository.approved_text(session, item_id, restore)
    return item_page(visit, listing, item_id, text=text, after=after)


@router.get(f"{HOME}/{{item_id}}/{{act}}")
def show_item_again(listing: ListingDep, item_id: ItemId) -> Response:
    """The address of an act, loaded again after its refusal, leads back to the item."""
    return see_other(listing.url(f"{HOME}/{item_id}"))


@router.get(f"{HOME}/{{item_id}}/state/{{version}}")
def show_change(visit: VisitDep, listing: ListingDep, item_id: ItemId, version: int) -> Response:
    """For htmx: nothing when the item still is what the page shows, else what has happened to it."""
    with visit.database.reading() as session:
        item = decisions.visible_item(session, visit.principal, item_id)
        if item.version == version:
            return Response(status_code=204)
        view = item_view(session, visit.principal, item, now=visit.now, entailment=_entailment(visit))
    return visit.page("_moved.html", view=view, listing=listing)


@router.post(f"{HOME}/{{item_id}}/check")
def check_draft(
    visit: ActingVisitDep, listing: ListingDep, item_id: ItemId, text: Text = "", send_at: Text = ""
) -> Response:
    """What the checks say of the text as it is being edited."""
    if not is_partial(visit.request):
        return item_page(visit, listing, item_id, text=typed(text), send_at=typed(send_at))
    with visit.database.reading() as session:
        item = decisions.visible_item(session, visit.principal, item_id)
        around = surroundings(session, item)
    check = check_view(visit.principal, item, typed(text), around, now=visit.now, entailment=_entailment(visit))
    confirm_to = listing.url(f"{HOME}/{item_id}/confirm")
    return visit.page("_checked.html", check=check, confirm_to=confirm_to, brand_name=around.brand.name)


@router.post(f"{HOME}/{{item_id}}/claim")
def keep_claim(visit: ActingVisitDep, item_id: ItemId) -> Response:
    """Hold the item a little longer while its page is open."""
    _claim(visit, item_id)
    return Response(status_code=204)


@router.post(f"{HOME}/{{item_id}}/release")
def release_item(visit: ActingVisitDep, item_id: ItemId) -> Response:
    """Let others have the item: its page was closed."""
    _release(visit, item_id)
    return Response(status_code=204)


@router.post(f"{HOME}/{{item_id}}/leave")
def leave_item(
    visit: ActingVisitDep,
    listing: ListingDep,
    item_id: ItemId,
    to: Annotated[str, Form(pattern="^(next|previous|queue)$")] = "next",
) -> Response:
    """Skip the item: let others have it, and go to the next, the previous, or back to the queue."""
    _release(visit, item_id)
    if to == "queue":
        return see_other(listing.url(HOME))
    return see_other(way_on(visit, listing, item_id, backwards=to == "previous"))


def item_page(
    visit: Visit,
    listing: Listing,
    item_id: int,
    *,
    text: str | None = None,
    after: int | None = None,
    problem: ReplyassistError | None = None,
    send_at: str = "",
) -> Response:
    """The page of an item, claimed for this person when nobody else has it. ``problem`` is why an act was refused,
    ``send_at`` the time that was written."""
    _claim(visit, item_id)
    _look(visit, item_id)
    principal, settings, now = visit.principal, visit.request.app.state.settings, visit.now
    with visit.database.reading() as session:
        item = decisions.visible_item(session, principal, item_id)
        view = item_view(session, principal, item, now=now, typed=text, entailment=_entailment(visit))
        team = team_view(session, principal, item, now=now)
        toast = toast_after(session, principal, after, now=now, send_delay_seconds=settings.send_delay_seconds)
        is_hurried = hurries(session, principal, now=now)
    response = visit.page(
        "item.html",
        status=problem.status if problem else 200,
        listing=listing,
        view=view,
        team=team,
        toast=toast,
        is_hurried=is_hurried,
        problem=problem,
        send_at=send_at,
        is_conflict=isinstance(problem, Conflict),
        reject_reasons=REJECT_REASONS,
        no_reply_needed=NO_REPLY_NEEDED,
        escalate_reasons=ESCALATE_REASONS,
        failure_kinds=tuple(FailureKind),
        failure_meanings=MEANINGS,
    )
    if problem is not None or text is not None:
        response.headers["HX-Replace-Url"] = listing.url(f"{HOME}/{item_id}")
    return response


def _entailment(visit: Visit) -> Entailment | None:
    entailment: Entailment | None = visit.request.app.state.proposer.entailment
    return entailment


def way_on(visit: Visit, listing: Listing, item_id: int, *, backwards: bool = False, after: int | None = None) -> str:
    """The address of the next free item of the list; from its end on to its beginning, else the queue."""
    with visit.database.reading() as session:
        item = decisions.visible_item(session, visit.principal, item_id)
        wanted, user_id, now = listing.wanted(visit.principal), visit.principal.user_id, visit.now
        place = place_in(item, wanted)
        found = neighbour(session, wanted, place, backwards=backwards, user_id=user_id, now=now)
        if found is None and not backwards:
            found = neighbour(session, wanted, None, user_id=user_id, now=now)
    if found is None or found == item_id:
        return listing.url(HOME, after=after)
    return listing.url(f"{HOME}/{found}", after=after)


def _claim(visit: Visit, item_id: int) -> None:
    """Claim an item that waits for a decision, unless somebody else has it; a fresh claim is left as it is."""
    principal, minutes, now = visit.principal, visit.request.app.state.settings.claim_minutes, visit.now
    with visit.database.reading() as session:
        item = decisions.visible_item(session, principal, item_id)
        claimer = claimer_of(session, principal, item, now=now)
        if not abilities(item, principal, claimer=claimer).may_work or _is_fresh(
            item, principal, now=now, minutes=minutes
        ):
            return
    try:
        with visit.database.writing() as session:
            claimed = decisions.claim(session, principal, item_id, now=now, minutes=minutes)
            seeded.offer(session, principal, claimed, now=now)
    except Conflict:
        return  # somebody was faster, or it was decided just now; the page says so


def _look(visit: Visit, item_id: int) -> None:
    """Colleagues see who has the page open; who is named in the item's notes has read them."""
    principal, now = visit.principal, visit.now
    with visit.database.writing() as session:
        item = decisions.visible_item(session, principal, item_id)
        presence.look(session, item, principal.user_id, now=now)
        notes.mark_read(session, principal, item_id=item_id, now=now)


def _is_fresh(item: ReviewItem, principal: Principal, *, now: datetime, minutes: int) -> bool:
    half_way = now + timedelta(minutes=minutes) / 2
    return item.claimed_by == principal.user_id and item.claimed_until is not None and item.claimed_until > half_way


def _release(visit: Visit, item_id: int) -> None:
    with visit.database.writing() as session:
        item = decisions.release(session, visit.principal, item_id, now=visit.now)
        presence.leave(session, item, visit.principal.user_id, now=visit.now)
