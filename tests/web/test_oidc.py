from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect
from pydantic import SecretStr

from replyassist.cli.people_checks import sign_in_provider
from replyassist.core.accounts import Principal
from replyassist.core.errors import ConfigurationError
from replyassist.core.security import Role
from replyassist.core.settings import Settings
from replyassist.web.oidc import FAILED, oidc_provider
from tests.web.chromium import DESK, Desk, served
from tests.web.conftest import application
from tests.web.console import Console, words
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a real provider, in a process of its own."""
    command = [sys.executable, "-m", "tests.web.openid_provider"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture
def app(world: World, provider: str) -> Iterator[FastAPI]:
    """The application with the provider configured."""
    with application(
        world,
        oidc_issuer=provider,
        oidc_client_id="replyassist",
        oidc_client_secret=SecretStr("a secret"),
        oidc_name="Fernhill ID",
    ) as app:
        yield app


@pytest.fixture
def console(world: World, app: FastAPI) -> Iterator[Console]:
    """A browser; one event loop for all its requests, as the provider's client lives in one."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Console(world, client)


def know(provider: str, subject: str, email: str, *, verified: object = True) -> None:
    """Let the provider know somebody."""
    claims = {"email": email, "email_verified": verified}
    httpx2.put(f"{provider}/users/{subject}", json=claims).raise_for_status()


def go_there(console: Console, *, path: str = "/login/provider") -> str:
    """Where the provider is asked."""
    answer = console.get(path)
    assert answer.status_code == 302, words(answer)
    return answer.headers["location"]


def come_back(address: str, subject: str) -> str:
    """Sign in at the provider; where it leads back to."""
    answer = httpx2.post(address, data={"sub": subject}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def enter(console: Console, subject: str, *, path: str = "/login/provider") -> httpx2.Response:
    return console.get(come_back(go_there(console, path=path), subject))


def test_the_sign_in_page_offers_the_provider_and_leads_there(console: Console, provider: str) -> None:
    assert "Sign in with Fernhill ID" in words(console.get("/login"))
    asked = urlsplit(go_there(console))
    query = parse_qs(asked.query)
    assert f"{asked.scheme}://{asked.netloc}" == provider
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"] == ["openid email"]
    assert query["redirect_uri"] == ["http://testserver/login/provider/back"]
    assert {"state", "nonce", "code_challenge"} <= query.keys()


def test_somebody_signs_in_there_and_is_in_here(console: Console, provider: str) -> None:
    person = console.world.person(Role.LEAD)
    know(provider, "lead", console.email(person))

    answer = enter(console, "lead", path="/login/provider?next=/team")

    assert answer.headers["location"] == "/team"
    assert person.name in words(console.get("/team"))
    know(provider, "lead", "renamed@elsewhere.example")
    console.client.cookies.clear()
    assert enter(console, "lead").headers["location"] == "/queue", "the subject counts from now on"
    assert "signed in with a provider" in words(at_admin(console, person))


def at_admin(console: Console, person: Principal) -> httpx2.Response:
    console.sign_in(Role.ADMIN)
    return console.get(f"/team/{person.user_id}")


def test_the_session_before_is_worth_nothing_after_it(console: Console, provider: str) -> None:
    know(provider, "fixed", console.email(console.world.person()))
    before = console.token("/login")
    enter(console, "fixed")
    after = console.token("/account")
    assert after not in ("", before)


@pytest.mark.parametrize("verified", [False, None, "false"])
def test_an_address_that_is_not_verified_leads_nowhere(console: Console, provider: str, verified: object) -> None:
    know(provider, "unverified", console.email(console.world.person()), verified=verified)
    answer = enter(console, "unverified")
    assert (answer.status_code, "verified" in words(answer)) == (403, True)
    assert console.get("/queue").status_code == 303


def test_a_subject_that_breaks_the_standard_is_refused(console: Console, provider: str) -> None:
    know(provider, "s" * 256, console.email(console.world.person()))
    assert FAILED in words(enter(console, "s" * 256))


def test_a_stranger_is_told_to_ask_for_an_invitation(console: Console, provider: str) -> None:
    know(provider, "stranger", "stranger@elsewhere.example")
    answer = enter(console, "stranger")
    assert (answer.status_code, "Ask your lead to invite you" in words(answer)) == (403, True)


def test_a_code_is_worth_nothing_in_another_browser_or_twice(
    console: Console, browser: Callable[[], Console], provider: str
) -> None:
    know(provider, "ana", console.email(console.world.person()))
    back = come_back(go_there(console), "ana")
    console.client.cookies, kept = httpx2.Cookies(), console.client.cookies
    assert (console.get(back).status_code, FAILED in words(console.get(back))) == (403, True)
    console.client.cookies = kept
    assert console.get(back).status_code == 303
    console.client.cookies = kept
    assert console.get(back).status_code == 403


def test_a_wrong_state_and_a_refusal_there_are_told_in_words(console: Console) -> None:
    address = go_there(console)
    assert FAILED in words(console.get("/login/provider/back?code=x&state=guessed"))
    denied = urlsplit(httpx2.post(address, data={"action": "deny"}, follow_redirects=False).headers["location"])
    answer = console.get(f"{denied.path}?{denied.query}")
    assert (answer.status_code, FAILED in words(answer)) == (403, True)


def test_the_verifier_of_another_sign_in_is_refused(console: Console, provider: str) -> None:
    know(provider, "ana", console.email(console.world.person()))
    theirs = parse_qs(urlsplit(come_back(go_there(console), "ana")).query)["code"][0]
    console.client.cookies.clear()
    state = parse_qs(urlsplit(go_there(console)).query)["state"][0]

    assert console.get(f"/login/provider/back?code={theirs}&state={state}").status_code == 403


def test_an_issuer_that_calls_itself_otherwise_is_refused(app: FastAPI, console: Console) -> None:
    app.state.oidc.client.server_metadata.update({"_loaded_at": 1, "issuer": "https://evil.example"})
    answer = console.get("/login/provider")
    assert (answer.status_code, FAILED in words(answer)) == (403, True)


def test_a_provider_that_does_not_answer_is_told_in_words(app: FastAPI, console: Console) -> None:
    settings = Settings(oidc_issuer="http://127.0.0.1:9", oidc_client_id="x")
    app.state.oidc = oidc_provider(settings)
    answer = console.get("/login/provider")
    assert (answer.status_code, FAILED in words(answer)) == (403, True)
    assert "Sign in with 127.0.0.1" in words(console.get("/login"))


def test_the_doctor_hears_whether_the_provider_is_who_is_set(provider: str, world: World) -> None:
    def told(issuer: str) -> str:
        return sign_in_provider(Settings(oidc_issuer=issuer, oidc_client_id="x"))

    assert told(provider) == f"127.0.0.1: {provider}"
    assert "passwords" in sign_in_provider(world.settings)
    for wrong, why in ((provider + "/", "calls itself"), ("http://127.0.0.1:9", "no description")):
        with pytest.raises(ConfigurationError, match=why):
            told(wrong)


def test_without_a_provider_there_is_no_way_there(app: FastAPI, world: World, console: Console) -> None:
    app.state.oidc = oidc_provider(world.settings)
    assert "Sign in with" not in words(console.get("/login"))
    assert console.get("/login/provider").status_code == 404
    assert console.get("/login/provider/back?code=x&state=y").status_code == 404


@pytest.mark.browser
def test_somebody_signs_in_at_the_provider_in_chromium(
    world: World, app: FastAPI, provider: str, chromium: Browser
) -> None:
    person = world.person(Role.MANAGER)
    know(provider, "in-chromium", Console(world, TestClient(app)).email(person))
    with served(app) as address:
        context = chromium.new_context(viewport=DESK)
        desk = Desk.at(context.new_page(), address)
        desk.open("/queue?tab=sent")
        desk.page.get_by_role("link", name="Sign in with Fernhill ID").click()
        desk.page.wait_for_url(f"{provider}/**")
        desk.page.locator("input[name=sub]").fill("in-chromium")
        desk.page.locator("button:not([value=deny])").first.click()
        desk.page.wait_for_url(f"{address}/queue?tab=sent")
        expect(desk.page.locator(".who")).to_contain_text(person.name)
        context.close()
    assert desk.complaints == []
