"""The page of one item, its live parts, and the way from item to item."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response

from replyassist.core.accounts import Principal
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.entailment import Entailment
from replyassist.core.errors import Conflict, ReplyassistError
from replyassist.core.http import ClockDep, DatabaseDep, SignedInDep
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
from .auth import ActingDep
from .check_view import check_view
from .item_view import claimer_of, item_view
from .listing import Listing, ListingDep
from .pages import HOME, PageRoute, is_partial, page, see_other
from .rendering import typed
from .sharing_view import team_view
from .toasts import toast_after

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ItemId = Annotated[int, Path(ge=1, le=2**31 - 1)]
OptionalId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Text = Annotated[str, Form(max_length=100_000)]


@router.get(f"{HOME}/{{item_id}}")
def show_item(
    request: Request,
    principal: SignedInDep,
    database: DatabaseDep,
    listing: ListingDep,
    item_id: ItemId,
    after: OptionalId = None,
    restore: OptionalId = None,
) -> Response:
    """One item; it is claimed by opening it. ``after`` is the item that was just acted on, ``restore`` an approval
    that was taken back, whose text goes into the editor again."""
    text = None
    if restore is not None:
        with database.reading() as session:
            decisions.visible_item(session, principal, item_id)
            text = repository.approved_text(session, item_id, restore)
    return item_page(request, principal, database, listing, item_id, text=text, after=after)


@router.get(f"{HOME}/{{item_id}}/{{act}}")
def show_item_again(listing: ListingDep, item_id: ItemId) -> Response:
    """The address of an act, loaded again after its refusal, leads back to the item."""
    return see_other(listing.url(f"{HOME}/{item_id}"))


@router.get(f"{HOME}/{{item_id}}/state/{{version}}")
def show_change(
    request: Request,
    principal: SignedInDep,
    database: DatabaseDep,
    clock: ClockDep,
    listing: ListingDep,
    item_id: ItemId,
    version: int,
) -> Response:
    """For htmx: nothing when the item still is what the page shows, else what has happened to it."""
    with database.reading() as session:
        item = decisions.visible_item(session, principal, item_id)
        if item.version == version:
            return Response(status_code=204)
        view = item_view(session, principal, item, now=clock.now(), entailment=_entailment(request))
    return page(request, "_moved.html", view=view, listing=listing, principal=principal, now=clock.now())


@router.post(f"{HOME}/{{item_id}}/check")
def check_draft(
    request: Request,
    principal: ActingDep,
    database: DatabaseDep,
    clock: ClockDep,
    listing: ListingDep,
    item_id: ItemId,
    text: Text = "",
) -> Response:
    """What the checks say of the text as it is being edited."""
    if not is_partial(request):
        return item_page(request, principal, database, listing, item_id, text=typed(text))
    with database.reading() as session:
        item = decisions.visible_item(session, principal, item_id)
        around = surroundings(session, item)
    check = check_view(principal, item, typed(text), around, now=clock.now(), entailment=_entailment(request))
    confirm_to = listing.url(f"{HOME}/{item_id}/confirm")
    return page(request, "_checked.html", check=check, confirm_to=confirm_to, brand_name=around.brand.name)


@router.post(f"{HOME}/{{item_id}}/claim")
def keep_claim(request: Request, principal: ActingDep, database: DatabaseDep, item_id: ItemId) -> Response:
    """Hold the item a little longer while its page is open."""
    _claim(request, principal, database, item_id)
    return Response(status_code=204)


@router.post(f"{HOME}/{{item_id}}/release")
def release_item(principal: ActingDep, database: DatabaseDep, clock: ClockDep, item_id: ItemId) -> Response:
    """Let others have the item: its page was closed."""
    _release(principal, database, item_id, now=clock.now())
    return Response(status_code=204)


@router.post(f"{HOME}/{{item_id}}/leave")
def leave_item(
    principal: ActingDep,
    database: DatabaseDep,
    clock: ClockDep,
    listing: ListingDep,
    item_id: ItemId,
    to: Annotated[str, Form(pattern="^(next|previous|queue)$")] = "next",
) -> Response:
    """Skip the item: let others have it, and go to the next, the previous, or back to the queue."""
    _release(principal, database, item_id, now=clock.now())
    if to == "queue":
        return see_other(listing.url(HOME))
    return see_other(way_on(principal, database, clock, listing, item_id, backwards=to == "previous"))


def item_page(
    request: Request,
    principal: Principal,
    database: Database,
    listing: Listing,
    item_id: int,
    *,
    text: str | None = None,
    after: int | None = None,
    problem: ReplyassistError | None = None,
) -> Response:
    """The page of an item, claimed for this person when nobody else has it. ``problem`` is why an act was refused."""
    _claim(request, principal, database, item_id)
    _look(request, principal, database, item_id)
    settings, now = request.app.state.settings, request.app.state.clock.now()
    with database.reading() as session:
        item = decisions.visible_item(session, principal, item_id)
        view = item_view(session, principal, item, now=now, typed=text, entailment=_entailment(request))
        team = team_view(session, principal, item, now=now)
        toast = toast_after(session, principal, after, now=now, send_delay_seconds=settings.send_delay_seconds)
        is_hurried = hurries(session, principal, now=now)
    response = page(
        request,
        "item.html",
        status=problem.status if problem else 200,
        principal=principal,
        listing=listing,
        view=view,
        team=team,
        toast=toast,
        is_hurried=is_hurried,
        problem=problem,
        is_conflict=isinstance(problem, Conflict),
        reject_reasons=REJECT_REASONS,
        no_reply_needed=NO_REPLY_NEEDED,
        escalate_reasons=ESCALATE_REASONS,
        failure_kinds=tuple(FailureKind),
        failure_meanings=MEANINGS,
        now=now,
    )
    if problem is not None or text is not None:
        response.headers["HX-Replace-Url"] = listing.url(f"{HOME}/{item_id}")
    return response


def _entailment(request: Request) -> Entailment | None:
    entailment: Entailment | None = request.app.state.proposer.entailment
    return entailment


def way_on(
    principal: Principal,
    database: Database,
    clock: Clock,
    listing: Listing,
    item_id: int,
    *,
    backwards: bool = False,
    after: int | None = None,
) -> str:
    """The address of the next free item of the list; from its end on to its beginning, else the queue."""
    with database.reading() as session:
        item = decisions.visible_item(session, principal, item_id)
        wanted, user_id, now = listing.wanted(principal), principal.user_id, clock.now()
        place = place_in(item, wanted)
        found = neighbour(session, wanted, place, backwards=backwards, user_id=user_id, now=now)
        if found is None and not backwards:
            found = neighbour(session, wanted, None, user_id=user_id, now=now)
    if found is None or found == item_id:
        return listing.url(HOME, after=after)
    return listing.url(f"{HOME}/{found}", after=after)


def _claim(request: Request, principal: Principal, database: Database, item_id: int) -> None:
    """Claim an item that waits for a decision, unless somebody else has it; a fresh claim is left as it is."""
    minutes, now = request.app.state.settings.claim_minutes, request.app.state.clock.now()
    with database.reading() as session:
        item = decisions.visible_item(session, principal, item_id)
        claimer = claimer_of(session, principal, item, now=now)
        if not abilities(item, principal, claimer=claimer).may_work or _is_fresh(
            item, principal, now=now, minutes=minutes
        ):
            return
    try:
        with database.writing() as session:
            claimed = decisions.claim(session, principal, item_id, now=now, minutes=minutes)
            seeded.offer(session, principal, claimed, now=now)
    except Conflict:
        return  # somebody was faster, or it was decided just now; the page says so


def _look(request: Request, principal: Principal, database: Database, item_id: int) -> None:
    """Colleagues see who has the page open; who is named in the item's notes has read them."""
    now = request.app.state.clock.now()
    with database.writing() as session:
        item = decisions.visible_item(session, principal, item_id)
        presence.look(session, item, principal.user_id, now=now)
        notes.mark_read(session, principal, item_id=item_id, now=now)


def _is_fresh(item: ReviewItem, principal: Principal, *, now: datetime, minutes: int) -> bool:
    half_way = now + timedelta(minutes=minutes) / 2
    return item.claimed_by == principal.user_id and item.claimed_until is not None and item.claimed_until > half_way


def _release(principal: Principal, database: Database, item_id: int, *, now: datetime) -> None:
    with database.writing() as session:
        item = decisions.release(session, principal, item_id, now=now)
        presence.leave(session, item, principal.user_id, now=now)
