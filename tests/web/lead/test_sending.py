"""Stopping, resuming and quiet hours, in the console without scripts and by the API."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.security import Role
from replyassist.delivery.waiting import QUIET, STOPPED
from replyassist.review.models import ReviewStatus
from tests.delivery.test_delivery import FakeChannel, approved, run
from tests.web.console import Console, words
from tests.world import BRAND, World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PAGE = f"/channels?brand={BRAND}"
ACTS = f"/channels/{BRAND}/sending"


class TestConsole:
    def test_a_lead_stops_the_brand_and_resumes(self, console: Console, world: World) -> None:
        who = console.sign_in(Role.LEAD)
        assert "Approved replies are sent." in words(console.get(PAGE))
        console.post(f"{ACTS}/stop", {"reason": "wrong <price>"}, page=PAGE)
        item, sent = approved(world), FakeChannel()
        run(world, sent)

        page = words(console.get(PAGE))
        assert f"{who.name} stopped sending. wrong <price>" in page
        assert STOPPED in words(console.get(f"/queue/{item.id}"))
        console.post(f"{ACTS}/resume", {}, page=PAGE)
        run(world, sent)
        run(world, sent)
        assert world.reload(item).status == ReviewStatus.SENT
        assert STOPPED not in words(console.get(f"/queue/{item.id}"))

    def test_one_account_is_stopped_on_its_own_page(self, console: Console, world: World) -> None:
        world.connect("file", "paper")
        console.sign_in(Role.LEAD)
        account = f"/channels/{BRAND}/accounts/paper"
        console.post(f"{ACTS}/stop", {"channel": "paper"}, page=account)

        assert "stopped sending." in words(console.get(account))
        assert "Approved replies are sent." in words(console.get(PAGE))

    def test_quiet_hours_are_set_and_taken_away(self, console: Console, world: World) -> None:
        console.sign_in(Role.LEAD)
        console.post(f"{ACTS}/quiet-hours", {"quiet_from": "11:00", "quiet_until": "13:00"}, page=PAGE)
        item = approved(world)
        run(world, FakeChannel())
        assert "Quiet hours from 11:00 to 13:00 (UTC)" in words(console.get(PAGE))
        assert "Quiet now until" in words(console.get(PAGE))
        assert QUIET in words(console.get(f"/queue/{item.id}"))

        console.post(f"{ACTS}/quiet-hours", {"quiet_from": "", "quiet_until": ""}, page=PAGE)
        assert "No quiet hours." in words(console.get(PAGE))

    def test_a_manager_sees_it_and_changes_nothing(self, console: Console) -> None:
        console.sign_in(Role.MANAGER)
        page = console.get(PAGE)
        assert "Approved replies are sent." in words(page)
        assert f"{ACTS}/stop" not in page.text


def test_the_api_stops_resumes_and_sets_quiet_hours(console: Console, world: World) -> None:
    lead = {"authorization": f"Bearer {world.token(world.person(Role.LEAD))}"}

    def call(method: str, path: str, body: Any = None) -> Any:
        return console.client.request(method, f"/v1/brands/{BRAND}/{path}", json=body, headers=lead)

    stopped = call("POST", "sending/stop", {"reason": "wrong price"}).json()
    assert [(each["channel"], each["reason"]) for each in stopped["stops"]] == [("", "wrong price")]
    assert call("POST", "sending/resume", {}).json()["stops"] == []
    quiet = call("PUT", "quiet-hours", {"quiet_from": "22:00", "quiet_until": "07:00"}).json()
    assert (quiet["quiet_from"], quiet["quiet_ends"]) == ("22:00", None)
    assert call("PUT", "quiet-hours", {"quiet_from": "25:00", "quiet_until": "07:00"}).status_code == 422
    assert call("POST", "sending/stop", {"channel": "none"}).status_code == 404
    assert call("GET", "sending").json() == quiet
