"""What a reading of Mastodon does with a server whose pages never end, and with more threads than it gives at once."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from replyassist.channels import Account, Credentials, NewMessage
from replyassist.channels.mastodon.api import MastodonApi
from replyassist.channels.mastodon.source import MastodonSource
from replyassist.channels.port import MOST_PAGES
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import RateLimited
from tests.world import BRAND, DRAFT, World


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("cursor", [None, '{"own": "0", "mentions": "0"}'])
class TestReadingsEnd:
    @staticmethod
    def read(world: World, monkeypatch: pytest.MonkeyPatch, cursor: str | None, *, repeats: bool, most: int) -> int:
        """How many pages are asked for of a server whose pages never end."""
        asked = 0

        def get(_: MastodonApi, __: str, **___: Any) -> list[dict[str, Any]]:
            nonlocal asked
            asked += 1
            return [{"id": "7" if repeats else str(asked), "created_at": world.clock.now().isoformat()}]

        monkeypatch.setattr(MastodonApi, "get", get)
        account = Account(BRAND, "mastodon", "1", Credentials({"server": "https://mastodon.example"}))
        source, since = MastodonSource(account, world.connections.runtime), world.clock.now() - timedelta(days=1)
        list(source.pull(cursor, since=since, is_ending=lambda: asked >= most))
        return asked

    def test_where_an_id_repeats(self, world: World, monkeypatch: pytest.MonkeyPatch, cursor: str | None) -> None:
        assert self.read(world, monkeypatch, cursor, repeats=True, most=10**6) == 2 * 2

    def test_after_so_many_pages(self, world: World, monkeypatch: pytest.MonkeyPatch, cursor: str | None) -> None:
        assert self.read(world, monkeypatch, cursor, repeats=False, most=10**6) == 2 * MOST_PAGES

    def test_when_told_to(self, world: World, monkeypatch: pytest.MonkeyPatch, cursor: str | None) -> None:
        assert self.read(world, monkeypatch, cursor, repeats=False, most=3) <= 3 + 1


class Replies:
    """A server on which we answered a person in threads of their own; it gives so many threads before it asks to
    wait, and cannot give that of one status."""

    def __init__(self, world: World, httpserver: HTTPServer, *, most: int, broken: str = "") -> None:
        self.world, self.left, self.broken = world, most, broken
        self.url = httpserver.url_for("/")
        self.statuses = [self.status(str(1000 + number)) for number in range(90)]
        httpserver.expect_request(re.compile(".*")).respond_with_handler(self.serve)

    def status(self, number: str) -> dict[str, Any]:
        at = (self.world.clock.now() - timedelta(hours=1)).isoformat()
        author = {"id": "1", "acct": "fernhill", "username": "fernhill"}
        said = {"id": number, "content": f"<p>{DRAFT}</p>", "in_reply_to_id": f"9{number}", "created_at": at}
        return said | {"account": author, "visibility": "public"}

    def serve(self, request: Request) -> Response:
        if request.path.endswith("/notifications"):
            return Response("[]")
        if request.path.endswith("/context"):
            number = request.path.split("/")[-2]
            if number == self.broken:
                return Response("", status=500)
            self.left -= 1
            reset = (self.world.clock.now() + timedelta(seconds=25)).isoformat()
            above = [self.status(f"9{number}")]
            told = Response(json.dumps({"ancestors": above, "descendants": []}))
            return told if self.left >= 0 else Response("{}", status=429, headers={"X-RateLimit-Reset": reset})
        older, newer = request.args.get("max_id"), request.args.get("min_id")
        found = [each for each in self.statuses if (not older or each["id"] < older)]
        if newer:
            found = [each for each in found if each["id"] > newer][: int(request.args["limit"])]
        return Response(json.dumps(found[-int(request.args["limit"]) :][::-1]))

    def read(self, cursor: str | None) -> tuple[list[NewMessage], str | None, float | None]:
        """The messages of a reading, the cursor behind them, and how long the server asked to wait."""
        account = Account(BRAND, "mastodon", "1", Credentials({"server": self.url, "token": "t"}))
        since, found = self.world.clock.now() - timedelta(days=7), list[Any]()
        with closing(MastodonSource(account, self.world.connections.runtime)) as source:
            try:
                for pulled in source.pull(cursor, since=since, is_ending=lambda: False):
                    found += pulled.events
                    cursor = pulled.cursor
            except RateLimited as error:
                return found, cursor, error.retry_after_s
        return found, cursor, None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestMoreThreadsThanAServerGives:
    def test_the_next_reading_goes_on_where_the_first_was_asked_to_wait(
        self, world: World, httpserver: HTTPServer
    ) -> None:
        server = Replies(world, httpserver, most=50)
        first, cursor, wait = server.read(None)
        server.left = 100
        second, _, done = server.read(cursor)

        assert (len(first), done) == (40, None)
        assert wait == pytest.approx(25)
        got = [event.message.external_id for event in first + second]
        assert got == [each["id"] for each in server.statuses]

    def test_a_thread_that_cannot_be_given_holds_nobody_up(self, world: World, httpserver: HTTPServer) -> None:
        server = Replies(world, httpserver, most=100, broken="1041")
        found, _, _ = server.read(None)

        parents = {event.message.external_id: event.message.conversation.parent_text for event in found}
        assert len(parents) == 90
        assert {number for number, text in parents.items() if text is None} == {"1041"}
        assert adapter_named("mastodon").traits.tells_parent is False, "it is asked for again before drafting"
