"""A served application with an item in the queue, and tokens for assistants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from mcp_types import CallToolResult

from replyassist.app import build_parts, create_app
from replyassist.core.accounts import Principal
from replyassist.core.security import ASSISTANT_SCOPES, Role
from replyassist.core.settings import Settings
from replyassist.retrieval.fits import calibration_file, save_calibration
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.assistants.clients import calling, over_http
from tests.sureness import sure_of_few
from tests.web.chromium import served
from tests.world import BRAND, World

GOOD = "Hi Tom! Yes, we ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


@pytest.fixture
def settings(world: World) -> Settings:
    """The settings of the application."""
    return world.settings.model_copy(
        update={
            "database_url": world.database.url,
            "abstain_threshold": 0.4,
            "public_url": "https://replies.example",
        }
    )


@pytest.fixture
def app(world: World, settings: Settings) -> Iterator[FastAPI]:
    """The whole application; the chat model always writes the same reply."""
    encoder = FakeEncoder()
    save_calibration(
        sure_of_few(encoder), calibration_file(settings.home, brand_id=BRAND, encoder=encoder.model_digest)
    )
    parts = build_parts(
        settings,
        model=FakeChatModel([GOOD] * 9),
        encoder=encoder,
        clock=world.clock,
        jobs=world.jobs,
        upgrade=False,
    )
    yield create_app(parts=parts)
    parts.close()


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """Where it is served."""
    with served(app) as address:
        yield address


class Assistant:
    """An assistant with a token of somebody."""

    def __init__(self, world: World, address: str, who: Principal, **token: Any) -> None:
        self.world, self.address, self.who = world, address, who
        self.token = world.token(who, **({"scopes": ASSISTANT_SCOPES} | token))

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """Call a tool over HTTP."""
        result: CallToolResult = over_http(self.address, self.token, calling(tool, **arguments))
        return result


@pytest.fixture
def assistant(world: World, address: str) -> Assistant:
    """That of a lead."""
    return Assistant(world, address, world.person(Role.LEAD))
