from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from replyassist.core.security import Role
from tests.web.chromium import DESK, PHONE, Desk, address_of
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
PASSWORD = "three words together"
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
PAGES = ("/account", "/team", "/team/{person}")


def invited(desk: Desk, email: str) -> str:
    """A lead invites somebody; the path of the link."""
    desk.open("/team")
    desk.page.get_by_text("Invite somebody").click()
    desk.page.get_by_label("E-mail", exact=True).fill(email)
    desk.page.get_by_label("Name", exact=True).fill("Nora")
    desk.page.get_by_role("button", name="Make the invitation").click()
    return urlsplit(desk.page.get_by_label("The link", exact=True).input_value()).path


def test_somebody_is_invited_sets_a_password_and_signs_in(world: World, desk: Desk, chromium: Browser) -> None:
    desk.sign_in(address_of(world.person(Role.LEAD)))
    path = invited(desk, "nora@test.example")
    guest = Desk.at(chromium.new_context(viewport=PHONE).new_page(), desk.address)
    guest.open(path)
    expect(guest.page.locator("#password")).to_be_focused()
    guest.page.keyboard.type(PASSWORD)
    guest.page.keyboard.press("Enter")
    guest.page.wait_for_url(f"{desk.address}/welcome")
    expect(guest.page.locator(".who")).to_contain_text("Nora")

    guest.page.get_by_role("button", name="Sign out").click()
    guest.page.locator("#email").fill("nora@test.example")
    guest.page.locator("#password").fill(PASSWORD)
    guest.page.keyboard.press("Enter")

    guest.page.wait_for_url(f"{desk.address}/welcome")
    guest.open(path)
    expect(guest.page.locator("#main")).to_contain_text("used")
    assert guest.complaints == []
    guest.page.context.close()


def test_a_session_elsewhere_ends_and_a_copied_cookie_is_worth_nothing(
    world: World, desk: Desk, chromium: Browser
) -> None:
    email = address_of(world.person(Role.MANAGER))
    other = Desk.at(chromium.new_context(viewport=DESK).new_page(), desk.address)
    other.sign_in(email)
    desk.sign_in(email)
    desk.page.locator(".who a").click()
    expect(desk.page.locator(".entries li").filter(has_text="this one")).to_have_count(1)
    desk.page.locator("form[action^='/account/sessions'] button").first.click()
    expect(desk.page.get_by_role("status").first).to_contain_text("That session was ended.")
    other.open("/queue")
    expect(other.page.locator("#email")).to_be_focused()

    other.page.context.close()
    copied = chromium.new_context(storage_state=desk.page.context.storage_state())
    other = Desk.at(copied.new_page(), desk.address)
    other.open("/queue")
    expect(other.page.locator(".who")).to_contain_text("manager")
    desk.page.get_by_role("button", name="Sign out").click()
    expect(desk.page.locator("#email")).to_be_focused()
    other.open("/queue")
    expect(other.page.locator("#email")).to_be_focused()
    other.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_telephone_and_are_readable(world: World, page: Page, address: str, scheme: str) -> None:
    lead, agent = world.person(Role.LEAD), world.person(Role.AGENT)
    desk = Desk.at(page, address)
    desk.sign_in(address_of(lead))
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size(PHONE)
    for path in PAGES:
        desk.open(path.format(person=agent.user_id))
        for summary in page.locator("#main summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert page.evaluate(CONTRAST) == [], path
    assert desk.complaints == []
