"""Who takes a turn at new items of a brand, and who is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.brands.service import get_brand, set_round_robin
from replyassist.core.accounts import Principal, User
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.core.security import Permission

from ..models import ReviewStatus
from ..transitions import Actor, Move, make
from . import repository
from .models import TeamTurn

LONGEST_AWAY = timedelta(days=366)
LET_GO_AT_ONCE = 500  # so many items are in memory


@dataclass(frozen=True)
class Turn:
    """Somebody of the team: whether they take part, until when they are away (None: they are there), and how many open
    items are theirs."""

    user: User
    takes_part: bool
    away_until: datetime | None
    open_items: int


def turns_of(session: Session, brand_id: str, *, now: datetime) -> list[Turn]:
    """The team of a brand in the order of its turns."""
    rows = repository.turns(session, brand_id)
    counts = repository.open_by_person(session, brand_id)
    return [
        Turn(
            user=user,
            takes_part=row.takes_part,
            away_until=row.away_until if row.is_away(now) else None,
            open_items=counts.get(user.key, 0),
        )
        for user in repository.people_on(session, brand_id)
        if (row := rows.get(user.key) or TeamTurn(brand_id=brand_id, user_id=user.key))
    ]


def next_day(brand: Brand, now: datetime) -> date:
    """The first day on which somebody can be back, by the brand's calendar."""
    return brand.day(now) + timedelta(days=1)


def switch(session: Session, principal: Principal, brand_id: str, *, is_on: bool) -> None:
    """Say whether new items of the brand are given out in turn; raise Forbidden and NotFound."""
    principal.require_brand(brand_id)
    principal.require(Permission.TURNS_WRITE)
    set_round_robin(session, brand_id, is_on)


def take_part(session: Session, principal: Principal, brand_id: str, user_id: int, *, takes_part: bool) -> None:
    """Say whether somebody gets new items in turn; raise Forbidden and NotFound."""
    row = _row(session, principal, brand_id, user_id)
    principal.require(Permission.TURNS_WRITE)
    row.takes_part = takes_part
    session.add(row)
    session.flush()


def be_away(
    session: Session,
    principal: Principal,
    brand_id: str,
    user_id: int,
    *,
    back_on: date | None,
    lets_go: bool = False,
    now: datetime,
) -> int:
    """Say that somebody is away until a day of the brand's begins (None: they are there); they miss their turns.

    Everybody says so of themselves, a lead of anybody. What they have stays theirs, or with ``lets_go`` is nobody's
    any more; how many items that were. Raises Forbidden, NotFound, and InvalidInput for a day that is no later one.
    """
    row = _row(session, principal, brand_id, user_id)
    if user_id != principal.user_id:
        principal.require(Permission.TURNS_WRITE)
    brand = get_brand(session, brand_id)
    until = datetime.combine(back_on, time(), ZoneInfo(brand.time_zone)) if back_on else None
    if until is not None and not now < until <= now + LONGEST_AWAY:
        raise InvalidInput("choose a day to come, within a year", field="back_on")
    row.away_until = until
    session.add(row)
    session.flush()
    return _let_go(session, principal, brand_id, user_id, now=now) if lets_go and until else 0


def _row(session: Session, principal: Principal, brand_id: str, user_id: int) -> TeamTurn:
    """That of somebody who is on the brand; raise NotFound."""
    principal.require_brand(brand_id)
    principal.require(Permission.QUEUE_READ)
    if all(user.id != user_id for user in repository.people_on(session, brand_id)):
        raise NotFound("nobody on this brand has that number")
    known = session.get(TeamTurn, (brand_id, user_id))
    return known or TeamTurn(brand_id=brand_id, user_id=user_id)


def _let_go(session: Session, principal: Principal, brand_id: str, user_id: int, *, now: datetime) -> int:
    person = session.get_one(User, user_id)
    number = 0
    while items := repository.open_of_person(session, brand_id, user_id, limit=LET_GO_AT_ONCE):
        for item in items:
            move = Move("unassigned", ReviewStatus(item.status), reason=f"{person.name} is away")
            make(session, item, move, actor=Actor.of(principal), now=now, assigned_to=None)
        number += len(items)
    return number
