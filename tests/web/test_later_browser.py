"""Sending later by keyboard in a real browser."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from replyassist.core.security import Role
from replyassist.review.models import Approval, ReviewItem
from tests.web.chromium import LOOK_MS, PHONE, Desk, address_of, approved_text
from tests.web.test_axe import AXE, violations
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
MORE = " Enjoy it!"


def send_at(world: World, item: ReviewItem) -> datetime | None:
    with world.database.reading() as session:
        return session.get_one(Approval, world.reload(item).approval_id).send_at


def in_days(world: World, days: int, hour: int) -> datetime:
    return world.clock.now().replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)


def test_an_offered_time_a_time_of_ones_own_and_at_once(desk: Desk, world: World) -> None:
    first, second, third, last = (world.item() for _ in range(4))
    page = desk.page
    desk.sign_in(address_of(world.person(Role.MANAGER)), path=f"/queue/{first.id}")
    desk.press("e")
    page.keyboard.type(MORE)
    page.keyboard.press("Escape")
    desk.press("p", "1")
    desk.expect_item(second.id)
    desk.expect_toast("Approved. It will be sent on")
    assert send_at(world, first) == in_days(world, 1, 9)
    assert (approved_text(world, first) or "").endswith(MORE)

    desk.press("p")
    own = in_days(world, 3, 18)
    page.locator("#send-at").fill(f"{own:%Y-%m-%dT%H:%M}")
    page.locator("#send-at").press("Enter")
    desk.expect_item(third.id)
    assert send_at(world, second) == own

    desk.press("p")
    page.locator("#send-at").fill(f"{own:%Y-%m-%dT%H:%M}")
    page.keyboard.press("Escape")
    expect(page.locator("#send-at")).to_be_hidden()
    desk.press("a")
    desk.expect_item(last.id)
    assert send_at(world, third) is None


def test_the_key_for_at_once_means_it_while_an_offered_time_has_the_focus(desk: Desk, world: World) -> None:
    item, following = world.item(), world.item()
    desk.sign_in(address_of(world.person(Role.MANAGER)), path=f"/queue/{item.id}")
    desk.press("p")
    desk.page.locator("#later button[name=later]").first.focus()
    desk.press("a")
    desk.expect_item(following.id)
    assert send_at(world, item) is None


def test_what_the_checks_object_to_is_not_sent_later_either(desk: Desk, world: World) -> None:
    item = world.item()
    desk.sign_in(address_of(world.person(Role.AGENT)), path=f"/queue/{item.id}")
    desk.page.locator("#text").fill("Dear customer, it takes 99 days.")
    expect(desk.page.locator("#approve")).to_have_attribute("aria-disabled", "true")
    desk.press("Escape", "p", "1")
    expect(desk.page.locator("#toasts")).to_contain_text("Mend the marked places")
    assert world.reload(item).status == "pending"


@pytest.mark.parametrize("is_phone", [False, True])
def test_axe_finds_nothing_in_the_open_panel(desk: Desk, world: World, is_phone: bool) -> None:
    item = world.item()
    if is_phone:
        desk.page.set_viewport_size(PHONE)
    desk.sign_in(address_of(world.person(Role.MANAGER)), path=f"/queue/{item.id}")
    desk.page.wait_for_timeout(LOOK_MS)
    desk.page.locator("#later > summary").click()
    expect(desk.page.locator("#send-at")).to_be_visible()
    desk.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert violations(desk.page) == []
