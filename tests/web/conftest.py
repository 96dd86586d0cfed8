"""The console on a small world, without a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from replyassist.app import build_parts, create_app
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.web.console import Console
from tests.world import World


@pytest.fixture
def app(world: World) -> Iterator[FastAPI]:
    """The whole application; jobs are listed and not run."""
    parts = build_parts(
        world.settings.model_copy(update={"database_url": world.database.url}),
        model=FakeChatModel([]),
        encoder=FakeEncoder(),
        clock=world.clock,
        jobs=world.jobs,
        upgrade=False,
    )
    yield create_app(parts=parts)
    parts.close()


@pytest.fixture
def browser(world: World, app: FastAPI) -> Callable[[], Console]:
    """Opens another browser, with cookies of its own."""
    return lambda: Console(world, TestClient(app, raise_server_exceptions=False))


@pytest.fixture
def console(browser: Callable[[], Console]) -> Console:
    """A browser."""
    return browser()
