"""A lead's day in a real browser: edit with lint, restore, try a change, take the audit away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from replyassist.core.security import Role
from replyassist.faq import service
from tests.review.test_decisions import approve
from tests.test_trying import ask
from tests.test_worker import worker
from tests.web.chromium import PHONE, Desk, address_of
from tests.web.lead.test_templates import HERE, stored
from tests.web.test_screens import CONTRAST
from tests.world import BRAND, DRAFT, World, shipping

PAGES = ("/templates", HERE, "/templates/new", f"/voice/{BRAND}", "/channels", "/overview", "/audit")
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


def sit_down(desk: Desk, world: World, path: str = HERE) -> Page:
    desk.sign_in(address_of(world.person(Role.LEAD)), path=path)
    return desk.page


def test_lint_and_preview_follow_the_writer_and_the_text_is_saved(desk: Desk, world: World) -> None:
    page = sit_down(desk, world)
    check = page.locator("#template-check")
    expect(check).to_contain_text("Hi Sam! We ship to 32 countries")
    page.get_by_role("textbox", name="Reply", exact=True).fill(
        "Dear customer, we ship to {{ countries_count }} places in {{ days }} days."
    )
    expect(check).to_contain_text("slots without a fact: days")
    page.get_by_label("Name of fact 2").fill("days")
    page.get_by_label("Value of fact 2").fill("5")
    expect(check).to_contain_text("the reply says 'dear customer'")
    expect(check).to_contain_text("Hi Sam! We ship to 32 places in 5 days.")
    page.get_by_role("textbox", name="Reply", exact=True).fill(
        "We ship to {{ countries_count }} places in {{ days }} days."
    )
    expect(check).not_to_contain_text("dear customer")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved. The next message finds it as it is now.")).to_be_visible()
    assert stored(world).facts == {"countries_count": 32, "days": 5}
    expect(page.locator(".versions li")).to_have_count(2)


def test_an_older_text_is_restored_and_a_template_retired_and_brought_back(desk: Desk, world: World) -> None:
    with world.database.writing() as session:
        service.put_template(session, BRAND, shipping(title="Abroad"), by="Ana", now=world.clock.now())
    page = sit_down(desk, world)
    page.locator(".versions summary").first.click()
    expect(page.locator(".versions del")).to_contain_text("Do you ship")
    page.get_by_role("button", name="Restore this text").click()
    expect(page.locator("h1")).to_have_text("Do you ship abroad?")
    assert stored(world) == shipping()

    page.get_by_text("Take it out of use …").click()
    page.get_by_role("button", name="Yes, take it out of use").click()
    expect(page.get_by_text("no message finds it")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("It is in use again.")).to_be_visible()
    assert stored(world) == shipping()


def test_what_would_change_appears_by_itself_and_goes_live(desk: Desk, world: World) -> None:
    world.item()
    page = sit_down(desk, world)
    page.get_by_label("Questions, as people ask them").fill("can i pick it up")
    page.get_by_label("Title").fill("Pick-up")
    page.get_by_role("button", name="What would change?").click()
    expect(page.locator("#trial-state")).to_contain_text("Waiting for a worker")
    worker(world).trial(*world.jobs.take("trial").arguments)
    expect(page.locator("#trial-state")).to_contain_text("Find another template than now")
    expect(page.locator("#trial-state tbody tr")).to_contain_text("do you ship to Norway??")
    assert stored(world) == shipping()
    page.get_by_role("button", name="Let it go live").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    assert stored(world).title == "Pick-up"


def test_the_audit_is_searched_and_taken_away(desk: Desk, world: World, tmp_path: Path) -> None:
    item = world.item()
    page = sit_down(desk, world, "/audit")
    page.get_by_label("Act").select_option("queued")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("table.audit tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Take away as CSV").click()
    download.value.save_as(tmp_path / "audit.csv")

    header, line = (tmp_path / "audit.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("id,at,brand,item,actor,via,act,")
    assert f",{BRAND},{item.id},pipeline,,queued," in line


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_readable_and_every_control_has_a_name(
    desk: Desk, world: World, scheme: Literal["light", "dark"]
) -> None:
    lead = world.person(Role.LEAD)
    approve(world, lead, world.item(), text=DRAFT + " Bye.")
    trial_id = ask(world, None)
    worker(world).trial(trial_id)
    desk.page.emulate_media(color_scheme=scheme)
    desk.sign_in(address_of(lead), path="/templates")
    for path in (*PAGES, f"/template-trials/{trial_id}"):
        desk.open(path)
        desk.page.evaluate("document.querySelectorAll('main details').forEach(part => (part.open = true))")
        assert desk.page.evaluate(CONTRAST) == [], path


def test_nothing_is_wider_than_a_phone(desk: Desk, world: World) -> None:
    with world.database.writing() as session:
        long = shipping(title="W" * 200, reply="x" * 300, facts={}, valid_until=world.clock.now().date() - timedelta(1))
        service.put_template(session, BRAND, long, by="Ana", now=world.clock.now())
    world.item()
    page = sit_down(desk, world, "/templates")
    page.set_viewport_size(PHONE)
    for path in PAGES:
        desk.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
