"""Forty people ask the same: cleared on one page, in a real browser, with every text shown."""

from __future__ import annotations

import sys
import time

import pytest
from playwright.sync_api import Page, expect

from replyassist.review.models import ReviewItem
from tests.review.test_clusters import approvals
from tests.web.chromium import LOOK_MS, PHONE, Desk, address_of
from tests.world import LATER, World, alike

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

PEOPLE = 40
SECONDS = 60
A_GLANCE_MS = 450  # between two keys of somebody who reads what is new on the screen


def comment_under(world: World, item: ReviewItem) -> None:
    """Somebody answers this comment, so that its item is another than it was."""
    world.message(
        text="anybody?",
        author={"external_id": "x", "handle": "x", "name": "X"},
        in_reply_to=world.key(item),
        posted_at=LATER,
        conversation={"external_id": "post-77", "visibility": "public"},
    )


def walk(page: Page, *, most: int = 2 * PEOPLE) -> int:
    """Press J until everything has been on the screen; how often that was."""
    pressed = 0
    while page.locator("#approve-all").get_attribute("aria-disabled") == "true" and pressed < most:
        page.keyboard.press("j")
        page.wait_for_timeout(A_GLANCE_MS)
        pressed += 1
    return pressed


def test_forty_are_cleared_within_a_minute_with_all_texts_shown(
    desk: Desk, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    items, page = alike(world, PEOPLE), desk.page
    desk.sign_in(address_of(world.person()))
    expect(page.locator("#rows .row")).to_have_count(1)
    expect(page.locator("#rows .row .author")).to_have_text(f"{PEOPLE} people ask this")
    since, keys = time.monotonic(), 0
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".member")).to_have_count(PEOPLE)
    for item in items:
        expect(page.locator(f"#member-{item.id} .reply-text")).to_have_text(item.draft)
    keys += 2

    for _ in range(3):
        page.keyboard.press("j")
    out = items[2]
    expect(page.locator(f"#member-{out.id}")).to_be_focused()
    page.keyboard.press("t")
    expect(page.locator(".member")).to_have_count(PEOPLE - 1)
    expect(page.locator(f"#member-{items[3].id}")).to_be_focused()
    page.keyboard.press("t")
    expect(page.locator(".member")).to_have_count(PEOPLE - 2)
    keys += 5

    desk.press("a")
    desk.expect_toast("seen")
    assert approvals(world) == [], "nothing is approved before it was on the screen"
    keys += 1 + walk(page)
    expect(page.locator("#seen-state")).to_have_text(f"All {PEOPLE - 2} seen")
    changed = items[10]
    comment_under(world, changed)
    desk.press("a")
    expect(page.locator(".notice.warn")).to_contain_text(f"{changed.author}: you saw version 1")
    desk.expect_toast(f"{PEOPLE - 3} approved. Sending in")
    expect(page.locator(".member")).to_have_count(1)
    keys += 1 + walk(page)
    desk.press("a")
    page.wait_for_url(f"{desk.address}/queue?**")
    seconds, keys = time.monotonic() - since, keys + 1
    with capsys.disabled():
        sys.stdout.write(f"\n{PEOPLE} people: {keys} keys, {seconds:.0f} s; two taken out, one changed meanwhile\n")

    assert seconds < SECONDS
    assert {found.review_item_id for found in approvals(world)} == {item.id for item in items} - {out.id, items[3].id}
    expect(page.locator("#rows .row")).to_have_count(2)
    assert {world.reload(item).status for item in (out, items[3])} == {"pending"}


def test_all_of_it_is_undone_with_one_key(desk: Desk, world: World) -> None:
    items, page = alike(world, 6), desk.page
    desk.sign_in(address_of(world.person()))
    desk.open(f"/queue/cluster/{items[0].cluster_id}")
    walk(page)
    desk.press("a")
    desk.expect_toast("6 approved. Sending in")
    expect(page.locator(".toast-items a")).to_have_count(6)

    desk.press("u")

    expect(page.locator("#rows .row .author")).to_have_text("6 people ask this")
    assert {world.reload(item).status for item in items} == {"pending"}


def test_one_is_edited_in_place_and_has_to_be_seen_again(desk: Desk, world: World) -> None:
    items, page = alike(world, 4), desk.page
    desk.sign_in(address_of(world.person()))
    desk.open(f"/queue/cluster/{items[0].cluster_id}")
    walk(page)
    page.locator(f"#member-{items[1].id}").focus()
    page.keyboard.press("e")
    page.keyboard.press("End")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Enjoy it!")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#member-{items[1].id} .reply-text")).to_have_text(items[1].draft + " Enjoy it!")
    walk(page)
    desk.press("a")
    desk.expect_toast("4 approved")

    texts = {found.review_item_id: found.text for found in approvals(world)}
    assert texts[items[1].id or 0] == items[1].draft + " Enjoy it!"
    assert texts[items[0].id or 0] == items[0].draft


def test_the_page_lets_go_of_what_it_claimed_and_fits_a_phone(desk: Desk, world: World) -> None:
    items, page = alike(world, 3), desk.page
    desk.sign_in(address_of(world.person()))
    page.set_viewport_size(PHONE)
    desk.open(f"/queue/cluster/{items[0].cluster_id}")
    expect(page.locator(".member")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert all(world.reload(item).claimed_by for item in items)
    page.set_viewport_size({"width": 1280, "height": 900})
    desk.press("q")
    expect(page.locator("#rows .row")).to_have_count(1)
    page.wait_for_timeout(LOOK_MS)
    assert not any(world.reload(item).claimed_by for item in items)
