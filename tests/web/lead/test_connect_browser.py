"""A lead connects an account in a real browser, reads what works, and disconnects it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from replyassist.channels.registry import known_too
from replyassist.core.security import Role
from replyassist.testing import FakePeer, fake_adapter
from replyassist.testing.platform import TOKEN
from tests.channels.peers.mail import PASSWORD, USER, imap_server, provider
from tests.channels.peers.processes import mastodon
from tests.channels.test_mastodon import OURS
from tests.web.chromium import DESK, PHONE, Desk, address_of
from tests.world import BRAND, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
CONTRAST = (Path(__file__).parents[1] / "contrast.js").read_text(encoding="utf-8")
CONNECT = f"/channels/{BRAND}/connect"


@pytest.fixture(autouse=True)
def fake(world: World) -> Iterator[None]:
    with known_too(fake_adapter(FakePeer(world.clock.now))):
        yield


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_lead_connects_an_account_and_disconnects_it(world: World, desk: Desk) -> None:
    page = desk.page
    desk.sign_in(address_of(world.person(Role.LEAD)), path="/channels")
    page.get_by_role("link", name="Connect an account").click()
    page.get_by_role("link", name="Fake").click()
    page.get_by_label("Token").fill("another token")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#tried")).to_contain_text("the token is wrong")
    expect(page.get_by_label("Token")).to_have_value("another token")  # only the part with the checks was renewed
    shot(page, "tried")
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#tried")).to_contain_text("All of it works")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("@us")
    expect(page.get_by_label("Copy this address")).to_have_value(re.compile(rf"^http.*/v1/hooks/{BRAND}/fake$"))
    page.get_by_role("button", name="Try it now").click()
    expect(page.locator("#tried")).to_contain_text("as us")
    page.get_by_text("Disconnect this account").click()
    expect(page.get_by_text("None is waiting now.")).to_be_visible()
    shot(page, "account")
    page.get_by_role("button", name="Yes, disconnect @us").click()
    expect(page.get_by_role("status").first).to_contain_text("Disconnected.")
    assert [(each.status, each.sealed) for each in world.connections.health()] == [("disconnected", "")]


def test_a_lead_connects_a_mailbox(world: World, desk: Desk) -> None:
    page = desk.page
    with imap_server() as port, provider(port) as mail:
        peer = mail.imap()
        peer.create("Sent")
        peer.logout()
        desk.sign_in(address_of(world.person(Role.LEAD)), path="/channels")
        page.get_by_role("link", name="Connect an account").click()
        page.get_by_role("link", name="E-mail").click()
        for label, value in {
            "Address": "help@fernhill.example",
            "Password": "forgotten",
            "IMAP server": f"127.0.0.1:{mail.imap_port}",
            "SMTP server": f"127.0.0.1:{mail.smtp_port}",
            "User name (optional)": USER,
            "Folder of sent mail (optional)": "Sent",
        }.items():
            page.get_by_label(label, exact=True).fill(value)
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#tried")).to_contain_text("This does not work yet")
        shot(page, "mailbox-tried")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Connect", exact=True).click()
        expect(page.get_by_role("status").first).to_contain_text("Signing in was tried just now, and works.")
        shot(page, "mailbox")
        page.get_by_text("Disconnect this account").click()
        page.get_by_role("button", name="Yes, disconnect").click()
        expect(page.get_by_role("status").first).to_contain_text("Disconnected.")
    assert [(each.status, each.sealed) for each in world.connections.health()] == [("disconnected", "")]


def test_a_lead_connects_a_mastodon_account_and_learns_what_was_wrong(world: World, desk: Desk) -> None:
    page = desk.page
    with mastodon() as server:
        desk.sign_in(address_of(world.person(Role.LEAD)), path="/channels")
        page.get_by_role("link", name="Connect an account").click()
        page.get_by_role("link", name="Mastodon").click()
        shot(page, "mastodon-empty")
        page.get_by_role("button", name="Connect", exact=True).click()
        expect(page.get_by_label("Server")).to_be_focused()  # the browser says that it is missing
        page.get_by_label("Server").fill(server.replace("http:", "ftp:"))
        page.get_by_label("Access token").fill("forgotten")
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#tried")).to_contain_text("the server is an address that begins with https://")
        page.get_by_label("Server").fill(f"{server}/@ada")  # as copied from the browser
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#tried")).not_to_contain_text("the server is an address")
        expect(page.locator("#tried")).to_contain_text("This does not work yet")
        shot(page, "mastodon-tried")
        page.get_by_label("Access token").fill(OURS)
        page.get_by_role("button", name="Connect", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("@ada@127.0.0.1")
        expect(page.get_by_role("status").first).to_contain_text("Signing in was tried just now, and works.")
        shot(page, "mastodon")
        page.get_by_role("button", name="Try it now").click()
        expect(page.locator("#tried")).to_contain_text("as @ada@127.0.0.1")
        page.get_by_role("link", name="Channels").first.click()
        expect(page.get_by_role("main")).to_contain_text("@ada@127.0.0.1")
        shot(page, "mastodon-channels")
    (connection,) = world.connections.health()
    assert (connection.platform, connection.status, OURS in connection.sealed) == ("mastodon", "working", False)


def test_the_pages_fit_a_telephone_and_are_readable(world: World, desk: Desk) -> None:
    page = desk.page
    world.connect("fake", "instagram", token=TOKEN)
    here = {"external_id": "dm-1", "visibility": "private", "parent_text": None}
    item = world.item(message={"conversation": here, "posted_at": world.clock.now().isoformat()})
    world.clock.advance(seconds=timedelta(hours=22, minutes=20).total_seconds())
    desk.sign_in(address_of(world.person(Role.LEAD)))
    account = f"/channels/{BRAND}/accounts/instagram"
    paths = ("/channels", CONNECT, f"{CONNECT}?platform=webhook", account, "/queue", f"/queue/{item.id}")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            for number, path in enumerate(paths):
                desk.open(path)
                if path == account:
                    page.get_by_text("Disconnect this account").click()
                shot(page, f"{scheme}-{size['width']}-{number}")
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
                assert page.evaluate(CONTRAST) == [], path
