from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from replyassist.core.security import Role
from tests.web.console import Console, words
from tests.world import PASSWORD

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NEW_PASSWORD = "three words together"


def copy_of(console: Console, browser: Callable[[], Console]) -> Console:
    """A browser with a copy of the cookies of another."""
    other = browser()
    other.client.cookies.update(console.client.cookies)
    return other


def test_a_copied_cookie_is_worth_nothing_after_the_sign_out(console: Console, browser: Callable[[], Console]) -> None:
    console.sign_in()
    thief = copy_of(console, browser)
    assert thief.get("/queue").status_code == 200

    console.post("/logout", {})

    assert thief.get("/queue").headers["location"] == "/login"
    assert thief.get("/v1/reviews").status_code == 401


def test_signing_in_again_ends_what_this_browser_had(console: Console, browser: Callable[[], Console]) -> None:
    person = console.sign_in()
    before = copy_of(console, browser)
    form = {"email": console.email(person), "password": PASSWORD, "csrf_token": console.token("/account")}
    assert console.post("/login", form).status_code == 303
    assert (before.get("/queue").status_code, console.get("/queue").status_code) == (303, 200)


def test_the_page_shows_who_i_am_and_where_i_am_signed_in(console: Console, browser: Callable[[], Console]) -> None:
    person = console.sign_in(Role.AGENT)
    other = browser()
    other.client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other.sign_in(person)

    page = words(console.get("/account"))

    assert console.email(person) in page
    assert "Firefox, Linux" in page
    assert page.count("this one ") == 1
    assert "No tokens." in page


def test_a_session_elsewhere_is_ended(console: Console, browser: Callable[[], Console]) -> None:
    person = console.sign_in()
    others = [browser() for _ in range(3)]
    for other in others:
        other.sign_in(person)
    ends = re.findall(r'action="(/account/sessions/\d+/end)"', console.get("/account").text)
    assert len(ends) == 3

    answer = console.post(ends[0], {}, page="/account")

    assert "That session was ended." in words(console.get(answer.headers["location"]))
    assert sorted(other.get("/queue").status_code for other in others) == [200, 200, 303]
    assert console.post("/account/sessions/others/end", {}, page="/account").status_code == 303
    assert [other.get("/queue").status_code for other in (*others, console)] == [303, 303, 303, 200]


def test_somebody_elses_session_cannot_be_ended(console: Console, browser: Callable[[], Console]) -> None:
    other = browser()
    other.sign_in()
    other_again = browser()
    other_again.sign_in(other.sign_in())
    end = re.findall(r'action="(/account/sessions/\d+/end)"', other.get("/account").text)[0]
    console.sign_in()

    assert console.post(end, {}, page="/account").status_code == 404
    assert other_again.get("/queue").status_code == 200


def test_a_session_that_was_not_used_for_twelve_hours_has_ended(console: Console) -> None:
    console.sign_in()
    console.world.clock.advance(hours=11)
    assert console.get("/queue").status_code == 200, "and that is noted"
    console.world.clock.advance(hours=11)
    assert console.get("/queue").status_code == 200
    console.world.clock.advance(hours=12)
    assert console.get("/queue").status_code == 303


def test_another_password_needs_the_present_one_and_ends_other_sessions(
    console: Console, browser: Callable[[], Console]
) -> None:
    person = console.sign_in()
    other = browser()
    other.sign_in(person)
    wrong = console.post("/account/password", {"present": "guess", "password": NEW_PASSWORD}, page="/account")
    assert (wrong.status_code, "The present password is wrong." in words(wrong)) == (403, True)
    short = console.post("/account/password", {"present": PASSWORD, "password": "short"}, page="/account")
    assert (short.status_code, "at least 10 characters" in words(short)) == (422, True)

    answer = console.post("/account/password", {"present": PASSWORD, "password": NEW_PASSWORD}, page="/account")

    assert answer.headers["location"] == "/account?done=password"
    assert (console.get("/queue").status_code, other.get("/queue").status_code) == (200, 303)


def test_guessing_the_present_password_is_counted_as_at_the_sign_in(console: Console) -> None:
    console.sign_in()
    form = {"present": "guess", "password": NEW_PASSWORD}
    answers = [console.post("/account/password", dict(form), page="/account").status_code for _ in range(11)]
    assert answers == [403] * 10 + [429]


def test_language_and_time_zone_are_kept_for_the_next_sign_in(console: Console) -> None:
    person = console.sign_in()
    form = {"name": "Ana <b>", "language": "", "time_zone": "Europe/Vienna"}
    assert console.post("/account/profile", dict(form), page="/account").status_code == 303
    assert "Ana <b>" in words(console.get("/account"))
    console.sign_in(person)
    assert 'value="Europe/Vienna"' in console.get("/account").text

    wrong = console.post("/account/profile", form | {"time_zone": "Vienna"}, page="/account")

    assert (wrong.status_code, "did you mean 'Europe/Vienna'" in words(wrong)) == (422, True)


def test_a_token_is_shown_once_and_holds_what_was_ticked(console: Console) -> None:
    console.sign_in(Role.MANAGER)
    answer = console.post("/account/tokens", {"name": "inbox", "days": 30, "scope": ["queue:read"]}, page="/account")
    token = re.findall(r'value="(rpa_[^"]+)"', answer.text)[0]
    assert token not in console.get("/account").text
    assert "inbox" in words(console.get("/account"))
    headers = {"authorization": f"Bearer {token}"}

    console.client.cookies.clear()
    assert console.client.get("/v1/reviews", headers=headers).status_code == 200
    refused = console.client.get("/v1/templates?brand=fernhill", headers=headers)
    assert (refused.status_code, "lacks the scope 'templates:read'" in refused.json()["detail"]) == (403, True)


def test_a_token_without_scopes_or_with_more_than_the_role_is_refused(console: Console) -> None:
    console.sign_in(Role.AGENT)
    for scopes in ([], ["users:write"]):
        answer = console.post("/account/tokens", {"name": "x", "days": 30, "scope": scopes}, page="/account")
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_a_token_is_revoked(console: Console) -> None:
    person = console.sign_in()
    token = console.world.token(person)
    revoke = re.findall(r'action="(/account/tokens/\d+/revoke)"', console.get("/account").text)[0]
    assert console.post(revoke, {}, page="/account").status_code == 303

    console.client.cookies.clear()

    assert console.client.get("/v1/reviews", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_every_act_of_the_account_needs_the_sessions_token(console: Console) -> None:
    console.sign_in()
    for path in ("profile", "password", "sessions/others/end", "sessions/1/end", "tokens", "tokens/1/revoke"):
        answer = console.post(f"/account/{path}", {"name": "x", "csrf_token": "guessed"})
        assert answer.status_code == 403, path
        assert console.get(f"/account/{path}").headers["location"] == "/account"
