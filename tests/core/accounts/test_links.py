from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from replyassist.core.accounts import AccountLink, LinkPurpose, Principal, User, authenticate_password
from replyassist.core.accounts.links import open_link, use_link
from replyassist.core.errors import InvalidInput, NotAuthenticated, NotFound
from replyassist.core.security import Role
from tests.core.accounts.conftest import Office
from tests.world import BRAND

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PASSWORD = "three words together"


def invited(office: Office, lead: Principal) -> tuple[User, str]:
    user, secret = office.do("invite", lead, email="new@x.example", name="New", role=Role.AGENT, brands=[BRAND])
    return user, secret


def use(office: Office, purpose: LinkPurpose, secret: str, password: str = PASSWORD, **more: Any) -> User:
    with office.world.database.writing() as session:
        return use_link(session, purpose, secret, password=password, now=office.world.clock.now(), **more)


def works(office: Office, purpose: LinkPurpose, secret: str) -> bool:
    try:
        with office.world.database.reading() as session:
            open_link(session, purpose, secret, now=office.world.clock.now())
    except NotFound:
        return False
    return True


def test_who_was_invited_sets_a_password_once_and_signs_in(office: Office) -> None:
    user, secret = invited(office, office.person(Role.LEAD))
    with office.world.database.reading() as session, pytest.raises(NotAuthenticated):
        authenticate_password(session, user.email, "")
    assert works(office, LinkPurpose.INVITATION, secret)

    use(office, LinkPurpose.INVITATION, secret, name="Nora")

    with office.world.database.reading() as session:
        who = authenticate_password(session, user.email, PASSWORD)
    assert (who.name, who.role, who.brands) == ("Nora", Role.AGENT, frozenset({BRAND}))
    assert not works(office, LinkPurpose.INVITATION, secret)
    with pytest.raises(NotFound, match="used"):
        use(office, LinkPurpose.INVITATION, secret, "another long one")


@on_sqlite
def test_only_the_digest_of_a_link_is_stored(office: Office) -> None:
    _user, secret = invited(office, office.person(Role.LEAD))
    with office.world.database.reading() as session:
        row = session.exec(select(AccountLink)).one()
    assert secret not in str(row.model_dump())
    for wrong in (row.digest, "", "guessed", "é\x00"):
        assert not works(office, LinkPurpose.INVITATION, wrong)


@on_sqlite
def test_a_refused_password_does_not_use_the_link_up(office: Office) -> None:
    _user, secret = invited(office, office.person(Role.LEAD))
    for wrong in ({"password": "short"}, {"name": "  "}):
        with pytest.raises(InvalidInput):
            use(office, LinkPurpose.INVITATION, secret, **{"password": PASSWORD} | wrong)
    assert works(office, LinkPurpose.INVITATION, secret)


@on_sqlite
def test_an_invitation_is_good_for_seven_days_and_a_reset_for_one(office: Office) -> None:
    lead, agent = office.person(Role.LEAD), office.person(Role.AGENT)
    _user, invitation = invited(office, lead)
    _user, reset = office.do("send_link", lead, agent.user_id)
    lasting = []
    for _ in range(8):
        lasting.append((works(office, LinkPurpose.INVITATION, invitation), works(office, LinkPurpose.RESET, reset)))
        office.world.clock.advance(days=1)

    assert lasting == [(True, True)] + [(True, False)] * 6 + [(False, False)]


def test_a_reset_sets_another_password_and_ends_all_sessions(office: Office) -> None:
    lead, agent = office.person(Role.LEAD), office.person(Role.AGENT)
    secret = office.sign_in(agent)
    user, reset = office.do("send_link", lead, agent.user_id)
    assert not works(office, LinkPurpose.INVITATION, reset), "it is for that purpose alone"

    use(office, LinkPurpose.RESET, reset)

    with pytest.raises(NotAuthenticated):
        office.holder(secret)
    with office.world.database.reading() as session:
        assert authenticate_password(session, user.email, PASSWORD).user_id == agent.user_id


def test_a_newer_link_replaces_the_older_and_deactivation_withdraws_it(office: Office) -> None:
    lead, agent = office.person(Role.LEAD), office.person(Role.AGENT)
    _user, older = office.do("send_link", lead, agent.user_id)
    _user, newer = office.do("send_link", lead, agent.user_id)
    assert (works(office, LinkPurpose.RESET, older), works(office, LinkPurpose.RESET, newer)) == (False, True)

    office.do("deactivate", lead, agent.user_id)
    office.do("activate", lead, agent.user_id)

    assert not works(office, LinkPurpose.RESET, newer)
