"""Connecting, trying and disconnecting an account, in the console without scripts and by the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from replyassist.channels import Field
from replyassist.channels.registry import known_too
from replyassist.core.accounts import SERVICE, Principal
from replyassist.core.errors import ConfigurationError
from replyassist.core.security import Role
from replyassist.delivery.service import channels_from
from replyassist.testing import FakePeer, fake_adapter
from replyassist.testing.platform import TOKEN
from tests.review.test_decisions import approve
from tests.web.console import Console, words
from tests.world import BRAND, World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
CONNECT = f"/channels/{BRAND}/connect"
FORM = f"{CONNECT}?platform=fake"
ACCOUNT = f"/channels/{BRAND}/accounts/fake"
WRONG = "another token"


@pytest.fixture(autouse=True)
def peer(world: World) -> Iterator[FakePeer]:
    peer = FakePeer(world.clock.now)
    with known_too(fake_adapter(peer)):
        yield peer


def send(console: Console, act: str = "connect", token: str = TOKEN, **more: Any) -> Any:
    form = {"platform": "fake", "channel": "fake", "given-token": token, **more}
    return console.post(f"/channels/{BRAND}/{act}", form, page=FORM)


class TestConsole:
    def test_a_lead_connects_an_account_and_lets_it_go(self, console: Console, world: World) -> None:
        who = console.sign_in(Role.LEAD)
        assert "Connect an account" in words(console.get(f"/channels?brand={BRAND}"))
        assert "Fake" in words(console.get(CONNECT))
        form = console.get(FORM)
        assert "Any page of the fake says it." in words(form)
        assert 'type="password"' in form.text

        kept = send(console)
        assert kept.headers["location"] == f"{ACCOUNT}?done=connected"
        page = console.get(kept.headers["location"])
        for said in ("@us", "Works", "It worked when it was last tried", "None is waiting now."):
            assert said in words(page)
        assert f"/v1/hooks/{BRAND}/fake" in page.text
        assert "@us" in words(console.get(f"/channels?brand={BRAND}"))
        assert f"{who.name} connected @us." in words(console.get(ACCOUNT))

        gone = console.post(f"{ACCOUNT}/disconnect", {}, page=ACCOUNT)
        assert "Its sign-in is deleted" in words(console.get(gone.headers["location"]))
        assert f"{who.name} disconnected @us." in words(console.get(f"/channels?brand={BRAND}"))
        assert console.get(ACCOUNT).status_code == 404
        assert [(each.status, each.sealed) for each in world.connections.health()] == [("disconnected", "")]

    def test_what_does_not_work_is_said_and_no_secret_comes_back(self, console: Console, world: World) -> None:
        console.sign_in(Role.LEAD)
        refused = send(console, token=WRONG)
        assert refused.status_code == 422
        assert "This does not work yet" in words(refused)
        assert "the token is wrong" in words(refused)
        assert "Type it again" in words(refused)
        for answer in (refused, send(console, "try", token=WRONG), send(console, "try"), send(console)):
            assert WRONG not in answer.text
            assert TOKEN not in answer.text

    def test_what_is_wrong_with_a_field_is_said_of_it(self, console: Console) -> None:
        """An address that is not taken is not a missing one."""
        console.sign_in(Role.LEAD)
        given = {
            "platform": "mastodon",
            "channel": "mastodon",
            "given-token": "t",
            "given-server": "https://ana:secret@a.example",
        }
        page = f"{CONNECT}?platform=mastodon"
        for answer in (
            console.post(f"/channels/{BRAND}/connect", given, page=page),
            console.post(f"/channels/{BRAND}/try", given, page=page, **{"HX-Request": "true", "HX-Target": "tried"}),
        ):
            assert "names a user or a password" in words(answer)
            assert "is still missing" not in words(answer)
            assert "This is needed." not in words(answer)
        empty = console.post(f"/channels/{BRAND}/try", {**given, "given-server": ""}, page=page)
        assert "“Server” is still missing." in words(empty)

    def test_a_secret_that_we_made_stays_when_an_account_is_signed_in_again(
        self, console: Console, world: World
    ) -> None:
        """The platform's side knows that one."""
        console.sign_in(Role.LEAD)
        made = fake_adapter(FakePeer(world.clock.now))
        made = replace(made, fields=(*made.fields, Field("secret", "Secret", "A word.", made=lambda: "new-word")))
        state = console.client.app.state  # type: ignore[attr-defined]
        state.connections = replace(state.connections, adapters={**state.connections.adapters, "fake": made})
        assert 'value="new-word"' in console.get(FORM).text
        send(console, **{"given-secret": "first-word"})
        form = console.get(f"{FORM}&channel=fake")
        assert "new-word" not in form.text
        assert "Leave it empty and it stays as it is." in words(form)
        assert send(console, **{"given-secret": ""}).status_code == 303
        kept = world.connections.found(BRAND, "fake")
        assert world.connections.account(kept).credentials["secret"] == "first-word"

    def test_trying_keeps_nothing_and_answers_with_its_part(self, console: Console, world: World) -> None:
        console.sign_in(Role.LEAD)
        whole = send(console, "try")
        assert "All of it works" in words(whole)
        assert "<html" in whole.text
        token = console.token(FORM)
        form = {"platform": "fake", "channel": "", "given-token": WRONG, "csrf_token": token}
        part = console.client.post(
            f"/channels/{BRAND}/try", data=form, headers={"HX-Request": "true", "HX-Target": "tried"}
        )
        assert part.text.lstrip().startswith('<div id="tried"')
        assert "the token is wrong" in words(part)
        assert world.connections.health() == []

    def test_what_is_missing_is_said_at_its_field(self, console: Console) -> None:
        console.sign_in(Role.LEAD)
        missing = send(console, token="")
        assert missing.status_code == 422
        assert "“Token” is still missing." in words(missing)
        assert 'aria-invalid="true"' in missing.text
        assert "or 'fake-' and a word of your own" in words(send(console, channel="instagram"))

    def test_an_account_that_fails_says_so_with_the_time(self, console: Console, world: World) -> None:
        world.connect("fake", "fake", token="expired")
        console.sign_in(Role.LEAD)
        page = console.post(f"{ACCOUNT}/test", {}, page=ACCOUNT)
        for said in ("Fails", "It failed when it was last tried (now)", "the token is wrong"):
            assert said in words(page)
        assert "the token is wrong" in words(console.get(f"/channels?brand={BRAND}"))

    def test_signing_in_again_shows_what_may_be_shown(self, console: Console, world: World) -> None:
        world.connect("webhook", "*", url="https://a.example/in", secret="whsec_kept")
        console.sign_in(Role.LEAD)
        page = console.get(f"{CONNECT}?platform=webhook&channel=*")
        assert "https://a.example/in" in page.text
        assert "whsec_kept" not in page.text
        assert "takes its place" in words(page)
        console.post(
            f"/channels/{BRAND}/connect",
            {"platform": "webhook", "channel": "*", "given-url": "http://b.example", "given-secret": "whsec_x"},
            page=CONNECT + "?platform=webhook",
        )
        assert "an https URL" in words(
            console.post(
                f"/channels/{BRAND}/try",
                {"platform": "webhook", "channel": "*", "given-url": "http://b.example", "given-secret": "whsec_x"},
                page=CONNECT + "?platform=webhook",
            )
        )

    def test_what_waits_is_told_before_and_fails_after(self, console: Console, world: World) -> None:
        world.connect("fake", "instagram", token=TOKEN)
        item = approve(world, world.person(), world.item())
        console.sign_in(Role.LEAD)
        account = f"/channels/{BRAND}/accounts/instagram"
        assert "1 reply is waiting to be sent now." in words(console.get(account))
        console.post(f"{account}/disconnect", {}, page=account)
        assert "approved replies fail until one is connected" in words(console.get(f"/channels?brand={BRAND}"))
        with world.database.reading() as session, pytest.raises(ConfigurationError, match="is disconnected"):
            channels_from(world.connections)(session, world.reload(item))

    def test_an_act_that_is_loaded_again_leads_back_who_is_signed_in(self, console: Console) -> None:
        console.client.cookies.clear()
        assert "/login" in console.get(f"/channels/{BRAND}/try").headers["location"]
        console.sign_in(Role.LEAD)
        assert console.get(f"/channels/{BRAND}/try").headers["location"] == f"/channels?brand={BRAND}"
        assert console.get("/channels/x%26done=disconnected/try").status_code == 404


class TestApi:
    def ask(self, console: Console, who: Principal, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {console.world.token(who)}"}
        return console.client.request(method, path, json=body, headers=headers)

    def test_an_account_is_connected_tried_and_let_go(self, console: Console, world: World) -> None:
        lead, path = world.person(Role.LEAD), f"/v1/brands/{BRAND}/connections"
        fake = next(each for each in self.ask(console, lead, "GET", "/v1/platforms").json() if each["name"] == "fake")
        assert [(each["name"], each["is_secret"]) for each in fake["fields"]] == [("token", True)]
        body = {"platform": "fake", "credentials": {"token": WRONG}}
        refused = self.ask(console, lead, "POST", path, body)
        assert (refused.status_code, refused.json()["checks"]) == (
            422,
            [{"name": "sign-in", "is_ok": False, "detail": "the token is wrong"}],
        )
        made = self.ask(console, lead, "POST", path, body | {"credentials": {"token": TOKEN}})
        assert made.status_code == 201, made.text
        assert (made.json()["shown_as"], made.json()["webhook_path"]) == ("@us", f"/v1/hooks/{BRAND}/fake")
        tried = self.ask(console, lead, "POST", f"{path}/fake/test")
        assert tried.json()["checks"] == [{"name": "sign-in", "is_ok": True, "detail": "as us"}]
        assert self.ask(console, lead, "DELETE", f"{path}/fake").status_code == 204
        listed = self.ask(console, lead, "GET", path)
        assert [each["status"] for each in listed.json()] == ["disconnected"]
        for answer in (refused, made, tried, listed):
            assert TOKEN not in answer.text
            assert WRONG not in answer.text
            assert "sealed" not in answer.text

    def test_no_program_switches_on_cards(self, console: Console, world: World) -> None:
        program, path = world.person(Role.LEAD, kind=SERVICE), f"/v1/brands/{BRAND}/connections"
        for cards, status in (("C0CARDS", 403), ("", 422)):
            body = {"platform": "slack", "credentials": {"token": "xoxb-1", "url": "http://x.example", "cards": cards}}
            assert self.ask(console, program, "POST", path, body).status_code == status


class TestRow:
    def test_a_window_that_closes_soon_and_the_cost_are_on_the_row(self, console: Console, world: World) -> None:
        world.connect("fake", "instagram", token=TOKEN)
        here = {"external_id": "dm-1", "visibility": "private", "parent_text": None}
        first = world.item(message={"conversation": here, "posted_at": world.clock.now().isoformat()})
        console.sign_in(Role.MANAGER)
        assert "Costs $0.015" in words(console.get("/queue"))
        assert "Sending costs $0.015" in words(console.get(f"/queue/{first.id}"))
        assert "left" not in words(console.get("/queue"))
        world.clock.advance(seconds=timedelta(hours=22, minutes=20).total_seconds())
        console.sign_in(Role.MANAGER)
        assert "1 h 40 min left" in words(console.get("/queue"))
        assert "Can be answered for 1 h 40 min" in words(console.get(f"/queue/{first.id}"))
        world.item(message={"conversation": here, "posted_at": world.clock.now().isoformat()})
        page = words(console.get("/queue"))
        assert "1 h 40 min left" not in page, "the author wrote again, so both may be answered longer"
        world.clock.advance(seconds=timedelta(hours=24).total_seconds())
        console.sign_in(Role.MANAGER)
        assert "Too late to answer" in words(console.get("/queue"))
