from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from replyassist.core.security import Role
from replyassist.faq.service import put_template
from replyassist.proposal import BY_TEMPLATE
from tests.web.chromium import Desk, address_of
from tests.web.console import Console, words
from tests.world import BRAND, DRAFT, World, shipping

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PARTIAL = {"HX-Request": "true"}
GRIND = "We grind every bag to order."


def with_grinding(world: World) -> None:
    template = shipping(
        id="grinding",
        title="Do you <b>grind</b> it?",
        questions=["ground?"],
        reply=GRIND,
        facts={},
        channels=["tiktok"],
    )
    with world.database.writing() as session:
        put_template(session, BRAND, template, now=world.clock.now())


def test_templates_are_found_by_their_words_and_come_rendered(console: Console) -> None:
    with_grinding(console.world)
    item = console.world.item()
    console.sign_in(Role.AGENT)
    near = console.get(f"/queue/{item.id}/pick", **PARTIAL).text
    assert 'data-insert="We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."' in near
    assert "grind" not in near
    found = console.get(f"/queue/{item.id}/pick?q=order+GRIND", **PARTIAL).text
    assert GRIND in found
    assert "&lt;b&gt;grind" in found
    assert "not for this channel or day" in found
    assert "No template has all these words." in console.get(f"/queue/{item.id}/pick?q=zzz", **PARTIAL).text
    console.sign_in(console.world.person(Role.AGENT, brands=[]))
    assert console.get(f"/queue/{item.id}/pick", **PARTIAL).status_code == 404


def test_without_scripts_a_page_lets_one_pick_and_the_text_goes_with_it(console: Console) -> None:
    with_grinding(console.world)
    item = console.world.item()
    console.sign_in(Role.AGENT)
    page = console.act(item, "pick", q="grind", text="Hi Tom!")
    assert GRIND in words(page)
    assert "Hi Tom!</textarea>" in page.text
    inserted = console.act(item, "insert", template_id="grinding", text="Hi Tom!")
    assert f"Hi Tom!\n\n{GRIND}</textarea>" in inserted.text
    assert console.act(item, "insert", template_id="none", text="Hi").status_code == 404


def test_saved_replies_are_ones_own_or_everybodys(console: Console) -> None:
    item = console.world.item()
    agent = console.sign_in(Role.AGENT)

    def saved() -> str:
        return words(console.get(f"/queue/{item.id}/saved", **PARTIAL))

    assert "Nothing saved yet." in saved()
    mine = console.post(f"/queue/{item.id}/saved", {"version": 1, "title": "thanks", "text": "Thank you!"}, **PARTIAL)
    assert "thanks" in words(mine)
    assert "<html" not in mine.text
    assert console.act(item, "saved", title="x", text="y", is_shared="true").status_code == 403
    assert console.act(item, "saved", title=" ", text="y").status_code == 422
    assert console.act(item, "saved", title="t" * 101, text="y").status_code == 422
    assert "Hello" in console.act(item, "saved", title="hello", text="Hello").text
    manager = console.sign_in(Role.MANAGER)
    assert "thanks" not in saved()
    console.act(item, "saved", title="<script>", text="All of us say hello.", is_shared="true")
    html = console.get(f"/queue/{item.id}/saved", **PARTIAL).text
    assert "<script>" not in html
    assert f"Saved by {manager.name}" in html
    console.sign_in(agent)
    assert "All of us say hello." in saved()
    number = html.split("/saved/")[1].split("/")[0]
    assert console.act(item, f"saved/{number}/delete").status_code == 403
    assert "Hi\n\nAll of us say hello.</textarea>" in console.act(item, "insert", saved_id=number, text="Hi").text
    console.sign_in(Role.MANAGER)
    assert console.act(item, f"saved/{number}/delete").status_code == 200
    assert console.act(item, f"saved/{number}/delete").status_code == 404


@pytest.mark.browser
def test_enter_waits_for_what_was_typed_although_an_older_answer_comes_meanwhile(desk: Desk, world: World) -> None:
    with_grinding(world)
    item = world.item()
    page = desk.page
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.press("t")
    expect(page.locator("#picked li").first).to_be_visible()
    page.evaluate(
        """() => {
            const [search, found] = [document.querySelector("#pick-q"), document.querySelector("#picked")];
            search.value = "grind";
            search.dispatchEvent(new Event("input", { bubbles: true }));
            const detail = { target: found, requestConfig: { parameters: { q: "" } } };
            found.dispatchEvent(new CustomEvent("htmx:afterSwap", { bubbles: true, detail }));
        }"""
    )
    page.locator("#pick-q").press("Enter")
    expect(page.locator("#text")).to_have_value(re.compile(re.escape(GRIND)))


@pytest.mark.browser
def test_a_sentence_that_was_left_out_comes_behind_the_one_it_follows(desk: Desk, world: World) -> None:
    item = world.item(draft="Hi Tom, we ship to 32 countries in Europe. Bye!", drafted_by=BY_TEMPLATE)
    page = desk.page
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.press(".")
    expect(page.locator("#unsaid [data-add]")).to_be_visible()
    desk.press("1")
    expect(page.locator("#text")).to_have_value(
        "Hi Tom, we ship to 32 countries in Europe. Delivery takes 4 to 7 working days. Bye!"
    )
    expect(page.locator("#undo-insert")).to_be_visible()


@pytest.mark.browser
def test_a_template_is_inserted_at_the_caret_and_taken_back(desk: Desk, world: World) -> None:
    with_grinding(world)
    item = world.item()
    page = desk.page
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    text = page.locator("#text")
    desk.press("e")
    page.keyboard.press("Control+Home")
    page.keyboard.type("Hello. ")
    page.keyboard.press("Escape")
    desk.press("t")
    expect(page.locator("#pick-q")).to_be_focused()
    page.keyboard.type("grind")
    expect(page.locator("#picked li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(text).to_have_value(f"Hello. {GRIND}{DRAFT}")
    expect(text).to_be_focused()
    expect(page.locator("#check .marked")).to_contain_text(GRIND)
    page.keyboard.press("Control+z")
    expect(text).to_have_value(f"Hello. {DRAFT}")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Escape")
    desk.press("b")
    expect(text).to_have_value(f"Hello. {DRAFT}")

    desk.press("s")
    page.locator("#saved-title").fill("mine")
    page.keyboard.press("Enter")
    expect(page.locator("#saved li")).to_contain_text("mine")
    page.keyboard.press("Escape")
    desk.press("t")
    page.get_by_role("button", name="Replace: Do you ship abroad?").click()
    expect(text).to_have_value("We ship to 32 countries in Europe. Delivery takes 4 to 7 working days.")
    page.keyboard.press("Escape")
    desk.press("s")
    page.get_by_role("button", name="Replace: mine").click()
    expect(text).to_have_value(f"Hello. {DRAFT}")
    page.keyboard.press("Escape")
    desk.press("s")
    page.get_by_role("button", name="Delete: mine").click()
    expect(page.locator("#saved")).to_contain_text("Nothing saved yet.")
    assert world.reload(item).version == 1
