from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from replyassist.core.security import Role
from replyassist.faq.proposed import PastText, ProposedTexts
from replyassist.triage import triage
from tests.faq.test_proposals import dismiss, gifts, keep
from tests.web.chromium import DESK, PHONE, Desk, address_of, approved_text
from tests.world import DRAFT, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

MORE = " Enjoy it!"
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


def test_a_narrow_screen_shows_and_does_everything(chromium: Browser, address: str, world: World) -> None:
    item = world.item(
        message={"text": "W" * 10_000, "author": {"external_id": "1", "name": "X" * 200}}, draft="W" * 900
    )
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    desk = Desk.at(context.new_page(), address)
    page = desk.page
    desk.sign_in(address_of(world.person()))
    assert overflow(page) <= 0
    page.locator(f"#row-{item.id}").tap()
    desk.expect_item(item.id)
    assert overflow(page) <= 0
    page.locator("summary", has_text="Reject").tap()
    page.get_by_label("Wrong fact").check()
    page.get_by_role("button", name="Reject", exact=True).tap()
    desk.expect_toast("Rejected.")
    assert world.reload(item).status == "rejected"
    assert desk.complaints == []
    context.close()


@pytest.mark.parametrize("state", ["open", "dismissed"])
def test_proposals_fit_a_narrow_screen(chromium: Browser, address: str, world: World, state: str) -> None:
    long = "W" * 190
    texts = ProposedTexts(
        questions=tuple(PastText(text=f"{long} {number}", key="line 1") for number in range(3)),
        reply=PastText(text=long, key="line 1"),
    )
    numbers = keep(
        world,
        gifts(texts=texts, title=long, suggested_id=long),
        gifts(texts=texts, title=long, extends=long, suggested_id=long),
    )
    if state == "dismissed":
        for number in numbers:
            dismiss(world, number)
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    desk = Desk.at(context.new_page(), address)
    desk.sign_in(address_of(world.person(Role.LEAD)))
    desk.open(f"/proposals?state={state}")
    desk.page.evaluate("document.querySelectorAll('main details').forEach(part => (part.open = true))")
    assert desk.page.locator("article").count() == 2
    assert outside(desk.page) == []
    assert overflow(desk.page) <= 0
    assert desk.complaints == []
    context.close()


def outside(page: Page) -> list[str]:
    """Parts of the page that reach beyond its right edge, also where that is cut off."""
    return list(
        page.evaluate(
            "[...document.querySelectorAll('main *')].filter(part => part.getBoundingClientRect().right >"
            " window.innerWidth + 1).map(part => part.outerHTML.slice(0, 80))"
        )
    )


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_without_scripts_everything_still_works(chromium: Browser, address: str, world: World) -> None:
    first, second = world.item(), world.item()
    context = chromium.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    Desk.at(page, address).sign_in(address_of(world.person()), path=f"/queue/{first.id}")
    page.get_by_label("Text of the reply").fill(DRAFT + MORE)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".toast")).to_contain_text("Approved. Sending in")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Text of the reply")).to_have_value(DRAFT + MORE)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#main")).to_have_attribute("data-item", str(second.id))
    page.locator("summary", has_text="Reject").click()
    page.get_by_role("radio", name="Wrong tone").check()
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_text("All done.")).to_be_visible()
    assert approved_text(world, first) == DRAFT + MORE
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_and_controls_have_names(chromium: Browser, address: str, world: World, scheme: str) -> None:
    world.item(triage=triage("my solicitor will write to you"))
    blocked = world.item(draft="Hi Tom! Dear customer, it takes 99 days!!!! Thank you")
    context = chromium.new_context(viewport=DESK, color_scheme="dark" if scheme == "dark" else "light")
    desk = Desk.at(context.new_page(), address)
    desk.open("/login")
    assert desk.page.evaluate(CONTRAST) == []
    desk.sign_in(address_of(world.person()))
    for path in ("/queue", f"/queue/{blocked.id}"):
        desk.open(path)
        desk.page.wait_for_timeout(300)
        assert desk.page.evaluate(CONTRAST) == [], path
    context.close()


def test_a_hostile_message_runs_nothing(desk: Desk, world: World) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>{{7*7}}"
    item = world.item(message={"text": attack, "author": {"external_id": "6", "name": attack}}, draft=attack)
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.expect_item(item.id)
    desk.press("e")
    desk.page.keyboard.type(" <b>x</b>")
    expect(desk.page.locator("#check .marked")).to_contain_text("<b>x</b>")
    desk.press("Escape", "q")
    expect(desk.page.locator(f"#row-{item.id}")).to_contain_text("{{7*7}}")
    assert "owned" not in desk.page.title()
