"""Who may keep, rename and delete lists under a name, and what names there may be."""

from __future__ import annotations

import pytest

from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from replyassist.core.security import Role
from replyassist.review.saved_views import LONGEST_NAME, MOST_VIEWS, delete_view, keep_view, rename_view, views_of
from tests.world import BRAND, World


def keep(world: World, who: Principal, name: str = "Urgent", *, brand_id: str | None = None) -> int:
    with world.database.writing() as session:
        return keep_view(session, who, name, "tab=todo", brand_id=brand_id, now=world.clock.now()).id or 0


def rename(world: World, who: Principal, view_id: int, name: str) -> None:
    with world.database.writing() as session:
        rename_view(session, who, view_id, name)


def delete(world: World, who: Principal, view_id: int) -> None:
    with world.database.writing() as session:
        delete_view(session, who, view_id)


def names(world: World, who: Principal) -> list[str]:
    with world.database.reading() as session:
        return [view.name for view in views_of(session, who)]


def test_everybody_renames_and_deletes_their_own(world: World) -> None:
    agent, other = world.person(Role.AGENT), world.person(Role.AGENT)
    view = keep(world, agent)
    rename(world, agent, view, " Very   urgent ")
    assert (names(world, agent), names(world, other)) == (["Very urgent"], [])
    with pytest.raises(NotFound):
        delete(world, other, view)
    delete(world, agent, view)
    assert names(world, agent) == []


def test_what_is_kept_for_a_brand_is_seen_by_all_and_changed_by_leads_alone(world: World) -> None:
    agent, lead, stranger = world.person(Role.AGENT), world.person(Role.LEAD), world.person(Role.LEAD, brands=[])
    with pytest.raises(Forbidden):
        keep(world, agent, brand_id=BRAND)
    with pytest.raises(NotFound):
        keep(world, stranger, brand_id=BRAND)
    view = keep(world, lead, brand_id=BRAND)
    assert (names(world, agent), names(world, stranger)) == (["Urgent"], [])
    with pytest.raises(Forbidden):
        rename(world, agent, view, "Mine")
    with pytest.raises(Forbidden):
        delete(world, agent, view)
    with pytest.raises(NotFound):
        delete(world, stranger, view)
    rename(world, world.person(Role.LEAD), view, "Now")
    assert names(world, agent) == ["Now"]


def test_a_name_is_there_once_whatever_its_case(world: World) -> None:
    who = world.person()
    view, _ = keep(world, who, "Urgent"), keep(world, who, "Late")
    with pytest.raises(Conflict):
        keep(world, who, "URGENT")
    with pytest.raises(Conflict):
        rename(world, who, view, "late")
    rename(world, who, view, "urgent")
    assert sorted(names(world, who)) == ["Late", "urgent"]


@pytest.mark.parametrize("name", ["", "  ", "x" * (LONGEST_NAME + 1)])
def test_what_is_no_name_is_refused(world: World, name: str) -> None:
    with pytest.raises(InvalidInput):
        keep(world, world.person(), name)


def test_there_are_only_so_many(world: World) -> None:
    who = world.person()
    for number in range(MOST_VIEWS):
        keep(world, who, f"view {number}")
    with pytest.raises(Conflict):
        keep(world, who, "one more")
    assert len(names(world, who)) == MOST_VIEWS
