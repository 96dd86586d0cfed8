"""A real browser in front of a real server."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from replyassist.core.accounts import Principal
from replyassist.review.models import Approval, ReviewItem
from tests.browser import FLAGS
from tests.world import PASSWORD, World

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
LOOK_MS = 600  # a little longer than the console wants an item to be looked at
PATIENCE_MS = 20_000
# What the browser and htmx log when a request is refused, replaced by a newer one, or finds no server.
EXPECTED = (
    "Failed to load resource",
    "Response Status Error Code 4",
    "htmx:afterRequest",
    "htmx:sendAbort",
    "htmx:sendError",
    "htmx:oobErrorNoTarget",  # what is new of a list that was left meanwhile has no place
    "htmx:sseError",
)

expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium: the one that REPLYASSIST_CHROMIUM names, one on the PATH, or Playwright's own."""
    path = os.environ.get("REPLYASSIST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path, args=FLAGS) as browser:
        yield browser


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of a server that runs in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.started
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            assert not thread.is_alive()


@dataclass
class Desk:
    """One person at one browser window. ``complaints`` is what the browser has against the page."""

    page: Page
    address: str
    complaints: list[str]

    @classmethod
    def at(cls, page: Page, address: str) -> Desk:
        """Sit down, and note what the browser complains of."""
        desk = cls(page, address, [])
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        page.on("console", desk._note)
        return desk

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.complaints.append(message.text)

    def sign_in(self, email: str, *, path: str = "/queue") -> None:
        """Sign in by keyboard alone."""
        self.page.goto(f"{self.address}{path}")
        expect(self.page.locator("#email")).to_be_focused()
        self.page.keyboard.type(email)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.address}{path}")

    def expect_live(self) -> None:
        """Changes arrive from now on."""
        expect(self.page.locator("#live-state")).to_have_attribute("data-state", "on")

    def open(self, path: str) -> None:
        """Load a page."""
        self.page.goto(f"{self.address}{path}")

    def press(self, *keys: str) -> None:
        """Press keys as somebody does who has looked at the page."""
        for key in keys:
            self.page.wait_for_timeout(LOOK_MS)
            self.page.keyboard.press(key)

    def expect_item(self, item_id: int | None) -> None:
        """The page of this item is open."""
        expect(self.page.locator("#main")).to_have_attribute("data-item", str(item_id))

    def expect_toast(self, text: str) -> None:
        """A message with this text is shown."""
        expect(self.page.locator(".toast")).to_contain_text(text)


def address_of(person: Principal) -> str:
    """The address that the world gives to a person: their name without the space."""
    return f"{person.name.replace(' ', '')}@test.example"


def approved_text(world: World, item: ReviewItem) -> str | None:
    """The text of the approval that is in force."""
    with world.database.reading() as session:
        found = session.get(Approval, world.reload(item).approval_id or 0)
        return found.text if found else None
