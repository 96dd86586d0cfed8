"""Linking one's own account with who one is in Slack, in the console."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlmodel import select

from replyassist.cards.linking import signed_offer
from replyassist.cards.models import SlackLink
from replyassist.core.accounts import AccountEvent
from replyassist.core.security import Role
from tests.channels.peers.slack import CARDS, SECRET, TEAM, TOKEN
from tests.review.test_decisions import approve
from tests.web.conftest import application
from tests.web.console import Console, page_of, words
from tests.world import BRAND, World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def offered(app: FastAPI, console: Console, name: str = "U0ANA") -> str:
    now = console.world.clock.now()
    return signed_offer(app.state.settings, team=TEAM, slack_user=name, shown_as="ana", now=now)


def test_a_person_confirms_who_they_are_in_slack_and_removes_it_again(app: FastAPI, console: Console) -> None:
    ana = console.sign_in()
    assert "You are not linked." in words(console.get("/account"))
    page = f"/account/slack?offer={offered(app, console)}"
    shown = words(console.get(page))
    assert f"pressed a button in the Slack workspace {TEAM}. Was it you?" in shown

    answer = console.post("/account/slack", {"offer": offered(app, console)}, page=page)
    assert answer.headers["location"] == "/account?done=slack-linked"
    assert f"In the workspace {TEAM} you are ana." in words(console.get("/account"))
    with console.world.database.reading() as session:
        link = session.exec(select(SlackLink)).one()
    assert (link.user_id, link.slack_user) == (ana.user_id, "U0ANA")

    console.sign_in(Role.LEAD)
    refused = console.post("/account/slack", {"offer": offered(app, console)}, page=page)
    assert refused.status_code == 409
    assert "linked with somebody else" in words(refused)
    assert console.post(f"/account/slack/{link.id}/remove", {}, page="/account").status_code == 404
    console.sign_in(ana)
    console.post(f"/account/slack/{link.id}/remove", {}, page="/account")
    assert "You are not linked." in words(console.get("/account"))
    with console.world.database.reading() as session:
        acts = [event.act for event in session.exec(select(AccountEvent)) if event.user_id == ana.user_id]
    assert acts[-2:] == ["slack_linked", "slack_unlinked"]


def test_the_history_says_where_an_approval_came_from(console: Console) -> None:
    item = console.world.item()
    approve(console.world, replace(console.world.person(), via="slack"), item)
    console.sign_in(Role.LEAD)
    assert "from Slack approved" in page_of(console, item)
    assert "from Slack" in words(console.get("/audit"))


def test_a_link_that_is_old_or_not_ours_links_nobody(app: FastAPI, console: Console) -> None:
    console.sign_in()
    old = offered(app, console)
    console.world.clock.advance(seconds=601)
    for wrong, why in ((old, "too old"), ("x", "not complete")):
        assert why in words(console.get(f"/account/slack?offer={wrong}"))
        assert why in words(console.post("/account/slack", {"offer": wrong}, page="/account"))
    with console.world.database.reading() as session:
        assert session.exec(select(SlackLink)).all() == []


def test_the_account_page_says_where_slack_sends_presses_or_that_cards_are_off(world: World) -> None:
    given = {"token": TOKEN, "signing_secret": "", "url": "http://127.0.0.1:9/api"}
    world.connect("slack", "slack", account="U0BOT", **given, cards=CARDS)
    for secret in (SECRET, ""):
        with application(world, slack_signing_secret=SecretStr(secret)) as app:
            console = Console(world, TestClient(app))
            console.sign_in(Role.LEAD)
            page = console.get(f"/channels/{BRAND}/accounts/slack")
            assert (f"stands as a card in the channel {CARDS}" in words(page)) is bool(secret)
            assert (f"/v1/cards/{BRAND}/slack" in page.text) is bool(secret)
            assert ("Cards are off" in words(page)) is (not secret)
    world.connect("slack", "slack", account="U0BOT", **given)
    with application(world) as app:
        console = Console(world, TestClient(app))
        console.sign_in(Role.LEAD)
        assert "Cards" not in words(console.get(f"/channels/{BRAND}/accounts/slack"))
