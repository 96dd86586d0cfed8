"""Every page by axe-core in a real browser: both looks, a desk and a phone; and at 200 % zoom."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from replyassist.core.security import Role
from tests.web.chromium import DESK, PHONE, Desk, address_of
from tests.web.house import House
from tests.web.route_table import OPERATIONS, ROUTES
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"  # `npm ci` puts it there
RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ')}`)"""
ASKED = [
    example
    for name, example in ROUTES.items()
    if name.startswith("GET /") and not name.startswith("GET /v1") and name not in OPERATIONS
]
LOOKS: list[tuple[ViewportSize, Literal["light", "dark"]]] = [
    (DESK, "light"),
    (DESK, "dark"),
    (PHONE, "dark"),
    (PHONE, "light"),
]
ZOOMED: ViewportSize = {"width": 640, "height": 450}  # a screen of 1280 x 900 at 200 %


def violations(page: Page) -> list[str]:
    """What axe finds, and how far the page is wider than the window."""
    found = list(page.evaluate(RUN))
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"wider by {wider} px"] if wider > 0 else [])


def is_page(context: BrowserContext, url: str) -> bool:
    """Whether a whole page stands there: not a part of one, a file, or a way to one."""
    return context.request.get(url, max_redirects=0).text().startswith("<!doctype html>")


def test_axe_finds_nothing_on_any_page(chromium: Browser, address: str, world: World) -> None:
    house, admin = House(world), world.person(Role.ADMIN)
    context = chromium.new_context(viewport=DESK)
    desk = Desk.at(context.new_page(), address)
    found = looked_at(desk, "/login")
    desk.sign_in(address_of(admin))
    pages = [path for example in ASKED if is_page(context, f"{address}{(path := house.of(example, admin)[0])}")]
    assert len(pages) >= 40
    for path in pages:
        found |= looked_at(desk, path)
    context.close()
    assert found == {}


def looked_at(desk: Desk, path: str) -> dict[str, list[str]]:
    """What is wrong with a page, in each look in which anything is."""
    desk.open(path)
    desk.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = {}
    for viewport, scheme in LOOKS:
        desk.page.set_viewport_size(viewport)
        desk.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if problems := violations(desk.page):
            found[f"{path} {scheme} {viewport['width']}"] = problems
    return found


def test_the_editor_can_be_seen_at_twice_the_size(chromium: Browser, address: str, world: World) -> None:
    item = House(world).item()
    context = chromium.new_context(viewport=ZOOMED)
    desk = Desk.at(context.new_page(), address)
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.page.locator("#text").focus()
    desk.page.locator("#text").scroll_into_view_if_needed()
    covered = desk.page.evaluate(
        """() => {
          const [text, acts, top] = ['#text', '.actions', '.top'].map(
            name => document.querySelector(name).getBoundingClientRect());
          const end = Math.min(text.bottom, innerHeight, acts.top > text.top ? acts.top : innerHeight);
          return Math.min(text.height, 110) - (end - Math.max(text.top, top.bottom, 0));
        }"""
    )
    context.close()
    assert covered <= 0
