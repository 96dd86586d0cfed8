"""Every route, as each role, as somebody of another brand and as a stranger; a route that is not in the table fails."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response

from replyassist.brands.service import ensure_brand
from replyassist.core.accounts import Principal
from replyassist.core.security import Role
from tests.web.console import Console, words
from tests.web.house import House
from tests.web.route_table import OWN, PUBLIC, ROUTES, STREAM, Example
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ASKED = {name: example for name, example in ROUTES.items() if example.other not in (PUBLIC, STREAM)}
OPEN = {name: example for name, example in ROUTES.items() if example.other == PUBLIC}
LAST = "POST /logout"  # ends the session


@pytest.fixture
def house(world: World) -> House:
    return House(world)


def ask(
    console: Console, house: House, name: str, who: Principal | None = None, *, bearer: str = "", csrf: str = ""
) -> Response:
    """Send a route's example: with a token to the API, with the session's form token to the console."""
    path, body = house.of(ROUTES[name], who)
    headers = {"Authorization": f"Bearer {bearer}"} if bearer and path.startswith("/v1") else {}
    sent: dict[str, Any] = {}
    if path.startswith("/v1") and body is not None:
        sent["json"] = body
    elif body is not None:
        sent["data"] = {"csrf_token": csrf, **body}
        if "/bring/" in path:
            sent["files"] = {"files": ("x.csv", b"text,template_id\n")}
    method = name.partition(" ")[0]
    answer: Response = console.client.request(method, path, headers=headers, follow_redirects=False, **sent)
    return answer


def answers(console: Console, house: House, who: Principal) -> dict[str, Response]:
    """What each route answers to somebody."""
    console.sign_in(who)
    bearer, csrf = console.world.token(who), console.token("/account")
    names = sorted(ASKED, key=lambda name: name == LAST)
    return {name: ask(console, house, name, who, bearer=bearer, csrf=csrf) for name in names}


def what_failed(answer: Response, example: Example, *, ends_signed_out: bool = False) -> str:
    """How an answer shows that nothing was done; empty where it was, or could only be refused."""
    if example.refused is not None:
        return "" if answer.status_code == example.refused[0] else f"{answer.status_code}, not {example.refused}"
    if answer.status_code >= 400:
        return f"{answer.status_code}: {words(answer)[-300:]}"
    leads_to = answer.headers.get("location", "")
    if "left=" in leads_to or (is_sign_in(answer) and not ends_signed_out):
        return f"leads to {leads_to}"
    return ""


def test_every_route_is_in_the_table(app: FastAPI) -> None:
    routes = {
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert routes == set(ROUTES)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_the_table_says(console: Console, house: House, role: Role) -> None:
    found = answers(console, house, console.world.person(role))
    failed = {
        name: what_failed(answer, ASKED[name], ends_signed_out=name == LAST)
        for name, answer in found.items()
        if role in ASKED[name].may
    }
    assert {name: why for name, why in failed.items() if why} == {}
    refused = {name: answer.status_code for name, answer in found.items() if role not in ASKED[name].may}
    assert {name: status for name, status in refused.items() if status != 403} == {}


@pytest.mark.parametrize("brands", [["harbour"], []])
def test_another_brands_people_find_nothing(console: Console, house: House, brands: list[str]) -> None:
    world = console.world
    with world.database.writing() as session:
        ensure_brand(session, "harbour", now=world.clock.now())
    found = answers(console, house, world.person(Role.LEAD, brands=brands))
    expected = {name: example.other for name, example in ASKED.items() if example.other != OWN}
    assert {name: found[name].status_code for name in expected if found[name].status_code != expected[name]} == {}


def test_what_is_public_opens_for_a_stranger(console: Console, house: House) -> None:
    failed = {}
    for name, example in OPEN.items():
        console.client.cookies.clear()
        path, _ = house.of(example)
        csrf = console.token("/login") if "/login" in path else console.token(path)
        answer = ask(console, house, name, csrf=csrf)
        failed[name] = what_failed(answer, example, ends_signed_out=True)
    assert {name: why for name, why in failed.items() if why} == {}


def test_strangers_are_sent_to_sign_in(console: Console, house: House) -> None:
    for name, example in ROUTES.items():
        if example.other != PUBLIC:
            answer = ask(console, house, name)
            if name.startswith("GET ") and answer.status_code == 303 and not is_sign_in(answer):
                answer = console.client.get(answer.headers["location"], follow_redirects=False)  # "/" leads to a page
            assert answer.status_code == 401 or is_sign_in(answer), name


def is_sign_in(answer: Response) -> bool:
    """Whether an answer sends to the page where people sign in."""
    return answer.status_code == 303 and answer.headers["location"].partition("?")[0] == "/login"


def test_forms_need_the_token_of_the_session(console: Console, house: House) -> None:
    console.sign_in(Role.ADMIN)
    for name, example in ASKED.items():
        if name.startswith("POST ") and not example.path.startswith("/v1"):
            assert ask(console, house, name, csrf="forged").status_code == 403, name
