"""The console on a small world, without a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page

from replyassist.app import build_parts, create_app
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.web.chromium import DESK, Desk, launched, served
from tests.web.console import Console
from tests.world import World


@contextmanager
def application(world: World, **settings: Any) -> Iterator[FastAPI]:
    """The whole application; jobs are listed and not run."""
    parts = build_parts(
        world.settings.model_copy(update={"database_url": world.database.url} | settings),
        model=FakeChatModel([]),
        encoder=FakeEncoder(),
        clock=world.clock,
        jobs=world.jobs,
        upgrade=False,
    )
    with closing(parts):
        yield create_app(parts=parts)


@pytest.fixture
def app(world: World) -> Iterator[FastAPI]:
    """The application as the world's settings have it."""
    with application(world) as app:
        yield app


@pytest.fixture
def browser(world: World, app: FastAPI) -> Callable[[], Console]:
    """Opens another browser, with cookies of its own."""
    return lambda: Console(world, TestClient(app, raise_server_exceptions=False))


@pytest.fixture
def console(browser: Callable[[], Console]) -> Console:
    """A browser."""
    return browser()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for a file of tests: while it runs, nothing else in this thread may run an event loop."""
    with launched() as browser:
        yield browser


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """Where the application is served."""
    with served(app) as address:
        yield address


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A window of its own, without cookies."""
    context = chromium.new_context(viewport=DESK)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(page: Page, address: str) -> Iterator[Desk]:
    """A person at that window; the browser must have nothing to complain of in the end."""
    desk = Desk.at(page, address)
    yield desk
    assert desk.complaints == []
