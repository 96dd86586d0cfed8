from __future__ import annotations

from collections.abc import Callable

import pytest

from replyassist.core.security import Role
from tests.web.console import Console, words
from tests.world import PASSWORD

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_person_signs_in_and_sees_the_queue(console: Console) -> None:
    person = console.sign_in()
    page = console.get("/queue")
    assert page.status_code == 200
    assert person.name in words(page)
    assert console.get("/").headers["location"] == "/queue"


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(console: Console) -> None:
    answer = console.get("/queue/7?tab=all")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fqueue%2F7%3Ftab%3Dall"
    person = console.world.person()
    form = {"email": console.email(person), "password": PASSWORD, "next": "/queue/7?tab=all"}
    assert console.post("/login", form, page="/login").headers["location"] == "/queue/7?tab=all"


def test_htmx_is_told_to_load_the_sign_in_page(console: Console) -> None:
    answer = console.get("/queue/rows", **{"HX-Request": "true", "HX-Current-URL": "http://testserver/queue?tab=sent"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/login?next=%2Fqueue%3Ftab%3Dsent"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/queue", "/\\evil.example", "/v1/reviews"]
)
def test_nobody_is_led_elsewhere_after_the_sign_in(console: Console, elsewhere: str) -> None:
    form = {"email": console.email(console.world.person()), "password": PASSWORD, "next": elsewhere}
    assert console.post("/login", form, page="/login").headers["location"] == "/queue"


def test_a_wrong_password_is_refused_without_telling_what_was_wrong(console: Console) -> None:
    known = console.email(console.world.person())
    for email in (known, "nobody@test.example"):
        answer = console.post("/login", {"email": email, "password": "not the password"}, page="/login")
        assert answer.status_code == 401
        assert "The e-mail address or the password is wrong." in words(answer)
    assert console.get("/queue").status_code == 303


def test_a_service_account_cannot_sign_in(console: Console) -> None:
    form = {"email": console.email(console.world.service()), "password": PASSWORD}
    assert console.post("/login", form, page="/login").status_code == 401


def fail(console: Console, email: str, times: int) -> list[int]:
    form = {"email": email, "password": "wrong wrong wrong"}
    return [console.post("/login", dict(form), page="/login").status_code for _ in range(times)]


def test_after_ten_failures_even_the_right_password_has_to_wait(console: Console) -> None:
    email = console.email(console.world.person())
    assert fail(console, email, 10) == [401] * 10
    answer = console.post("/login", {"email": email, "password": PASSWORD}, page="/login")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "300"
    assert "Try again in 5 min." in words(answer)
    console.world.clock.advance(minutes=5, seconds=1)
    assert console.post("/login", {"email": email, "password": PASSWORD}, page="/login").status_code == 303


def test_failures_are_counted_by_address_too(console: Console) -> None:
    for number in range(10):
        fail(console, f"nobody{number}@test.example", 1)
    answer = console.post("/login", {"email": "another@test.example", "password": PASSWORD}, page="/login")
    assert answer.status_code == 429


def test_successes_do_not_count_as_failures(console: Console) -> None:
    email = console.email(console.world.person())
    for _ in range(12):
        assert console.post("/login", {"email": email, "password": PASSWORD}, page="/login").status_code == 303
        console.client.cookies.clear()


def test_the_session_before_the_sign_in_is_worth_nothing_after_it(console: Console) -> None:
    before = console.token("/login")
    console.sign_in()
    after = console.token()
    assert after
    assert after != before
    assert console.post("/logout", {"csrf_token": before}).status_code == 403


def test_signing_out_ends_the_session(console: Console) -> None:
    console.sign_in()
    assert console.post("/logout", {}).headers["location"] == "/login"
    assert console.get("/queue").status_code == 303


def test_every_act_needs_the_sessions_token(console: Console, browser: Callable[[], Console]) -> None:
    item = console.world.item()
    console.sign_in()
    other = browser()
    other.sign_in()
    for token in ("", "guessed", other.token()):
        for act in ("approve", "reject", "escalate", "redraft", "undo", "check", "claim", "release", "leave"):
            answer = console.client.post(
                f"/queue/{item.id}/{act}",
                data={"csrf_token": token, "version": 1, "text": item.draft, "reason": "other", "note": "x"},
                follow_redirects=False,
            )
            assert answer.status_code == 403, act
    assert console.world.reload(item).version == 1
    assert console.world.jobs.planned[1:] == []


def test_the_token_may_come_as_a_header(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    headers = {"X-CSRF-Token": console.token()}
    form = {"version": 1, "text": item.draft}
    answer = console.client.post(f"/queue/{item.id}/approve", data=form, headers=headers, follow_redirects=False)
    assert answer.status_code == 303


def test_a_sign_in_without_the_pages_token_is_refused(console: Console) -> None:
    form = {"email": console.email(console.world.person()), "password": PASSWORD, "csrf_token": "guessed"}
    answer = console.post("/login", form, page="/login")
    assert answer.status_code == 403
    assert "Load it again" in words(answer)


def test_pages_carry_strict_headers(console: Console) -> None:
    console.sign_in(Role.LEAD)
    item = console.world.item()
    for path in ("/login", "/queue", f"/queue/{item.id}", "/queue/rows", "/queue/999"):
        headers = console.get(path, accept="text/html").headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "'unsafe-inline'" not in policy
        assert "'unsafe-eval'" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_no_page_needs_what_the_policy_forbids(console: Console) -> None:
    console.sign_in()
    item = console.world.item()
    for path in ("/queue", f"/queue/{item.id}"):
        html = console.get(path).text
        assert "<script>" not in html
        assert " style=" not in html
        assert "<style" not in html
        assert " onclick=" not in html
        assert "hx-on" not in html
        assert "js:" not in html
