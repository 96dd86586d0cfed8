"""The console in German on a phone: an item is decided, and nothing is cut."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from replyassist.core.security import Role
from tests.web.chromium import PHONE, Desk, address_of
from tests.web.house import House
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
PAGES = (
    "/mentions", "/account", "/team", "/overview", "/channels", "/audit", "/voice/{brand}", "/policies/{brand}",
    "/templates?brand={brand}", "/templates/{brand}/shipping-abroad", "/template-trials/{trial}",
    "/proposals?brand={brand}", "/welcome", "/evaluation", "/evaluation/runs/new", "/evaluation/runs/r1",
    "/evaluation/label/{batch}",
)  # fmt: skip
CUT = """() => [...document.querySelectorAll(
    '.button, .badge, .chip, h1, h2, h3, label, legend, summary, dt, dd, .top a, .notice, .label, .key')]
  .filter(part => part.checkVisibility() && part.clientWidth && part.scrollWidth > part.clientWidth + 1)
  .filter(part => !part.closest('.visually-hidden, .filters label'))
  .map(part => part.outerHTML.slice(0, 120))"""


def cut(page: Page) -> list[str]:
    """Words that do not fit where they stand, and how far the page is wider than the window."""
    page.evaluate("document.querySelectorAll('main details:not(.act)').forEach(part => (part.open = true))")
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return list(page.evaluate(CUT)) + ([f"wider by {wider} px"] if wider > 0 else [])


def test_an_item_is_decided_in_german_and_nothing_is_cut(chromium: Browser, address: str, world: World) -> None:
    house = House(world)
    first = house.item()
    context = chromium.new_context(viewport=PHONE, has_touch=True, locale="en-GB")
    desk = Desk.at(context.new_page(), address)
    page = desk.page
    desk.sign_in(address_of(world.person(Role.LEAD)), path="/account")
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "de")

    desk.open("/queue?tab=todo")
    expect(page.locator("#tabs [aria-current]")).to_contain_text("Zu erledigen")
    found = {"/queue": cut(page)}
    desk.open(f"/queue/{first.id}?tab=todo")
    found["/queue/item"] = cut(page)
    page.get_by_role("button", name="Freigeben", exact=False).first.click()
    desk.expect_toast("Freigegeben. Versand in")
    expect(page.locator("#main")).not_to_have_attribute("data-item", str(first.id))
    assert world.reload(first).status == "approved"
    page.locator("summary", has_text="Ablehnen").click()
    page.get_by_label("Falsche Angabe").first.check()
    found["the reasons"] = cut(page)
    page.get_by_role("button", name="Ablehnen", exact=True).click()
    desk.expect_toast("Abgelehnt.")

    for path in PAGES:
        desk.open(path.format(**house.known))
        found[path] = cut(page)
    context.close()
    assert {path: problems for path, problems in found.items() if problems} == {}
    assert desk.complaints == []
