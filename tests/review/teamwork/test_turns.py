"""Whose turn it is, and who is away: on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from replyassist.brands.service import set_time_zone
from replyassist.core.accounts import Principal
from replyassist.core.errors import Forbidden, InvalidInput, NotFound
from replyassist.core.security import Role
from replyassist.review.repository import audit_of
from replyassist.review.teamwork import acts, turns
from replyassist.review.teamwork.turns import Turn
from tests.world import BRAND, World

TOMORROW = date(2026, 11, 23)


def put(world: World, lead: Principal, *, is_on: bool = True) -> None:
    with world.database.writing() as session:
        turns.switch(session, lead, BRAND, is_on=is_on)


def away(world: World, who: Principal, of: Principal, back_on: date | None = TOMORROW, **more: Any) -> int:
    with world.database.writing() as session:
        return turns.be_away(session, who, BRAND, of.user_id, back_on=back_on, now=world.clock.now(), **more)


def take_part(world: World, who: Principal, of: Principal, *, takes_part: bool) -> None:
    with world.database.writing() as session:
        turns.take_part(session, who, BRAND, of.user_id, takes_part=takes_part)


def shown(world: World) -> dict[int, Turn]:
    with world.database.reading() as session:
        return {turn.user.key: turn for turn in turns.turns_of(session, BRAND, now=world.clock.now())}


def given(world: World, number: int = 1) -> list[int | None]:
    return [world.reload(world.item()).assigned_to for _ in range(number)]


def test_who_takes_no_part_or_is_away_misses_the_turn_and_comes_back(world: World) -> None:
    first, second, lead = world.person(Role.AGENT), world.person(Role.AGENT), world.person(Role.LEAD)
    put(world, lead)
    take_part(world, lead, lead, takes_part=False)
    away(world, first, first)

    assert given(world, 2) == [second.user_id, second.user_id]
    assert (shown(world)[lead.user_id].takes_part, shown(world)[second.user_id].open_items) == (False, 2)
    assert shown(world)[first.user_id].away_until is not None
    away(world, lead, second)
    assert given(world) == [None], "nobody is left"

    world.clock.advance(hours=12)  # midnight in UTC, the brand's calendar
    assert shown(world)[first.user_id].away_until is None
    assert set(given(world, 2)) == {first.user_id, second.user_id}
    take_part(world, lead, lead, takes_part=True)
    assert lead.user_id in given(world, 3)
    put(world, lead, is_on=False)
    assert given(world) == [None]


def test_a_day_begins_where_the_brand_is(world: World) -> None:
    person = world.person(Role.AGENT)
    with world.database.writing() as session:
        set_time_zone(session, BRAND, "Pacific/Auckland")
    away(world, person, person, date(2026, 11, 24))
    until = shown(world)[person.user_id].away_until
    assert until is not None
    assert until - world.clock.now() == timedelta(hours=23)  # 01:00 there, summer time


@pytest.mark.parametrize("at_once", [1, 500])
def test_who_goes_away_lets_go_of_all_that_is_open(world: World, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LET_GO_AT_ONCE", at_once)
    person, lead, other = world.person(), world.person(Role.LEAD), world.person()
    items = [world.item(), world.item(), world.item()]

    def assign(session: Session, number: int, to: Principal) -> None:
        item, now = items[number], world.clock.now()
        acts.assign(session, lead, item.id or 0, version=item.version, user_id=to.user_id, now=now)

    with world.database.writing() as session:
        assign(session, 0, person)
        assign(session, 1, person)
        assign(session, 2, other)
    assert away(world, person, person) == 0
    assert world.reload(items[0]).assigned_to == person.user_id, "what they have stays theirs"

    assert away(world, lead, person, lets_go=True) == 2

    assert [world.reload(item).assigned_to for item in items] == [None, None, other.user_id]
    with world.database.reading() as session:
        last = audit_of(session, items[0].id or 0)[-1]
    assert (last.act, last.actor, last.reason) == ("unassigned", lead.name, f"{person.name} is away")


def test_who_may_say_what_of_whom(world: World) -> None:
    agent, manager, lead = world.person(Role.AGENT), world.person(), world.person(Role.LEAD)
    stranger = world.person(Role.LEAD, brands=[])
    for act in (
        lambda: put(world, manager),
        lambda: take_part(world, agent, agent, takes_part=False),
        lambda: away(world, manager, agent),
    ):
        with pytest.raises(Forbidden):
            act()
    for who, of in ((stranger, agent), (lead, stranger)):
        with pytest.raises(NotFound):
            away(world, who, of)
    for day in (date(2026, 11, 22), date(2028, 1, 1)):
        with pytest.raises(InvalidInput, match="a day to come"):
            away(world, agent, agent, day)
