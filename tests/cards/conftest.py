"""The desk of the tests of cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from pytest_httpserver import HTTPServer

from replyassist.cards.endpoints import router
from replyassist.core.http import install_error_handlers
from tests.channels.peers.slack import CARDS, SECRET, TEAM, TOKEN, US, SlackPeer
from tests.world import World

from .desk import CONSOLE, Desk


@pytest.fixture
def desk(world: World, httpserver: HTTPServer) -> Iterator[Desk]:
    peer = SlackPeer(world.clock.now)
    httpserver.expect_request(re.compile("/api/.*")).respond_with_handler(peer.serve)
    world.settings = world.settings.model_copy(update={"slack_signing_secret": SecretStr(SECRET)})
    given = {"token": TOKEN, "signing_secret": "", "url": httpserver.url_for("/api"), "cards": CARDS, "team": TEAM}
    world.connect("slack", "slack", account=US, **given)
    app = FastAPI()
    app.state.connections, app.state.jobs, app.state.clock = world.connections, world.jobs, world.clock
    app.state.settings = world.settings.model_copy(update={"public_url": f"{CONSOLE}/"})
    app.state.proposer = SimpleNamespace(entailment=None)
    install_error_handlers(app)
    app.include_router(router)
    with TestClient(app) as client:
        yield Desk(world, peer, client)
