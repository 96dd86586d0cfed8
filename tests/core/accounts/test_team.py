from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import text

from replyassist.core.accounts import AccountAct, Principal, authenticate_token, team
from replyassist.core.errors import Conflict, Forbidden, InvalidInput, NotAuthenticated, NotFound, ReplyassistError
from replyassist.core.security import Role
from tests.core.accounts.conftest import OTHER, Office
from tests.world import BRAND

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ACTS = ("send_link", "deactivate", "activate", "end_all_sessions", "remove_identities")


def access(office: Office, actor: Principal, of: Principal, role: Role, *brands: str) -> None:
    office.do("change_access", actor, of.user_id, role=role, brands=brands)


def invite(
    office: Office, actor: Principal, role: Role = Role.AGENT, *brands: str, email: str = "new@x.example"
) -> Any:
    return office.do("invite", actor, email=email, name="New", role=role, brands=brands or (BRAND,))


def names(office: Office, actor: Principal, **wanted: Any) -> list[str]:
    asked = {"brand": "", "text": "", "is_active": None, "after": None, "limit": 50} | wanted
    with office.world.database.reading() as session:
        return [user.name for user in team.people(session, actor, **asked)]


@on_sqlite
@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER])
def test_who_may_not_manage_people_is_told_who_may(office: Office, role: Role) -> None:
    actor, other = office.person(role), office.person(Role.AGENT)
    for act in ACTS:
        with pytest.raises(Forbidden, match="'users:write'; ask a person who is lead or admin"):
            office.do(act, actor, other.user_id)
    with pytest.raises(Forbidden):
        invite(office, actor)
    with pytest.raises(Forbidden):
        names(office, actor)
    assert office.events(other.user_id) == []


def test_leads_see_people_of_their_brands_and_admins_see_all(office: Office) -> None:
    lead, agent = office.person(Role.LEAD), office.person(Role.AGENT)
    both, stranger = office.person(Role.MANAGER, BRAND, OTHER), office.person(Role.LEAD, OTHER)
    admin = office.person(Role.ADMIN, OTHER)

    assert names(office, lead) == sorted([lead.name, agent.name, both.name])
    assert names(office, stranger) == sorted([stranger.name, both.name, admin.name])
    assert len(names(office, admin)) == 5
    assert names(office, admin, brand=OTHER, text="LEAD") == [stranger.name]
    with pytest.raises(NotFound):
        names(office, lead, brand=OTHER)


@on_sqlite
def test_the_list_is_paged_and_searched_by_what_was_typed(office: Office) -> None:
    lead = office.person(Role.LEAD)
    for _ in range(5):
        office.person(Role.AGENT)
    with office.world.database.reading() as session:
        asked: dict[str, Any] = {"brand": "", "text": "agent", "is_active": True, "limit": 2}
        pages, after = [], None
        while page := team.people(session, lead, after=after, **asked):
            pages.append([user.name for user in page])
            after = page[-1].key
    assert [len(page) for page in pages] == [2, 2, 1]
    found = [name for page in pages for name in page]
    assert found == sorted(found)
    assert names(office, lead, text="%") == []
    assert names(office, lead, text="agent_") == []


@on_sqlite
def test_somebody_of_another_brand_is_not_there(office: Office) -> None:
    lead, stranger = office.person(Role.LEAD), office.person(Role.AGENT, OTHER)
    for act in ACTS:
        with pytest.raises(NotFound):
            office.do(act, lead, stranger.user_id)
    with pytest.raises(NotFound):
        access(office, lead, stranger, Role.AGENT, BRAND)
    with pytest.raises(NotFound):
        office.do("deactivate", lead, 999)


@on_sqlite
def test_who_works_for_other_brands_too_is_changed_by_an_admin_alone(office: Office) -> None:
    lead, both = office.person(Role.LEAD), office.person(Role.AGENT, BRAND, OTHER)
    for act in ACTS:
        with pytest.raises(Forbidden, match="other brands too"):
            office.do(act, lead, both.user_id)
    office.do("deactivate", office.person(Role.ADMIN), both.user_id)
    assert not office.user(both).is_active


@on_sqlite
def test_nobody_grants_a_role_above_their_own_nor_touches_one(office: Office) -> None:
    lead, agent, admin = office.person(Role.LEAD), office.person(Role.AGENT), office.person(Role.ADMIN, BRAND)
    with pytest.raises(Forbidden, match="above yours"):
        access(office, lead, agent, Role.ADMIN, BRAND)
    with pytest.raises(Forbidden, match="above yours"):
        invite(office, lead, Role.ADMIN)
    for act in ACTS:
        with pytest.raises(Forbidden, match="above yours"):
            office.do(act, lead, admin.user_id)
    access(office, lead, agent, Role.LEAD, BRAND)
    assert office.user(agent).role == "lead"


@on_sqlite
def test_a_lead_gives_their_own_brands_alone_and_at_least_one(office: Office) -> None:
    lead, agent = office.person(Role.LEAD), office.person(Role.AGENT)
    with pytest.raises(NotFound):
        access(office, lead, agent, Role.AGENT, BRAND, OTHER)
    with pytest.raises(NotFound):
        invite(office, lead, Role.AGENT, OTHER)
    with pytest.raises(InvalidInput, match="at least one brand"):
        access(office, lead, agent, Role.AGENT)


@on_sqlite
def test_nobody_changes_themselves(office: Office) -> None:
    for actor in (office.person(Role.LEAD), office.person(Role.ADMIN)):
        for act in ACTS:
            with pytest.raises(Forbidden, match="your own account"):
                office.do(act, actor, actor.user_id)
        with pytest.raises(Forbidden, match="your own account"):
            access(office, actor, actor, Role.AGENT, BRAND)


def test_two_admins_cannot_demote_each_other_at_once(office: Office) -> None:
    first, second = office.person(Role.ADMIN), office.person(Role.ADMIN)
    refused: list[ReplyassistError] = []
    ready = threading.Barrier(2)

    def demote(actor: Principal, other: Principal) -> None:
        ready.wait(10)
        try:
            access(office, actor, other, Role.LEAD, BRAND)
        except ReplyassistError as error:
            refused.append(error)

    pairs = ((first, second), (second, first))
    threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [type(error) for error in refused] == [Conflict]
    assert sorted(office.user(who).role for who in (first, second)) == ["admin", "lead"]


def test_deactivation_ends_sessions_and_tokens_at_once_and_for_good(office: Office) -> None:
    lead, agent = office.person(Role.LEAD), office.person(Role.AGENT)
    secret, token = office.sign_in(agent), office.world.token(agent)

    office.do("deactivate", lead, agent.user_id)
    office.do("activate", lead, agent.user_id)

    with pytest.raises(NotAuthenticated):
        office.holder(secret)
    with office.world.database.reading() as session, pytest.raises(NotAuthenticated):
        authenticate_token(session, token, now=office.world.clock.now())
    assert office.user(agent).is_active


def test_role_and_brands_count_at_the_next_request(office: Office) -> None:
    admin, manager = office.person(Role.ADMIN), office.person(Role.MANAGER)
    secret = office.sign_in(manager)

    access(office, admin, manager, Role.AGENT, OTHER)

    held = office.holder(secret)
    assert (held.role, held.brands) == (Role.AGENT, frozenset({OTHER}))


@on_sqlite
def test_an_address_that_is_known_is_not_invited_again(office: Office) -> None:
    lead, stranger = office.person(Role.LEAD), office.person(Role.AGENT, OTHER)
    with pytest.raises(Conflict, match="ask an admin"):
        invite(office, lead, email=office.user(stranger).email.upper())


def test_every_act_is_on_record(office: Office) -> None:
    lead = office.person(Role.LEAD)
    user, _secret = invite(office, lead)
    new = office.holder(office.sign_in(Principal(user.key, "", Role.AGENT, "person", frozenset())))
    access(office, lead, new, Role.MANAGER, BRAND)
    access(office, lead, new, Role.MANAGER, BRAND)
    for act in ("send_link", "end_all_sessions", "deactivate", "activate"):
        office.do(act, lead, new.user_id)

    assert office.events(new.user_id) == [
        (lead.name, AccountAct.INVITED, f"agent: {BRAND}"),
        (lead.name, AccountAct.ACCESS_CHANGED, f"agent: {BRAND} → manager: {BRAND}"),
        (lead.name, AccountAct.LINK_MADE, ""),
        (lead.name, AccountAct.SESSIONS_ENDED, "1"),
        (lead.name, AccountAct.DEACTIVATED, ""),
        (lead.name, AccountAct.ACTIVATED, ""),
    ]


@pytest.mark.parametrize("change", ["UPDATE account_event SET actor = 'x'", "DELETE FROM account_event"])
def test_the_record_of_accounts_cannot_be_changed(office: Office, change: str) -> None:
    invite(office, office.person(Role.LEAD))
    with pytest.raises(DatabaseError, match="append-only"), office.world.database.writing() as session:
        session.connection().execute(text(change))
