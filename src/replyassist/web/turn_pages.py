"""``/team/turns/{brand}``: whether new items are given out in turn, who takes part, and who is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response
from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.errors import InvalidInput, NotFound, ReplyassistError
from replyassist.core.http import DatabaseDep, SignedInDep
from replyassist.core.security import Permission
from replyassist.review.teamwork import turns

from .lead.brand_choice import visible_brands
from .pages import PageRoute, see_other
from .team_pages import TEAM
from .visits import ActingVisitDep, RefusedAct, Visit, VisitDep

TURNS = f"{TEAM}/turns"
router = APIRouter(prefix=TURNS, route_class=PageRoute, include_in_schema=False)
BrandId = Annotated[str, Path(max_length=60)]
UserId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
def show_first(principal: SignedInDep, database: DatabaseDep) -> Response:
    """The turns of the first brand of this person."""
    principal.require(Permission.QUEUE_READ)
    with database.reading() as session:
        brand = next((brand.id for brand in visible_brands(session, principal)), None)
    if brand is None:
        raise NotFound("You have no brand yet.")
    return see_other(f"{TURNS}/{brand}")


@router.get("/{brand}")
def show_turns(
    visit: VisitDep,
    brand: BrandId,
    done: Annotated[str, Query(max_length=10)] = "",
    freed: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """The team in the order of its turns. ``freed``: so many items were just let go."""
    return _page(visit, brand, is_done=done == "saved", freed=freed)


@router.get("/{brand}/{user_id:int}")
def show_turns_again(brand: BrandId) -> Response:
    """The address of an act, loaded again, leads back to the page."""
    return see_other(f"{TURNS}/{brand}")


@router.post("/{brand}")
def switch(visit: ActingVisitDep, brand: BrandId, is_on: Annotated[bool, Form()] = False) -> Response:
    """Give new items out in turn from now on, or do so no more."""

    def act(session: Session) -> int:
        turns.switch(session, visit.principal, brand, is_on=is_on)
        return 0

    return _act(visit, brand, act)


@router.post("/{brand}/{user_id:int}")
def change_person(
    visit: ActingVisitDep,
    brand: BrandId,
    user_id: UserId,
    act: Annotated[str, Form(pattern="^(join|leave|away|back)$")],
    back_on: Annotated[str, Form(max_length=10)] = "",
    lets_go: Annotated[bool, Form()] = False,
) -> Response:
    """Let somebody take part or not, or say that they are away or back."""

    def carry_out(session: Session) -> int:
        if act in ("join", "leave"):
            turns.take_part(session, visit.principal, brand, user_id, takes_part=act == "join")
            return 0
        day = _day(back_on) if act == "away" else None
        return turns.be_away(session, visit.principal, brand, user_id, back_on=day, lets_go=lets_go, now=visit.now)

    return _act(visit, brand, carry_out)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("choose a day to come, within a year", field="back_on") from None


def _act(visit: Visit, brand: str, act: Callable[[Session], int]) -> Response:
    try:
        with visit.database.writing() as session:
            freed = act(session)
    except InvalidInput as error:
        return _page(visit, brand, refused=RefusedAct("", error))
    return see_other(f"{TURNS}/{brand}?done=saved" + (f"&freed={freed}" if freed else ""))


def _page(
    visit: Visit, brand_id: str, *, is_done: bool = False, freed: int = 0, refused: RefusedAct | None = None
) -> Response:
    visit.principal.require_for(Permission.QUEUE_READ, brand_id)
    with visit.database.reading() as session:
        brand = get_brand(session, brand_id)
        brands = visible_brands(session, visit.principal)
        team = turns.turns_of(session, brand_id, now=visit.now)
    error: ReplyassistError | None = refused.error if refused else None
    return visit.page(
        "turns.html",
        status=error.status if error else 200,
        brand=brand,
        brands=brands,
        team=team,
        may_write=visit.principal.may(Permission.TURNS_WRITE),
        is_done=is_done,
        freed=freed,
        refused=refused,
        tomorrow=turns.next_day(brand, visit.now),
    )
