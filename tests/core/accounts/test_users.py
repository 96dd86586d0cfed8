from __future__ import annotations

from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from sqlmodel import Session, select

from replyassist.brands.service import ensure_brand
from replyassist.core.accounts import (
    SERVICE,
    ApiToken,
    Principal,
    User,
    add_user,
    authenticate_password,
    authenticate_token,
    create_token,
    principal,
)
from replyassist.core.accounts.users import change_password, change_profile
from replyassist.core.errors import Conflict, Forbidden, InvalidInput, NotAuthenticated, NotFound
from replyassist.core.security import Role, token_digest
from tests.world import BRAND, World

EMAIL = "ana@test.example"
PASSWORD = "correct horse battery"

# Where the SQL is the same as in a test beside it, one database is enough.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def add(world: World, email: str = EMAIL, **overrides: Any) -> User:
    fields: dict[str, Any] = {"name": "Ana", "role": Role.MANAGER, "brands": [BRAND], "password": PASSWORD}
    with world.database.writing() as session:
        return add_user(session, email, now=world.clock.now(), **(fields | overrides))


def token(world: World, email: str = EMAIL, **overrides: Any) -> str:
    with world.database.writing() as session:
        return create_token(session, email, name="test", now=world.clock.now(), **overrides)


def signed_in(world: World, email: str = EMAIL, password: str = PASSWORD) -> Principal:
    with world.database.reading() as session:
        return authenticate_password(session, email, password)


def holder(world: World, secret: str) -> Principal:
    with world.database.reading() as session:
        return authenticate_token(session, secret, now=world.clock.now())


def deactivate(world: World, email: str = EMAIL) -> None:
    with world.database.writing() as session:
        user = session.exec(select(User).where(User.email == email)).one()
        user.is_active = False


def refusal(session: Session, email: str, password: str) -> str:
    with pytest.raises(NotAuthenticated) as caught:
        authenticate_password(session, email, password)
    return caught.value.detail


def test_somebody_signs_in_whatever_the_case_of_the_address(world: World) -> None:
    user = add(world, "  Ana@Test.example ")

    who = signed_in(world, " ANA@test.EXAMPLE")

    assert (who.user_id, who.name, who.role, who.brands) == (user.id, "Ana", Role.MANAGER, frozenset({BRAND}))
    assert user.password_hash is not None
    assert PASSWORD not in user.password_hash


@on_sqlite
@pytest.mark.parametrize("password", ["", "123456789"])
def test_a_short_password_is_refused_and_nobody_is_added(world: World, password: str) -> None:
    with pytest.raises(InvalidInput, match=r"field 'password': at least 10 characters"):
        add(world, password=password)

    assert add(world, password="1234567890").id is not None


@on_sqlite
def test_what_is_not_an_address_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput, match="e-mail"):
        add(world, "ana")


def test_an_address_belongs_to_one_user(world: World) -> None:
    add(world)

    with pytest.raises(Conflict, match="already a user"):
        add(world, EMAIL.upper())


@on_sqlite
@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong horse battery"),
        (EMAIL, ""),
        ("nobody@test.example", PASSWORD),
        ("", PASSWORD),
    ],
)
def test_a_refusal_does_not_tell_which_half_was_wrong(world: World, email: str, password: str) -> None:
    add(world)

    with world.database.reading() as session:
        assert refusal(session, email, password) == "e-mail or password is wrong"


@on_sqlite
def test_an_unknown_user_costs_as_much_time_as_a_wrong_password(world: World) -> None:
    add(world)
    seconds: dict[str, list[float]] = {EMAIL: [], "nobody@test.example": []}
    with world.database.reading() as session:
        for _ in range(3):
            for email, taken in seconds.items():
                started = perf_counter()
                refusal(session, email, "wrong horse battery")
                taken.append(perf_counter() - started)
    known, unknown = (min(taken) for taken in seconds.values())

    assert 1 / 5 < unknown / known < 5, "without the hash it would be a hundredth"


def test_a_user_who_was_switched_off_is_out_at_once(world: World) -> None:
    user = add(world)
    secret = token(world)
    deactivate(world)

    with pytest.raises(NotAuthenticated):
        signed_in(world)
    with pytest.raises(NotAuthenticated, match="not active"):
        holder(world, secret)
    with world.database.reading() as session, pytest.raises(NotAuthenticated, match="not active"):
        principal(session, user.id or 0)


@on_sqlite
def test_a_user_who_is_gone_is_nobody(world: World) -> None:
    with world.database.reading() as session, pytest.raises(NotAuthenticated):
        principal(session, 999)


@on_sqlite
@pytest.mark.parametrize("password", [None, PASSWORD])
def test_a_service_holds_tokens_and_never_signs_in(world: World, password: str | None) -> None:
    add(world, kind=SERVICE, password=password)

    for tried in (PASSWORD, ""):
        with pytest.raises(NotAuthenticated):
            signed_in(world, password=tried)
    assert holder(world, token(world)).kind == SERVICE


@on_sqlite
def test_a_person_without_a_password_cannot_sign_in_with_an_empty_one(world: World) -> None:
    add(world, password=None)

    with pytest.raises(NotAuthenticated):
        signed_in(world, password="")


def test_only_the_digest_of_a_token_is_stored(world: World) -> None:
    user = add(world)
    secret = token(world)

    with world.database.reading() as session:
        row = session.exec(select(ApiToken)).one()
    assert (row.user_id, row.digest) == (user.id, token_digest(secret))
    assert secret not in str(row.model_dump())


def test_a_token_is_good_until_it_expires(world: World) -> None:
    add(world)
    secret = token(world, expires_at=world.clock.now() + timedelta(hours=1))

    world.clock.advance(minutes=59)
    assert holder(world, secret).name == "Ana"
    world.clock.advance(minutes=1)
    with pytest.raises(NotAuthenticated, match="expired"):
        holder(world, secret)


@on_sqlite
def test_a_revoked_token_is_refused_and_another_goes_on(world: World) -> None:
    add(world)
    revoked, other = token(world), token(world)
    with world.database.writing() as session:
        row = session.exec(select(ApiToken).where(ApiToken.digest == token_digest(revoked))).one()
        row.revoked_at = world.clock.now()

    with pytest.raises(NotAuthenticated, match="revoked"):
        holder(world, revoked)
    assert holder(world, other).name == "Ana"


@on_sqlite
@pytest.mark.parametrize("guess", ["", "rpa_", "rpa_" + "A" * 43, "a\x00b", "é"])
def test_a_token_that_nobody_holds_is_refused(world: World, guess: str) -> None:
    with pytest.raises(NotAuthenticated):
        holder(world, guess)


@on_sqlite
def test_a_digest_that_leaked_is_no_token(world: World) -> None:
    add(world)
    secret = token(world)

    with pytest.raises(NotAuthenticated):
        holder(world, token_digest(secret))


@on_sqlite
def test_a_token_needs_a_user(world: World) -> None:
    with pytest.raises(NotFound, match=r"nobody@test\.example"):
        token(world, "nobody@test.example")


def test_everybody_sees_their_brands_and_an_admin_sees_all(world: World) -> None:
    with world.database.writing() as session:
        ensure_brand(session, "harbour", now=world.clock.now())
    both = world.person(Role.LEAD, brands=[BRAND, "harbour"])
    one = world.person(Role.LEAD, brands=["harbour"])
    none = world.person(Role.AGENT, brands=[])
    admin = world.person(Role.ADMIN, brands=[])

    seen = [[who.sees(brand) for brand in (BRAND, "harbour", "unheard-of")] for who in (both, one, none, admin)]
    assert seen == [[True, True, False], [False, True, False], [False, False, False], [True, True, True]]


@on_sqlite
def test_another_brand_looks_as_if_it_did_not_exist(world: World) -> None:
    who = world.person(Role.LEAD)
    who.require_brand(BRAND)
    with pytest.raises(NotFound) as hidden:
        who.require_brand("harbour")
    with pytest.raises(NotFound) as missing:
        who.require_brand("unheard-of")

    assert hidden.value.detail.replace("harbour", "unheard-of") == missing.value.detail


@on_sqlite
def test_a_change_of_role_takes_effect_at_the_next_request(world: World) -> None:
    user = add(world)
    secret = token(world)
    with world.database.writing() as session:
        session.exec(select(User).where(User.id == user.id)).one().role = Role.AGENT.value

    assert holder(world, secret).role is Role.AGENT


def change(world: World, who: Principal, present: str, password: str) -> None:
    with world.database.writing() as session:
        change_password(session, who, present=present, password=password, now=world.clock.now())


def test_a_new_password_needs_the_present_one(world: World) -> None:
    add(world)
    who = signed_in(world)
    with pytest.raises(Forbidden, match="present password is wrong"):
        change(world, who, "wrong horse battery", "another long one")
    with pytest.raises(InvalidInput, match="10 characters"):
        change(world, who, PASSWORD, "short")
    assert signed_in(world).user_id == who.user_id

    change(world, who, PASSWORD, "another long one")

    assert signed_in(world, password="another long one").user_id == who.user_id
    with pytest.raises(NotAuthenticated):
        signed_in(world)


@on_sqlite
def test_people_choose_their_name_language_and_time_zone(world: World) -> None:
    add(world)
    who = signed_in(world)
    with world.database.writing() as session:
        change_profile(session, who, name=" Ana B. ", language="de-AT", time_zone="Europe/Vienna")
    who = signed_in(world)
    assert (who.name, who.language, who.time_zone) == ("Ana B.", "de-AT", "Europe/Vienna")

    for wrong in ({"name": " "}, {"language": "<b>"}, {"time_zone": "Europe/Wien"}):
        with world.database.writing() as session, pytest.raises(InvalidInput):
            change_profile(session, who, **{"name": "Ana", "language": "", "time_zone": ""} | wrong)

    with world.database.writing() as session:
        change_profile(session, who, name="Ana", language="", time_zone="")
    assert (signed_in(world).language, signed_in(world).time_zone) == (None, None)
