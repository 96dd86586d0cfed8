"""X and Discord: the conformance suite with prism in between, which holds all against the published OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest
from pytest_httpserver import HTTPServer

from replyassist.channels import Runtime
from tests.channels.conformance import Conformance, Stage
from tests.channels.peers.discord import DiscordPeer
from tests.channels.peers.loopback import Asked, Peer
from tests.channels.peers.processes import prism
from tests.channels.peers.specifications import DISCORD, X
from tests.channels.peers.x import XPeer
from tests.channels.reading import Reading
from tests.channels.test_discord import DiscordHarness
from tests.channels.test_x import XHarness, XReadHarness
from tests.world import World

PATIENCE_SECONDS = 120.0
X_CALLS = (
    "GET /2/users/me",
    "POST /2/tweets",
    "GET /2/tweets/{id}",
    "GET /2/users/{id}/tweets",
    "GET /2/users/{id}/mentions",
)
DISCORD_CALLS = (
    "GET /users/@me",
    "GET /applications/@me",
    "GET /channels/{channel_id}",
    "GET /channels/{channel_id}/messages",
    "POST /channels/{channel_id}/messages",
    "GET /channels/{channel_id}/messages/{message_id}",
    "GET /guilds/{guild_id}/threads/active",
)
"""All that the adapters ask; prism refuses what is not among it."""


class Upstream(Peer):
    """One address for the peers of all tests."""

    peer: Peer

    def answer(self, asked: Asked) -> tuple[int, object]:
        return self.peer.answer(asked)


@pytest.fixture(scope="module")
def x_address(make_httpserver: HTTPServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    before, folder = make_httpserver.url_for(""), tmp_path_factory.mktemp("x")
    with prism(X, folder, before=before, calls=X_CALLS) as url:
        yield url


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestX(Conformance):
    adapter = XHarness.adapter

    @pytest.fixture
    def harness(self, world: World, httpserver: HTTPServer, x_address: str) -> XHarness:
        peer = XPeer(world.clock.now, address=x_address)
        httpserver.expect_request(re.compile("/2/.*")).respond_with_handler(peer.serve)
        return XHarness(peer, x_address)

    def test_what_the_specification_does_not_know_is_refused(self, harness: XHarness) -> None:
        asked = {"text": "Yes.", "answers": "5"}
        answer = httpx2.post(
            f"{harness.url}/2/tweets", json=asked, headers={"authorization": "OAuth"}, timeout=PATIENCE_SECONDS
        )
        assert (answer.status_code, "found 'answers'" in answer.text) == (422, True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestXReading(Reading):
    adapter = XReadHarness.adapter
    test_read_malformed = None  # type: ignore[assignment]  # what cannot be read is not let through

    @pytest.fixture
    def harness(self, world: World, httpserver: HTTPServer, x_address: str) -> XReadHarness:
        peer = XPeer(world.clock.now, address=x_address, page=3)
        httpserver.expect_request(re.compile("/2/.*")).respond_with_handler(peer.serve)
        made = XReadHarness(peer, x_address)
        made.reads_a_place = 2
        return made


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream().served() as served:
        yield served


@pytest.fixture(scope="module")
def discord_address(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    before, folder = f"{upstream.address}/api/v10", tmp_path_factory.mktemp("discord")
    with prism(DISCORD, folder, before=before, calls=DISCORD_CALLS) as url:
        yield url


class BehindPrism(DiscordHarness):
    """``address``: prism's, which knows no version in paths."""

    def __init__(self, peer: DiscordPeer, address: str) -> None:
        super().__init__(peer)
        self.prism = address

    def credentials(self) -> dict[str, str]:
        return {**super().credentials(), "url": self.prism}

    @property
    def runtime(self) -> Runtime:
        """The first request of each kind waits until its schemas are read."""
        return replace(self.world.connections.runtime, timeout_seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestDiscord(Conformance):
    adapter = DiscordHarness.adapter
    test_malformed = None  # type: ignore[assignment]  # what cannot be read is not let through

    @pytest.fixture
    def harness(self, world: World, upstream: Upstream, discord_address: str) -> BehindPrism:
        upstream.peer = peer = DiscordPeer(world.clock.now)
        return BehindPrism(peer, discord_address)

    def test_an_answer_that_the_specification_does_not_know_is_an_error(
        self, stage: Stage, harness: BehindPrism
    ) -> None:
        harness.peer.write("hi", pinned="perhaps")
        assert harness.events(stage.account) == []
        assert "answered 500" in harness.problem
