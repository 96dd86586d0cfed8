from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from replyassist.core.security import Role
from replyassist.guardrails import Concern, Finding, Severity
from replyassist.review.models import ReviewItem
from replyassist.review.queue import replace_proposal
from replyassist.triage import triage
from tests.web.chromium import LOOK_MS, Desk, address_of, approved_text
from tests.web.console import Console
from tests.world import DRAFT, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

MORE = " Enjoy it!"


def test_a_whole_round_by_keyboard(desk: Desk, world: World) -> None:
    first, second = world.item(), world.item()
    page = desk.page
    desk.sign_in(address_of(world.person(Role.MANAGER)))
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(f"#row-{second.id}")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(f"#row-{first.id}")).to_be_focused()
    page.keyboard.press("Enter")
    desk.expect_item(first.id)

    desk.press("e")
    page.keyboard.type(MORE)
    expect(page.locator("#own-note")).to_be_visible()
    page.keyboard.press("Escape")
    desk.press("a")
    desk.expect_item(second.id)
    desk.expect_toast("Approved. Sending in")
    assert approved_text(world, first) == DRAFT + MORE

    desk.press("u")
    desk.expect_item(first.id)
    expect(page.locator("#text")).to_have_value(DRAFT + MORE)
    assert world.reload(first).status == "pending"
    desk.press("a")
    desk.expect_item(second.id)


def test_a_second_round_by_keyboard(desk: Desk, world: World) -> None:
    first, second, third, fourth = (world.item() for _ in range(4))
    page = desk.page
    desk.sign_in(address_of(world.person(Role.MANAGER)), path=f"/queue/{second.id}")
    desk.press("j")
    desk.expect_item(third.id)
    assert world.reload(second).claimed_by is None
    desk.press("k")
    desk.expect_item(second.id)
    desk.press("r", "2", "Enter")
    desk.expect_item(third.id)
    desk.expect_toast("Rejected.")
    assert world.reload(second).status == "rejected"

    desk.press("x")
    page.keyboard.type("not sure")
    page.keyboard.press("Enter")
    desk.expect_item(fourth.id)
    assert world.reload(third).status == "escalated"

    desk.press("d")
    page.keyboard.type("shorter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A new draft is being written.")).to_be_visible()
    assert world.reload(fourth).is_redrafting

    desk.press("q")
    expect(page.locator("#rows .row")).to_have_count(2)
    expect(page.locator(f"#row-{first.id}")).to_be_visible()
    expect(page).to_have_url(f"{desk.address}/queue")


def test_to_find_a_finding_fine_approves_nothing(desk: Desk, world: World) -> None:
    doubt = Finding(rule="draft.unsure_template", severity=Severity.WARN, explanation="Look.", concern=Concern.MESSAGE)
    item = world.item(doubts=(doubt,))
    desk.sign_in(address_of(world.person(Role.MANAGER)), path=f"/queue/{item.id}")
    desk.page.locator("#approve").focus()
    desk.press("f")
    expect(desk.page.locator(".checks")).to_contain_text("manager")
    now = world.reload(item)
    assert (now.status, [given.rule for given in now.confirmed.given]) == ("pending", ["draft.unsure_template"])


def test_a_key_pressed_twice_does_not_approve_what_nobody_has_read(desk: Desk, world: World) -> None:
    first, second = world.item(), world.item()
    desk.sign_in(address_of(world.person()), path=f"/queue/{first.id}")
    desk.expect_item(first.id)
    again = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', bubbles: true}))"
    as_it_opens = f"event => {{ if (event.detail.elt.id === 'main') {again} }}"
    desk.page.evaluate(f"document.addEventListener('htmx:load', {as_it_opens})")
    desk.press("a")
    desk.page.keyboard.press("a")
    desk.expect_item(second.id)
    desk.page.wait_for_timeout(LOOK_MS)
    desk.expect_item(second.id)
    assert world.reload(first).status == "approved"
    assert world.reload(second).status == "pending"


def test_a_new_item_arrives_by_itself_and_the_place_in_the_list_stays(desk: Desk, world: World) -> None:
    old = world.item()
    page = desk.page
    desk.sign_in(address_of(world.person()))
    page.keyboard.press("j")
    expect(page.locator(f"#row-{old.id}")).to_be_focused()
    desk.expect_live()
    urgent = world.item(triage=triage("my solicitor will write to you"))
    expect(page.locator("#rows .row").first).to_have_id(f"row-{urgent.id}")
    expect(page.locator(f"#row-{old.id}")).to_be_focused()
    expect(page.locator("#tabs [aria-current] .count")).to_have_text("2")
    page.keyboard.press("k")
    expect(page.locator(f"#row-{urgent.id}")).to_be_focused()


def test_findings_appear_while_one_types_and_approving_waits_for_the_person(desk: Desk, world: World) -> None:
    item = world.item()
    page = desk.page
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.press("e")
    page.keyboard.press("Control+a")
    text = "Hi Tom! 🎄👩‍👧 Dear customer, we ship to 99 countries."
    page.keyboard.type(text)
    expect(page.locator("#check mark.block", has_text="Dear customer")).to_be_visible()
    expect(page.locator("#counter")).to_contain_text(f"{len(text.encode('utf-16-le')) // 2} /")
    approve = page.locator("#approve")
    expect(approve).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    desk.press("a")
    desk.expect_toast("Mend the marked places, or tick the box")
    page.get_by_role("button", name="Show in the editor").first.click()
    selected = "(area => area.value.slice(area.selectionStart, area.selectionEnd))(document.querySelector('#text'))"
    assert page.evaluate(selected) == "Dear customer"
    page.locator("#accept").check()
    expect(approve).to_have_attribute("aria-disabled", "false")
    approve.click()
    desk.expect_toast("Approved.")
    assert approved_text(world, item) == text


def test_a_conflict_keeps_what_was_typed(desk: Desk, world: World, console: Console) -> None:
    item = world.item()
    page = desk.page
    desk.sign_in(address_of(world.person(Role.LEAD)), path=f"/queue/{item.id}")
    desk.expect_live()
    desk.press("e")
    page.keyboard.type(MORE)
    world.clock.advance(minutes=11)  # the claim has run out
    console.sign_in()
    assert console.act(world.reload(item), "escalate", note="rather you").status_code == 303
    expect(page.locator("#moved")).to_contain_text("This item has changed.")
    expect(page.locator("#text")).to_have_value(DRAFT + MORE)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#problem")).to_contain_text("The item has moved on since you saw it.")
    expect(page.locator("#text")).to_have_value(DRAFT + MORE)
    expect(page).to_have_url(f"{desk.address}/queue/{item.id}?tab=todo")  # a lead's own first tab is another
    desk.press("a")
    desk.expect_toast("Approved.")
    assert approved_text(world, item) == DRAFT + MORE


def test_a_new_draft_appears_by_itself(desk: Desk, world: World) -> None:
    item = world.item()
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.expect_live()
    desk.press("d")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_text("A new draft is being written.")).to_be_visible()
    with world.database.writing() as session:
        asked = session.get(ReviewItem, item.id)
        assert asked is not None
        proposal = world.proposal(draft=f"Hello! {DRAFT}")
        assert replace_proposal(session, asked, proposal, redraft_attempt=1, now=world.clock.now())
    expect(desk.page.locator("#text")).to_have_value(f"Hello! {DRAFT}")


def test_what_was_typed_is_there_again_after_leaving(desk: Desk, world: World) -> None:
    item, other = world.item(), world.item()
    page = desk.page
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.press("e")
    page.keyboard.type(MORE)
    page.keyboard.press("Escape")
    desk.press("j")
    desk.expect_item(other.id)
    desk.press("k")
    desk.expect_item(item.id)
    expect(page.locator("#text")).to_have_value(DRAFT + MORE)
    page.get_by_role("button", name="Back to the draft").click()
    expect(page.locator("#text")).to_have_value(DRAFT)


def test_an_agent_is_told_why_a_key_does_nothing(desk: Desk, world: World) -> None:
    item = world.item(triage=triage("my solicitor will write to you"))
    desk.sign_in(address_of(world.person(Role.AGENT)), path=f"/queue/{item.id}")
    desk.press("a")
    desk.expect_toast("This item is of high risk")
    assert world.reload(item).status == "pending"


def test_closing_the_page_gives_the_item_back(desk: Desk, world: World) -> None:
    item = world.item()
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.expect_item(item.id)
    assert world.reload(item).claimed_by is not None
    desk.open("/queue?tab=all")
    expect(desk.page.locator(f"#row-{item.id}")).to_be_visible()
    for _ in range(50):
        if world.reload(item).claimed_by is None:
            break
        desk.page.wait_for_timeout(100)
    assert world.reload(item).claimed_by is None


def test_the_help_lists_the_keys(desk: Desk, world: World) -> None:
    desk.sign_in(address_of(world.person()))
    desk.page.keyboard.press("?")
    expect(desk.page.locator("#help")).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator("#help")).to_be_hidden()


def test_a_lost_connection_is_said_and_nothing_is_lost(desk: Desk, world: World) -> None:
    item = world.item()
    page = desk.page
    desk.sign_in(address_of(world.person()), path=f"/queue/{item.id}")
    desk.press("e")
    page.keyboard.type(MORE)
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    desk.press("a")
    desk.expect_toast("No connection to the server.")
    expect(page.locator("#text")).to_have_value(DRAFT + MORE)
    page.context.set_offline(False)
    desk.press("a")
    desk.expect_toast("Approved.")


def test_a_list_that_renews_itself_does_not_get_in_the_way_of_a_click(desk: Desk, world: World) -> None:
    item = world.item()
    page = desk.page
    desk.sign_in(address_of(world.person()))
    desk.expect_live()

    def renew_first(route: Route) -> None:
        page.evaluate("document.querySelector('#rows').outerHTML = '<ol id=rows></ol>'")
        route.continue_()

    page.route(f"**/queue/{item.id}", renew_first)
    page.locator(f"#row-{item.id}").click()
    desk.expect_item(item.id)
    expect(page.locator("main")).to_have_count(1)


def test_drafts_arrive_one_by_one_and_the_progress_with_them(desk: Desk, world: World) -> None:
    for _ in range(2):
        world.message()
    desk.sign_in(address_of(world.person()))
    desk.expect_live()
    expect(desk.page.locator("#drafting")).to_have_text("0 of 2 drafted")
    item = world.item()
    expect(desk.page.locator(f"#row-{item.id}")).to_be_visible()
    expect(desk.page.locator("#drafting")).to_have_text("1 of 3 drafted")
    assert desk.complaints == []
