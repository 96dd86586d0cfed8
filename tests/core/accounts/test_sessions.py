from __future__ import annotations

import pytest
from sqlmodel import select

from replyassist.core.accounts import UserSession, note_use, renewed
from replyassist.core.accounts.sessions import end_session, end_sessions, open_sessions, sign_out
from replyassist.core.accounts.users import change_password
from replyassist.core.errors import NotAuthenticated, NotFound
from replyassist.core.security import Role
from tests.core.accounts.conftest import Office
from tests.world import PASSWORD

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def is_open(office: Office, secret: str) -> bool:
    try:
        office.holder(secret)
    except NotAuthenticated:
        return False
    return True


def test_a_session_is_known_by_the_digest_of_its_id_alone(office: Office) -> None:
    who = office.person()
    secret = office.sign_in(who)

    held = office.holder(secret)

    assert (held.user_id, held.role, held.brands) == (who.user_id, who.role, who.brands)
    with office.world.database.reading() as session:
        row = session.exec(select(UserSession)).one()
    assert secret not in str(row.model_dump())
    for wrong in ("", "guessed", row.digest, "é"):
        with pytest.raises(NotAuthenticated):
            office.holder(wrong)


def test_signing_out_ends_the_session_for_good(office: Office) -> None:
    secret, other = (office.sign_in(office.person()) for _ in range(2))
    with office.world.database.writing() as session:
        sign_out(session, secret, now=office.world.clock.now())
        sign_out(session, "unknown", now=office.world.clock.now())

    assert (is_open(office, secret), is_open(office, other)) == (False, True)


@on_sqlite
def test_a_session_ends_after_twelve_hours_without_use(office: Office) -> None:
    secret = office.sign_in(office.person())
    office.world.clock.advance(hours=11, minutes=59)
    assert is_open(office, secret)
    office.world.clock.advance(minutes=1)
    assert not is_open(office, secret)


@on_sqlite
def test_use_prolongs_a_session_for_a_week_at_most(office: Office) -> None:
    secret = office.sign_in(office.person())
    hours = 0
    while is_open(office, secret):
        with office.world.database.writing() as session:
            note_use(session, office.holder(secret), now=office.world.clock.now())
        office.world.clock.advance(hours=8)
        hours += 8

    assert hours == 7 * 24


@on_sqlite
def test_use_is_noted_every_few_minutes_at_most(office: Office) -> None:
    secret = office.sign_in(office.person())
    assert not office.holder(secret).use_is_due
    office.world.clock.advance(minutes=4, seconds=59)
    assert not office.holder(secret).use_is_due
    office.world.clock.advance(seconds=1)
    assert office.holder(secret).use_is_due


def test_people_end_their_sessions_one_by_one_or_all_but_this(office: Office) -> None:
    who, somebody_else = office.person(), office.person()
    secrets = [office.sign_in(who) for _ in range(4)]
    strange = office.sign_in(somebody_else)
    here, there = office.holder(secrets[0]), office.holder(secrets[1])
    now = office.world.clock.now()
    with office.world.database.writing() as session:
        assert len(open_sessions(session, who.user_id, now=now)) == 4
        end_session(session, who.user_id, there.session_id or 0, now=now)
        with pytest.raises(NotFound):
            end_session(session, who.user_id, there.session_id or 0, now=now)
        with pytest.raises(NotFound):
            end_session(session, who.user_id, office.holder(strange).session_id or 0, now=now)
    assert [is_open(office, secret) for secret in secrets] == [True, False, True, True]

    with office.world.database.writing() as session:
        assert end_sessions(session, who.user_id, now=now, but=here.session_id) == 2

    assert [is_open(office, secret) for secret in (*secrets, strange)] == [True, False, False, False, True]


@on_sqlite
def test_another_password_ends_the_other_sessions(office: Office) -> None:
    who = office.person()
    here, there = office.sign_in(who), office.sign_in(who)
    with office.world.database.writing() as session:
        change_password(
            session,
            office.holder(here),
            present=PASSWORD,
            password="another long one",
            now=office.world.clock.now(),
        )

    assert (is_open(office, here), is_open(office, there)) == (True, False)


def test_what_takes_long_notices_that_the_session_has_ended(office: Office) -> None:
    who = office.person()
    held = office.holder(office.sign_in(who))
    with office.world.database.reading() as session:
        assert renewed(session, held).session_id == held.session_id
    office.do("change_access", office.person(Role.LEAD), who.user_id, role=Role.AGENT, brands=["fernhill"])
    with office.world.database.reading() as session:
        assert renewed(session, held).role is Role.AGENT

    with office.world.database.writing() as session:
        end_session(session, who.user_id, held.session_id or 0, now=office.world.clock.now())

    with office.world.database.reading() as session, pytest.raises(NotAuthenticated):
        renewed(session, held)


@on_sqlite
def test_what_is_left_of_a_session_is_forgotten_after_ninety_days(office: Office) -> None:
    who, other = office.person(), office.person()
    for person in (who, other):
        office.sign_in(person)
    office.world.clock.advance(days=91)
    office.sign_in(who)

    with office.world.database.reading() as session:
        owners = [row.user_id for row in session.exec(select(UserSession))]
    assert sorted(owners) == sorted([who.user_id, other.user_id])


def test_what_takes_long_ends_with_a_session_that_expired(office: Office) -> None:
    held = office.holder(office.sign_in(office.person()))
    office.world.clock.advance(hours=12)
    other = office.holder(office.sign_in(office.person()))
    with office.world.database.writing() as session:
        note_use(session, other, now=office.world.clock.now())

    with office.world.database.reading() as session:
        assert renewed(session, other).user_id == other.user_id
        with pytest.raises(NotAuthenticated):
            renewed(session, held)
