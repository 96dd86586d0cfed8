"""Two people, one item, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from replyassist.core.accounts import Principal
from replyassist.core.security import Role
from tests.web.chromium import DESK, Desk, address_of
from tests.world import DRAFT, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

MORE = " Enjoy it!"


@pytest.fixture
def sit_down(chromium: Browser, address: str) -> Iterator[Callable[[Principal, str], Desk]]:
    """Somebody signs in at a window of their own; no browser may have anything to complain of in the end."""
    desks: list[Desk] = []

    def at(who: Principal, path: str) -> Desk:
        desk = Desk.at(chromium.new_context(viewport=DESK).new_page(), address)
        desks.append(desk)
        desk.sign_in(address_of(who), path=path)
        desk.expect_live()
        return desk

    yield at
    for desk in desks:
        desk.page.context.close()
    assert [complaint for desk in desks for complaint in desk.complaints] == []


def test_who_is_taken_over_is_told_at_once_and_keeps_what_they_typed(
    world: World, sit_down: Callable[[Principal, str], Desk]
) -> None:
    item, lead, agent = world.item(), world.person(Role.LEAD), world.person(Role.AGENT)
    path = f"/queue/{item.id}"
    agents = sit_down(agent, path)
    agents.press("e")
    agents.page.keyboard.type(MORE)
    leads = sit_down(lead, path)
    expect(leads.page.get_by_text(f"{agent.name} is working on this item.")).to_be_visible()
    leads.press("g")
    expect(leads.page.locator("#text")).to_be_editable()
    expect(agents.page.locator("#moved")).to_contain_text(f"{lead.name} took it over")
    expect(agents.page.locator("#text")).to_have_value(DRAFT + MORE)
    agents.page.locator("#show-change").click()
    expect(agents.page.get_by_text(f"{lead.name} is working on this item.")).to_be_visible()
    expect(agents.page.locator("#kept-note")).to_be_visible()
    agents.page.locator("#bring-back").click()
    expect(agents.page.locator("#text")).to_have_value(DRAFT + MORE)

    leads.press("a")
    leads.expect_toast("Approved.")
    agents.page.locator("#show-change").click()
    expect(agents.page.locator("#kept-text")).to_contain_text(DRAFT + MORE)


def test_a_freed_claim_is_seen_at_once_in_the_queue_and_on_the_item(
    world: World, sit_down: Callable[[Principal, str], Desk]
) -> None:
    item, agent = world.item(), world.person(Role.AGENT)
    holder = sit_down(agent, f"/queue/{item.id}")
    queue = sit_down(world.person(Role.MANAGER), "/queue")
    row = queue.page.locator(f"#row-{item.id}")
    expect(row).to_contain_text(f"{agent.name} is on it")
    waiting = sit_down(world.person(Role.MANAGER), f"/queue/{item.id}")
    expect(waiting.page.locator("#text")).not_to_be_editable()
    holder.open("/mentions")
    expect(row).not_to_contain_text(f"{agent.name} is on it")
    expect(waiting.page.locator("#text")).to_be_editable()


def test_who_looks_and_what_they_note_is_seen_at_once(world: World, sit_down: Callable[[Principal, str], Desk]) -> None:
    item, agent, lead = world.item(), world.person(Role.AGENT), world.person(Role.LEAD)
    one = sit_down(agent, f"/queue/{item.id}")
    other = sit_down(lead, f"/queue/{item.id}")
    expect(one.page.locator("#lookers")).to_contain_text(f"Also here: {lead.name}")
    one.press("e")
    one.page.keyboard.type(MORE)
    one.page.keyboard.press("Escape")
    one.press("m")
    one.page.keyboard.type("is this so, ")
    one.page.locator("summary", has_text="Name somebody").click()
    one.page.get_by_role("button", name=f"@{lead.name.replace(' ', '.')}").click()
    one.page.keyboard.press("Control+Enter")
    expect(one.page.locator("#notes")).to_contain_text("is this so,")
    expect(one.page.locator("#note-text")).to_have_value("")
    expect(one.page.locator("#text")).to_have_value(DRAFT + MORE)
    expect(other.page.locator("#notes")).to_contain_text("is this so,")
    expect(other.page.locator("#mention-count")).to_have_text("1")
    other.press("q")
    expect(one.page.locator("#lookers")).to_have_text("")


def test_an_item_is_put_aside_handed_back_and_undone_by_keyboard(
    world: World, sit_down: Callable[[Principal, str], Desk]
) -> None:
    item, other = world.item(), world.item()
    lead = world.person(Role.LEAD)
    desk = sit_down(lead, f"/queue/{item.id}")
    desk.press("z", "2")
    desk.expect_toast("Put aside.")
    assert world.reload(item).snoozed_until is not None
    desk.press("u")
    desk.expect_item(item.id)
    assert world.reload(item).snoozed_until is None
    desk.press("o")
    desk.page.locator("#assign-to").select_option(label=lead.name)
    desk.page.get_by_role("button", name="Assign", exact=True).last.click()
    expect(desk.page.locator("summary", has_text=lead.name)).to_be_visible()
    desk.press("x")
    desk.page.keyboard.type("not sure")
    desk.page.keyboard.press("Enter")
    desk.expect_toast("Escalated.")
    desk.expect_item(other.id)
    desk.open(f"/queue/{item.id}")
    desk.press("h")
    desk.page.keyboard.type("yes, we may")
    desk.page.keyboard.press("Enter")
    desk.expect_toast("Handed back to the queue.")
    assert world.reload(item).status == "pending"
    desk.press("u")
    desk.expect_item(item.id)
    assert world.reload(item).status == "escalated"
