"""The editor stays where it is, and nothing lies over it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, FloatRect, ViewportSize, expect

from replyassist.core.security import Role
from replyassist.triage import triage
from tests.web.chromium import PHONE, Desk, address_of
from tests.web.test_screens import overflow
from tests.world import DRAFT, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

WIDE: ViewportSize = {"width": 1440, "height": 900}
TWICE: ViewportSize = {"width": 640, "height": 450}  # 1280 x 900 at a zoom of 200 %
BLOCKED = " Dear customer, it takes 99 days!!!! FREE"
PLACE = "(({x, y, width, height}) => [x, y, width, height])(document.querySelector('#text').getBoundingClientRect())"
COVERED = """(() => {
  const box = document.querySelector('#text').getBoundingClientRect();
  const spots = [[box.left + 9, box.top + 9], [box.right - 30, box.bottom - 9], [box.left + 9, box.bottom - 9]];
  return spots.filter(([x, y]) => y < innerHeight && document.elementFromPoint(x, y)?.id !== 'text').length;
})()"""


@pytest.mark.parametrize("size", [WIDE, {"width": 1000, "height": 800}, PHONE, TWICE], ids=lambda size: size["width"])
def test_findings_do_not_move_the_editor_and_nothing_covers_it(
    chromium: Browser, address: str, world: World, size: ViewportSize
) -> None:
    item = world.item(draft="")
    context = chromium.new_context(viewport=size)
    desk = Desk.at(context.new_page(), address)
    page = desk.page
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    page.locator("#text").focus()
    page.keyboard.type("Hi")
    expect(page.locator("#check .verdict")).to_be_visible()
    page.wait_for_timeout(300)
    before = page.evaluate(PLACE)
    page.keyboard.type(BLOCKED[:14])
    expect(page.locator("#check .marked")).to_contain_text("Dear customer")
    moved = [round(abs(now - then)) for now, then in zip(page.evaluate(PLACE), before, strict=True)]
    assert moved == [0, 0, 0, 0], f"the editor moved by {moved} px"
    assert page.evaluate(COVERED) == 0
    page.keyboard.press("Escape")
    page.locator("#text").scroll_into_view_if_needed()
    assert page.evaluate(COVERED) == 0
    assert overflow(page) <= 0
    assert desk.complaints == []
    context.close()


def test_findings_stand_beside_a_wide_editor_and_below_a_narrow_one(desk: Desk, world: World) -> None:
    item = world.item(draft=f"Hi Tom!{BLOCKED}")
    page = desk.page
    page.set_viewport_size(WIDE)
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")

    def boxes() -> tuple[FloatRect, FloatRect]:
        text, check = (page.locator(place).bounding_box() for place in ("#text", "#check"))
        assert text is not None
        assert check is not None
        return text, check

    text, check = boxes()
    assert check["x"] >= text["x"] + text["width"]
    assert abs(check["y"] - text["y"]) < 60
    page.set_viewport_size(PHONE)
    text, check = boxes()
    assert check["y"] >= text["y"] + text["height"]


def test_every_act_has_a_key_that_the_help_names(desk: Desk, world: World) -> None:
    item = world.item(draft=f"Hi Tom!{BLOCKED}", triage=triage("my solicitor will write to you"))
    page = desk.page
    desk.sign_in(address_of(world.person(Role.LEAD)), path=f"/queue/{item.id}")
    used = set(page.locator("#main [data-key]").evaluate_all("found => found.map(one => one.dataset.key)"))
    without = page.locator("#main form button:not([data-key]), #main summary.button:not([data-key])").evaluate_all(
        "found => found.filter(one => !one.closest('.pop, [data-note]')).map(one => one.textContent.trim())"
    )
    page.keyboard.press("?")
    named = {key.strip().lower() for key in page.locator("#help kbd").all_inner_texts()}
    assert used <= named
    assert without == []


def test_the_box_to_send_anyway_and_templates_have_keys_and_typing_has_none(desk: Desk, world: World) -> None:
    item = world.item(draft=f"Hi Tom!{BLOCKED}")
    page = desk.page
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.press("e")
    page.keyboard.type("y1arx")
    expect(page.locator("#text")).to_have_value(re.compile("y1arx$"))
    expect(page.locator("#accept")).not_to_be_checked()
    page.keyboard.press("Escape")
    desk.press("y")
    expect(page.locator("#accept")).to_be_checked()
    expect(page.locator("#approve")).to_have_attribute("aria-disabled", "false")
    desk.press("1")
    expect(page.get_by_text("A new draft is being written.")).to_be_visible()
    asked = world.reload(item).proposal.asked
    assert asked is not None
    assert asked.template_id == "shipping-abroad"


def test_the_model_is_called_by_its_name_and_where_it_runs_is_not_told(desk: Desk, world: World) -> None:
    notes = ("the language model at 10.0.0.7:8080 did not answer within 3 s",)
    item = world.item(draft=DRAFT, drafted_by="model", model="http://10.0.0.7:8080/v1/qwen2.5-3b.gguf", notes=notes)
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    expect(desk.page.locator(".made")).to_contain_text("Drafted by model qwen2.5-3b")
    assert "10.0.0.7" not in desk.page.content()
