from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from replyassist.core.accounts import Principal, authenticate_token, create_token, note_use
from replyassist.core.accounts.tokens import list_tokens, make_own_token, revoke_own_token
from replyassist.core.errors import Forbidden, InvalidInput, NotAuthenticated, NotFound
from replyassist.core.security import Permission, Role
from tests.core.accounts.conftest import Office
from tests.world import BRAND

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def make(office: Office, who: Principal, **more: Any) -> str:
    asked = {"name": "inbox", "scopes": None, "days": 90} | more
    with office.world.database.writing() as session:
        return make_own_token(session, who, now=office.world.clock.now(), **asked)[1]


def holder(office: Office, token: str) -> Principal:
    with office.world.database.reading() as session:
        return authenticate_token(session, token, now=office.world.clock.now())


def test_a_token_holds_its_scopes_and_nothing_more_of_the_role(office: Office) -> None:
    who = office.person(Role.MANAGER)
    held = holder(office, make(office, who, scopes=["messages:write", "queue:read"]))

    assert held.permissions == {Permission.MESSAGES_WRITE, Permission.QUEUE_READ}
    held.require(Permission.QUEUE_READ)
    with pytest.raises(Forbidden, match="this token lacks the scope 'templates:read'"):
        held.require(Permission.TEMPLATES_READ)
    assert holder(office, make(office, who)).permissions == who.permissions


def test_a_lower_role_takes_scopes_away(office: Office) -> None:
    who = office.person(Role.MANAGER)
    token = make(office, who, scopes=["messages:write", "queue:read"])
    office.do("change_access", office.person(Role.LEAD), who.user_id, role=Role.AGENT, brands=[BRAND])

    assert holder(office, token).permissions == {Permission.QUEUE_READ}


@on_sqlite
@pytest.mark.parametrize("scopes", [["users:write"], ["nonsense"], []])
def test_a_token_may_no_more_than_its_maker(office: Office, scopes: list[str]) -> None:
    who = office.person(Role.MANAGER)
    with pytest.raises(InvalidInput):
        make(office, who, scopes=scopes)
    with office.world.database.writing() as session, pytest.raises(InvalidInput):
        email = office.user(who).email
        create_token(session, email, name="x", now=office.world.clock.now(), scopes=scopes)


@on_sqlite
def test_a_token_makes_none_that_may_more_than_itself(office: Office) -> None:
    who = office.person(Role.MANAGER)
    narrow = holder(office, make(office, who, scopes=["tokens:write", "queue:read"]))

    assert holder(office, make(office, narrow)).permissions == narrow.permissions
    with pytest.raises(InvalidInput):
        make(office, narrow, scopes=["messages:write"])
    with pytest.raises(Forbidden):
        make(office, holder(office, make(office, who, scopes=["queue:read"])))


@on_sqlite
def test_a_token_expires_after_ninety_days_unless_said_otherwise(office: Office) -> None:
    who = office.person()
    default, short = office.world.token(who), make(office, who, days=1)
    office.world.clock.advance(days=1)
    with pytest.raises(NotAuthenticated):
        holder(office, short)
    office.world.clock.advance(days=88, hours=23)
    assert holder(office, default).user_id == who.user_id
    office.world.clock.advance(hours=1)
    with pytest.raises(NotAuthenticated, match="expired"):
        holder(office, default)
    for days in (0, 367):
        with pytest.raises(InvalidInput):
            make(office, who, days=days)


def test_use_is_noted_every_few_minutes(office: Office) -> None:
    who = office.person()
    token = make(office, who)
    held = holder(office, token)
    assert held.use_is_due
    with office.world.database.writing() as session:
        note_use(session, held, now=office.world.clock.now())
    assert not holder(office, token).use_is_due

    office.world.clock.advance(minutes=5)

    assert holder(office, token).use_is_due
    with office.world.database.reading() as session:
        row = list_tokens(session, who.user_id)[0]
    assert row.last_used_at == office.world.clock.now() - timedelta(minutes=5)


def test_people_revoke_their_own_tokens_alone(office: Office) -> None:
    who, other = office.person(), office.person()
    token = make(office, who)
    with office.world.database.writing() as session:
        token_id = list_tokens(session, who.user_id)[0].id or 0
        with pytest.raises(NotFound):
            revoke_own_token(session, other, token_id, now=office.world.clock.now())
    assert holder(office, token).user_id == who.user_id

    with office.world.database.writing() as session:
        revoke_own_token(session, who, token_id, now=office.world.clock.now())

    with pytest.raises(NotAuthenticated):
        holder(office, token)
    with office.world.database.reading() as session:
        assert list_tokens(session, who.user_id) == []
    assert [act for _actor, act, _detail in office.events(who.user_id)] == ["api_access_given", "api_access_ended"]
