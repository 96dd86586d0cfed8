from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from replyassist.brands.service import get_brand, set_voice
from replyassist.brands.voice import sample_voice
from replyassist.core.security import Role
from tests.review.pace.test_work import approve_after, plant
from tests.web.chromium import DESK, PHONE, Desk, address_of
from tests.world import BRAND, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
PAGES = (f"/policies/{BRAND}", "/welcome", "/welcome/practice/1", "/welcome/practice/1?answered=0", "/team/{person}")


def test_a_new_agent_practises_and_a_policy_holds_them(world: World, desk: Desk) -> None:
    desk.sign_in(address_of(world.person(Role.LEAD)))
    desk.open(f"/policies/{BRAND}")
    desk.page.locator("#second_person-words").fill("countries")
    desk.page.get_by_role("button", name="Save as version 1").click()
    expect(desk.page.get_by_role("status").first).to_contain_text("It counts from the next approval on.")
    desk.page.get_by_role("button", name="Sign out").click()
    agent = world.person(Role.AGENT)
    desk.sign_in(address_of(agent), path="/account")
    desk.open("/welcome")
    desk.page.get_by_role("button", name="Begin").click()
    for number in range(5):
        expect(desk.page.locator("h1")).to_contain_text(f"item {number + 1} of 5")
        desk.page.get_by_role("button", name="Escalate it to a lead").click()
        expect(desk.page.get_by_role("status").first).to_contain_text("decided")
        desk.page.get_by_role("link", name="Finish" if number == 4 else "Next").click()
    expect(desk.page.locator("h1")).to_contain_text("Done: 1 of 5")
    item = world.item()
    desk.open(f"/queue/{item.id}")
    expect(desk.page.locator("#gate-why")).to_contain_text("Yours is the first of two approvals")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_telephone_and_are_readable(world: World, page: Page, address: str, scheme: str) -> None:
    lead, agent = world.person(Role.LEAD), world.person(Role.AGENT)
    voice = sample_voice(BRAND)
    assert voice is not None
    with world.database.writing() as session:
        set_voice(session, get_brand(session, BRAND), voice)
    plant(world, agent, approve_after(world, agent, 2))
    desk = Desk.at(page, address)
    desk.sign_in(address_of(lead))
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    desk.open("/welcome")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Send it as it is").click()
    expect(page.get_by_role("link", name="Next")).to_be_visible()
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        for number, path in enumerate(PAGES):
            desk.open(path.format(person=agent.user_id))
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
            assert page.evaluate(CONTRAST) == [], path
            if folder := os.environ.get("SHOTS"):
                page.screenshot(path=f"{folder}/{scheme}-{size['width']}-{number}.png", full_page=True)
    assert desk.complaints == []
