"""The queue in a real browser: keyboard, choosing rows, loading on, live changes, one's place, and dense rows."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import APIResponse, Error, Page, Route, expect

from replyassist.core.security import Role
from replyassist.review.models import ReviewItem
from replyassist.triage import triage
from replyassist.web.queue_pages import ROWS
from tests.web.chromium import Desk, address_of
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

DENSE_ROWS = 14  # on a screen of 900 pixels


def some(world: World, count: int) -> list[ReviewItem]:
    return [world.item() for _ in range(count)]


def box(page: Page, item: ReviewItem) -> str:
    return f"#line-{item.id} .pick input"


def test_j_goes_on_past_the_last_row_that_was_loaded(desk: Desk, world: World) -> None:
    items = some(world, ROWS + 4)
    page = desk.page
    desk.sign_in(address_of(world.person()))
    for _ in range(ROWS):
        page.keyboard.press("j")
    expect(page.locator(f"#row-{items[ROWS - 1].id}")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(f"#row-{items[ROWS].id}")).to_be_focused()
    expect(page.locator("#rows .queue-line")).to_have_count(ROWS + 4)
    page.keyboard.press("k")
    expect(page.locator(f"#row-{items[ROWS - 1].id}")).to_be_focused()


def test_rows_are_chosen_by_key_and_rejected_together_and_that_is_undone(desk: Desk, world: World) -> None:
    first, second, third = some(world, 3)
    page = desk.page
    desk.sign_in(address_of(world.person()))
    expect(page.locator(".bulk-acts")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#picked")).to_have_text("2 selected")
    page.locator(".bulk-acts button[value=no_reply]").click()
    desk.expect_toast("2 rejected: no reply needed.")
    expect(page.locator("#rows .queue-line")).to_have_count(1)
    assert [world.reload(item).status for item in (first, second, third)] == ["rejected", "pending", "rejected"]
    desk.press("u")
    expect(page.locator("#rows .queue-line")).to_have_count(3)
    assert world.reload(first).status == "pending"


def test_news_for_a_list_that_was_replaced_meanwhile_are_not_added_to_the_new_one(desk: Desk, world: World) -> None:
    first = some(world, 1)[0]
    page = desk.page
    desk.sign_in(address_of(world.person()))
    desk.expect_live()
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/queue/changes*", lambda route: held.append((route, route.fetch())))
    some(world, 2)
    page.evaluate("htmx.trigger('#live', 'sse:review')")
    for _ in range(400):
        if held:
            break
        page.wait_for_timeout(50)
    page.locator("#tabs a[aria-current]").click()
    expect(page.locator("#rows .queue-line")).to_have_count(3)
    for route, answer in held:
        with suppress(Error):  # the page has given it up
            route.fulfill(response=answer)
    page.wait_for_timeout(500)
    expect(page.locator("#rows .queue-line")).to_have_count(3)
    expect(page.locator(f"#line-{first.id}")).to_have_count(1)


def test_shift_chooses_a_range_and_escape_lets_go(desk: Desk, world: World) -> None:
    items = some(world, 5)
    page = desk.page
    desk.sign_in(address_of(world.person()))
    page.locator(box(page, items[1])).click()
    page.locator(box(page, items[3])).click(modifiers=["Shift"])
    expect(page.locator("#picked")).to_have_text("3 selected")
    page.locator("h1").evaluate("heading => heading.focus()")
    page.keyboard.press("Escape")
    expect(page.locator("#picked")).to_be_hidden()


def test_changes_come_row_by_row_and_leave_focus_choice_and_scroll_alone(desk: Desk, world: World) -> None:
    items = some(world, 25)
    page = desk.page
    desk.sign_in(address_of(world.person()))
    desk.expect_live()
    page.locator(box(page, items[20])).check()
    page.locator(f"#row-{items[20].id}").focus()
    page.evaluate("document.querySelectorAll('#rows .queue-line').forEach(line => { line.kept = true; })")
    before = page.locator(f"#row-{items[20].id}").bounding_box()
    urgent = world.item(triage=triage("my solicitor will write to you"))
    expect(page.locator("#rows .queue-line").first).to_have_id(f"line-{urgent.id}")
    world.edit(world.key(items[2]), "and to Sweden?")
    expect(page.locator(f"#row-{items[2].id}")).to_contain_text("and to Sweden?")
    expect(page.locator(f"#row-{items[20].id}")).to_be_focused()
    expect(page.locator(box(page, items[20]))).to_be_checked()
    after = page.locator(f"#row-{items[20].id}").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2, "what somebody reads stays where it is"
    kept = page.evaluate("[...document.querySelectorAll('#rows .queue-line')].filter(line => line.kept).length")
    assert kept == 24, "rows that did not change are the same elements as before"
    expect(page.locator("#tabs [aria-current] .count")).to_have_text("26")


def test_filters_rows_and_place_are_there_again_after_an_act(desk: Desk, world: World) -> None:
    items = some(world, ROWS + 8)
    page = desk.page
    desk.sign_in(address_of(world.person()))
    page.locator("#filters summary").click()
    page.locator("#filters [name=verdict]").select_option("ready")
    expect(page).to_have_url(
        f"{desk.address}/queue?tab=todo&q=&sort=&alike=&channel=&visibility=&kind=&risk=&verdict=ready"
        "&template=&language=&assignee=&age="
    )
    page.locator("#more a").click()
    expect(page.locator("#rows .queue-line")).to_have_count(ROWS + 8)
    page.locator(f"#row-{items[ROWS + 3].id}").focus()
    page.keyboard.press("Enter")
    desk.expect_item(items[ROWS + 3].id)
    desk.press("r", "2", "Enter")
    desk.expect_item(items[ROWS + 4].id)
    desk.press("u")
    desk.expect_item(items[ROWS + 3].id)
    desk.press("r", "2", "Enter")
    desk.expect_item(items[ROWS + 4].id)
    desk.press("q")
    expect(page.locator("#rows .queue-line")).to_have_count(ROWS + 7)
    expect(page.locator(f"#row-{items[ROWS + 4].id}")).to_be_focused()
    expect(page.locator(f"#row-{items[ROWS + 4].id}")).to_be_in_viewport()
    expect(page.locator("#filters [name=verdict]")).to_have_value("ready")
    top = page.evaluate("window.scrollY")
    newest = world.item()
    expect(page.locator(f"#row-{newest.id}")).to_be_attached()
    expect(page.locator(f"#row-{items[ROWS + 4].id}")).to_be_focused()
    assert page.evaluate("window.scrollY") == top


def test_an_act_is_not_lost_while_a_live_request_waits_for_its_answer(desk: Desk, world: World) -> None:
    some(world, 2)
    page = desk.page
    page.route("**/queue/changes?*", lambda _route: None)
    with page.expect_request("**/queue/changes?*"):
        desk.sign_in(address_of(world.person()))
    page.locator("#filters summary").click()
    page.locator("#filters [name=verdict]").select_option("ready")
    expect(page.get_by_role("link", name="Clear")).to_be_visible()


def test_fourteen_dense_rows_stand_on_a_small_screen(desk: Desk, world: World) -> None:
    some(world, 20)
    page = desk.page
    desk.sign_in(address_of(world.person()))
    page.get_by_role("button", name="Dense rows").click()
    expect(page.locator("main.dense")).to_be_visible()
    height = page.evaluate("window.innerHeight")
    assert height == 900
    bottoms = page.evaluate(
        "[...document.querySelectorAll('#rows .queue-line')].map(row => row.getBoundingClientRect().bottom)"
    )
    assert sum(bottom <= height for bottom in bottoms) >= DENSE_ROWS


def test_searching_by_key(desk: Desk, world: World) -> None:
    item = world.item(message={"text": "Where is order FH-4711?"})
    some(world, 2)
    page = desk.page
    desk.sign_in(address_of(world.person(Role.MANAGER)))
    page.keyboard.press("/")
    page.keyboard.type("4711")
    page.keyboard.press("Enter")
    expect(page.locator("#rows .queue-line")).to_have_count(1)
    expect(page.locator(f"#row-{item.id}")).to_be_visible()
