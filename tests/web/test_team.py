from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response

from replyassist.brands.service import ensure_brand
from replyassist.core.accounts import Principal
from replyassist.core.security import Role
from tests.web.console import Console, words
from tests.world import BRAND

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
OTHER = "harbour"
PASSWORD = "three words together"
ACTS = ("access", "link", "deactivate", "activate", "end-sessions", "unlink", "tokens/1/revoke")


def other_brand(console: Console) -> None:
    with console.world.database.writing() as session:
        ensure_brand(session, OTHER, now=console.world.clock.now())


def invite(console: Console, **form: Any) -> Response:
    given = {"email": "new@x.example", "name": "New", "role": "agent", "brand": [BRAND]} | form
    return console.post("/team/invite", given, page="/team")


def link(answer: Response) -> str:
    """The path of the link that a page shows."""
    found = re.search(r'value="https?://[^/"]+(/(?:invitation|reset)/[^"]+)"', answer.text)
    assert found is not None, words(answer)
    return found.group(1)


def act(console: Console, who: Principal, name: str, **form: Any) -> Response:
    return console.post(f"/team/{who.user_id}/{name}", form, page="/team")


def test_somebody_who_was_invited_sets_a_password_and_is_in(console: Console, browser: Callable[[], Console]) -> None:
    console.sign_in(Role.LEAD)
    answer = invite(console)
    assert "Pass this link on to new@x.example" in words(answer)
    path = link(answer)
    assert path not in console.get("/team").text
    guest = browser()
    page = guest.get(path)
    assert "new@x.example" in words(page)
    short = guest.post(path, {"name": "Nora", "password": "short"}, page=path)
    assert (short.status_code, 'value="Nora"' in short.text) == (422, True)

    assert guest.post(path, {"name": "Nora", "password": PASSWORD}, page=path).headers["location"] == "/welcome"

    assert "Nora" in words(guest.get("/queue"))
    assert guest.get(path).status_code == 404
    assert "was used" in words(guest.get(path))
    guest.client.cookies.clear()
    form = {"email": "new@x.example", "password": PASSWORD}
    assert guest.post("/login", form, page="/login").status_code == 303


def test_a_reset_signs_out_elsewhere_and_the_links_page_needs_its_token(
    console: Console, browser: Callable[[], Console]
) -> None:
    other = browser()
    agent = other.sign_in(Role.AGENT)
    console.sign_in(Role.LEAD)
    path = link(act(console, agent, "link"))
    guest = browser()
    assert guest.post(path, {"password": PASSWORD, "csrf_token": "guessed"}).status_code == 403
    guest.get(path)

    assert guest.post(path, {"password": PASSWORD}, page=path).status_code == 303

    assert (guest.get("/queue").status_code, other.get("/queue").status_code) == (200, 303)


def test_agents_and_managers_are_told_why_they_see_no_team(console: Console) -> None:
    somebody = console.world.person(Role.AGENT)
    for role in (Role.AGENT, Role.MANAGER):
        console.sign_in(role)
        assert 'href="/team"' not in console.get("/queue").text
        answers = [console.get("/team"), console.get(f"/team/{somebody.user_id}"), invite_as(console)]
        answers += [console.post(f"/team/{somebody.user_id}/{name}", {"role": "agent"}) for name in ACTS]
        for answer in answers:
            assert answer.status_code == 403
            assert "ask a person who is lead or admin" in words(answer)


def invite_as(console: Console) -> Response:
    return console.post("/team/invite", {"email": "new@x.example", "role": "agent", "brand": [BRAND]})


def test_somebody_of_another_brand_is_not_there(console: Console) -> None:
    other_brand(console)
    stranger = console.world.person(Role.AGENT, brands=[OTHER])
    console.sign_in(Role.LEAD)
    assert console.get(f"/team/{stranger.user_id}").status_code == 404
    assert stranger.name not in words(console.get("/team?state="))
    assert console.get(f"/team?brand={OTHER}").status_code == 404
    for name in ACTS:
        assert act(console, stranger, name, role="agent", brand=[BRAND]).status_code == 404, name


def test_a_lead_changes_role_and_brands(console: Console, browser: Callable[[], Console]) -> None:
    other = browser()
    agent = other.sign_in(Role.AGENT)
    console.sign_in(Role.LEAD)
    answer = act(console, agent, "access", role="lead", brand=[BRAND])
    page = words(console.get(answer.headers["location"]))
    assert "It counts from their next page on." in page
    assert f"changed role or brands agent: {BRAND} → lead: {BRAND}" in page
    assert other.get("/team").status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "reason"),
    [
        ({"role": "admin", "brand": [BRAND]}, 403, "above yours"),
        ({"role": "agent", "brand": ["nobody"]}, 404, "no brand"),
        ({"role": "agent"}, 422, "at least one brand"),
    ],
)
def test_what_a_lead_may_not_give_is_refused_in_words(
    console: Console, form: dict[str, Any], status: int, reason: str
) -> None:
    agent = console.world.person(Role.AGENT)
    console.sign_in(Role.LEAD)
    for answer in (act(console, agent, "access", **form), invite(console, **({"brand": []} | form))):
        assert answer.status_code == status
        assert reason in words(answer)


def test_nobody_finds_forms_about_themselves_or_those_above(console: Console) -> None:
    admin = console.world.person(Role.ADMIN, brands=[BRAND])
    lead = console.sign_in(Role.LEAD)
    for who, reason in ((lead, "your own account"), (admin, "above yours")):
        page = console.get(f"/team/{who.user_id}")
        assert reason in words(page)
        assert 'action="/team/' not in page.text
        assert act(console, who, "deactivate").status_code == 403


def test_a_deactivated_person_is_out_at_once(console: Console, browser: Callable[[], Console]) -> None:
    other = browser()
    agent = other.sign_in(Role.AGENT)
    console.sign_in(Role.LEAD)

    answer = act(console, agent, "deactivate")

    assert "deactivated" in words(console.get(answer.headers["location"]))
    assert other.get("/queue").status_code == 303
    assert agent.name not in words(console.get("/team"))
    assert agent.name in words(console.get("/team?state=inactive"))
    act(console, agent, "activate")
    assert other.get("/queue").status_code == 303, "sessions that ended stay ended"
    other.sign_in(agent)


def test_the_list_is_searched_and_paged(console: Console) -> None:
    for _ in range(55):
        console.world.person(Role.AGENT)
    console.sign_in(Role.LEAD)
    first = console.get("/team?q=agent")
    more = re.findall(r'href="(/team\?[^"]*after=\d+[^"]*)"', first.text)[0].replace("&amp;", "&")
    second = console.get(more)
    pages = [set(re.findall(r'href="/team/(\d+)"', page.text)) for page in (first, second)]
    assert [len(page) for page in pages] == [50, 5]
    assert pages[0].isdisjoint(pages[1])
    assert "Nobody is like that." in words(console.get("/team?q=100%25"))


def test_what_people_wrote_stays_text(console: Console) -> None:
    evil = '<script>alert("x")</script>\u202e'
    console.sign_in(Role.LEAD)
    answer = invite(console, name=evil)
    pages = [answer.text, console.get("/team").text, console.get("/account").text]
    assert all("<script>alert" not in page for page in pages)
    assert all("\u202e" not in page for page in pages[:2])


def test_every_act_about_people_needs_the_sessions_token(console: Console) -> None:
    agent = console.world.person(Role.AGENT)
    console.sign_in(Role.LEAD)
    for name in (*(f"{agent.user_id}/{name}" for name in ACTS), "invite"):
        form = {"csrf_token": "guessed", "role": "agent", "email": "a@x.example", "brand": [BRAND]}
        assert console.post(f"/team/{name}", form).status_code == 403, name
    assert console.get("/team/invite").headers["location"] == "/team"
    assert console.get(f"/team/{agent.user_id}/access").headers["location"] == f"/team/{agent.user_id}"


class Post:
    """A mailer that keeps what it sends."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.sent: list[tuple[str, str, str]] = []

    def send(self, to: str, subject: str, text: str) -> bool:
        self.sent.append((to, subject, text))
        return self.works


@pytest.mark.parametrize("works", [True, False])
def test_the_link_goes_out_by_mail_where_there_is_a_server(app: FastAPI, console: Console, works: bool) -> None:
    app.state.mailer = post = Post(works=works)
    app.state.settings = app.state.settings.model_copy(update={"public_url": "https://desk.example/"})
    console.sign_in(Role.LEAD)

    answer = invite(console)

    ((to, subject, text),) = post.sent
    assert (to, subject) == ("new@x.example", "You are invited to replyassist")
    assert f"https://desk.example{link(answer)}\n" in text
    assert "for 7 days" in text
    assert ("was sent to new@x.example" in words(answer), "Pass this link on" in words(answer)) == (works, not works)


def test_the_record_of_an_account_is_paged(console: Console) -> None:
    agent = console.world.person(Role.AGENT)
    console.sign_in(Role.LEAD)
    token = console.token("/team")
    for name in ("deactivate", "activate") * 26:
        act(console, agent, name, csrf_token=token)
    first = console.get(f"/team/{agent.user_id}")
    older = re.findall(rf'href="(/team/{agent.user_id}\?before=\d+)"', first.text)[0]

    second = console.get(older)

    counts = [words(page).count("activated the account") for page in (first, second)]
    assert counts == [50, 2]
    assert "before=" not in second.text
