"""Bluesky against our own server of the lexicons' answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from replyassist.channels import Account, Credentials, NewMessage, Thread, ThreadPlace
from replyassist.channels.bluesky.api import Xrpc
from replyassist.channels.bluesky.records import facets_of, parts_of, record_key, time_of
from replyassist.channels.bluesky.source import BlueskySource
from replyassist.channels.port import MOST_PAGES
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import ConfigurationError, CredentialsRefused, DeliveryRefused
from replyassist.review.models import ReviewStatus
from tests.world import BRAND, DRAFT, World

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .harness import PeerHarness
from .peers.bluesky import HANDLES, PASSWORD, POST, TOM, US, Network, network
from .polled import PolledHarness

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class BlueskyHarness(PeerHarness[Network], PolledHarness):
    adapter = adapter_named("bluesky")
    account = US

    def __init__(self, peer: Network) -> None:
        self.peer = peer
        self.root = peer.post(US, "New roast is out!")

    def credentials(self) -> dict[str, str]:
        return {"handle": HANDLES[US], "password": PASSWORD, "server": self.peer.url}

    def write(self, text: str) -> str:
        return self.peer.post(TOM, text, to=self.root)

    def edit(self, external_id: str, text: str) -> None:
        """No app of the network offers it; a record can be put anew all the same, and the index follows."""
        _, _, rkey = parts_of(external_id) or ("", "", "")
        self.peer.put(TOM, POST, rkey, {**self.peer.records[external_id]["value"], "text": text})

    def delete(self, external_id: str) -> None:
        self.peer.delete(external_id)

    def posted(self) -> list[str]:
        return [record["value"]["text"] for record in self.peer.ours() if record["value"].get("reply")]

    def write_below(self, external_id: str, text: str) -> str:
        return self.peer.post(TOM, text, to=external_id)

    def write_malformed(self) -> None:
        for record in ({"text": MALFORMED, "reply": {"root": {"cid": "x"}}}, MALFORMED, {"text": ["x" * 20_000]}):
            self.write(MALFORMED)
            self.peer.told[US][-1]["record"] = record
        self.peer.told[US][-1]["cid"] = "x" * 10_001


@pytest.fixture
def peer(world: World) -> Iterator[Network]:
    with network(world.clock.now) as peer:
        yield peer


@pytest.fixture
def harness(peer: Network) -> BlueskyHarness:
    return BlueskyHarness(peer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestBluesky(Conformance):
    def test_the_reply_stands_in_the_thread(self, stage: Stage, harness: BlueskyHarness, peer: Network) -> None:
        first = harness.write(QUESTION)
        below = peer.post(TOM, "anybody?", to=first)
        one, two = (event.message for event in harness.events(stage.account) if isinstance(event, NewMessage))
        assert [each.conversation.external_id for each in (one, two)] == [harness.root] * 2
        assert [each.in_reply_to for each in (one, two)] == [None, first]

        reply = replace(stage.reply(DRAFT), in_reply_to=below, metadata=two.metadata)
        reply = reply.with_prepared(stage.platform.inner.prepare(reply))
        assert stage.platform.inner.find(reply) is None
        uri = stage.platform.inner.send(reply)
        standing = peer.records[uri]["value"]
        assert standing["reply"]["root"] == {"uri": harness.root, "cid": peer.records[harness.root]["cid"]}
        assert standing["reply"]["parent"] == {"uri": below, "cid": peer.records[below]["cid"]}
        assert (stage.platform.inner.send(reply), stage.platform.inner.find(reply)) == (uri, uri)
        assert harness.posted() == [DRAFT], "putting it again changes nothing"

    def test_the_post_above_and_the_quoted_one_are_told(
        self, stage: Stage, harness: BlueskyHarness, peer: Network
    ) -> None:
        reply = harness.write(QUESTION)
        root = {"uri": harness.root, "cid": peer.records[harness.root]["cid"]}
        quote = peer.post(TOM, "is it?", embed={"$type": "app.bsky.embed.record", "record": root})
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": US}
        facet = {"index": {"byteStart": 0, "byteEnd": len(f"@{HANDLES[US]}")}, "features": [feature]}
        mention = peer.post(TOM, f"@{HANDLES[US]} hi", facets=[facet])
        told = [event.message for event in harness.events(stage.account) if isinstance(event, NewMessage)]

        assert [each.external_id for each in told] == [reply, quote, mention]
        assert [each.author.name for each in told] == ["Tom"] * 3
        places = [ThreadPlace(each.external_id, each.conversation.external_id) for each in told]
        thread = stage.platform.inner.thread
        assert [thread(place) for place in places] == [
            Thread("New roast is out!"),
            Thread(answered_text="New roast is out!"),
            Thread(),
        ]
        below = peer.post(TOM, "anybody?", to=reply)
        place = ThreadPlace(below, harness.root, told[0].metadata)
        assert thread(place) == Thread("New roast is out!", QUESTION)
        assert thread(replace(place, wants_post=False)) == Thread(answered_text=QUESTION)
        peer.records.pop(harness.root)
        assert [thread(each) for each in (places[0], place)] == [Thread(), Thread(answered_text=QUESTION)]

    def test_more_than_a_page_comes_in_order_and_once(self, stage: Stage, harness: BlueskyHarness) -> None:
        asked = [harness.write(f"{QUESTION} {number}") for number in range(205)]
        events = [event.message.external_id for event in harness.events(stage.account) if isinstance(event, NewMessage)]
        assert events == asked
        asked = [harness.write(f"{QUESTION} {number}") for number in range(101)]
        events = [event.message.external_id for event in harness.events(stage.account) if isinstance(event, NewMessage)]
        assert events[-101:] == asked
        assert harness.events(stage.account) == []

    def test_a_session_is_kept_and_renewed(self, stage: Stage, harness: BlueskyHarness, peer: Network) -> None:
        kept: dict[str, str] = dict(harness.credentials())
        account = replace(stage.account, keep=kept.update)
        harness.events(account)
        again = replace(account, credentials=Credentials(kept))
        peer.calls.clear()
        harness.events(again)
        assert not [call for call in peer.calls if "server" in call], "the session of before is used"
        peer.access.clear()
        harness.events(again)
        assert [call for call in peer.calls if "server" in call] == ["com.atproto.server.refreshSession"]
        peer.access.clear()
        peer.refresh.clear()
        harness.events(replace(account, credentials=Credentials(kept)))
        assert peer.calls.count("com.atproto.server.createSession") == 1
        assert kept["access"] in peer.access

    def test_connecting_says_who_we_are(self, stage: Stage, harness: BlueskyHarness) -> None:
        tested = stage.platform.inner.test()
        assert (tested.is_ok, tested.account, tested.shown_as) == (True, US, "@fernhill.bsky.example")
        account = replace(stage.account, credentials=Credentials(harness.credentials() | {"password": "wrong"}))
        assert harness.adapter.platform is not None
        with closing(harness.adapter.platform(account, harness.runtime)) as platform:
            assert not platform.test().is_ok
        with pytest.raises(CredentialsRefused):
            harness.events(account)

    def test_what_the_server_refuses_is_named(self, stage: Stage) -> None:
        reply = stage.reply("a" * 301)
        with pytest.raises(DeliveryRefused, match="400 InvalidRequest"):
            stage.platform.inner.send(reply.with_prepared(stage.platform.inner.prepare(reply)))
        with pytest.raises(DeliveryRefused, match="not known as a post"):
            stage.platform.inner.prepare(replace(reply, metadata={}))

    def test_a_long_address_has_a_short_id_and_can_be_answered(
        self, stage: Stage, harness: BlueskyHarness, peer: Network
    ) -> None:
        root = {"uri": harness.root, "cid": peer.records[harness.root]["cid"]}
        reply = {"root": root, "parent": root}
        value = {"$type": POST, "text": QUESTION, "createdAt": NOW.isoformat(), "reply": reply}
        uri = peer.put(TOM, POST, "k" * 300, value)["uri"]
        (event,) = harness.events(stage.account)
        assert isinstance(event, NewMessage)
        asked = event.message
        assert asked.external_id.startswith("sha256:")
        answer = replace(stage.reply(DRAFT), in_reply_to=asked.external_id, metadata=asked.metadata)
        record = json.loads(stage.platform.inner.prepare(answer)["record"])
        assert record["reply"]["parent"] == {"uri": uri, "cid": peer.records[uri]["cid"]}
        with pytest.raises(DeliveryRefused, match="not known as a post"):
            stage.platform.inner.prepare(replace(answer, metadata=asked.metadata | {"uri": harness.root}))

    def test_of_who_blocks_us_nothing_is_taken_for_deleted(self, stage: Stage, peer: Network) -> None:
        item = stage.approved()
        peer.blocked = set(peer.records) - {each["uri"] for each in peer.ours()}
        stage.run()
        item = stage.world.reload(item)
        assert (item.status, item.notice) == (
            ReviewStatus.FAILED,
            "the author blocks this account, or is blocked by it",
        )
        assert stage.posted() == []

    def test_the_author_and_known_handles_are_mentioned(self, stage: Stage) -> None:
        reply = replace(stage.reply("Hi @tom.bsky.example, ask @fernhill.bsky.example or @nobody.bsky.example."))
        prepared = stage.platform.inner.prepare(reply)["record"]
        assert [did in prepared for did in (f'"did": "{TOM}"', f'"did": "{US}"')] == [True, True]
        assert prepared.count("#mention") == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_refusal_that_is_no_json_is_a_refusal(world: World, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/xrpc/com.atproto.repo.putRecord").respond_with_data("<h1>Bad</h1>", status=400)
    given = {"server": httpserver.url_for("/"), "access": "a", "refresh": "r"}
    xrpc = Xrpc(Account(BRAND, "bluesky", US, Credentials(given)), world.connections.runtime)
    with closing(xrpc), pytest.raises(DeliveryRefused, match="answered 400"):
        xrpc.post("com.atproto.repo.putRecord", {})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReadingsEnd:
    @staticmethod
    def source(world: World, monkeypatch: pytest.MonkeyPatch, cursor: Callable[[int], str]) -> tuple[Any, list[int]]:
        """Of a server whose pages never end."""
        asked: list[int] = []

        def get(_: Xrpc, __: str, **___: Any) -> dict[str, Any]:
            asked.append(len(asked))
            return {"records": [{"uri": f"at://{len(asked)}"}], "cursor": cursor(len(asked))}

        monkeypatch.setattr(Xrpc, "get", get)
        return BlueskySource(Account(BRAND, "bluesky", US), world.connections.runtime), asked

    def test_where_the_cursor_repeats(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        source, asked = self.source(world, monkeypatch, lambda _: "same")
        list(source.pull(None, since=NOW - timedelta(days=99), is_ending=lambda: False))
        assert len(asked) == 2 + 1, "two of one list, an empty one of the other"

    def test_after_so_many_pages(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        source, asked = self.source(world, monkeypatch, str)
        list(source.pull(None, since=NOW - timedelta(days=99), is_ending=lambda: False))
        assert len(asked) == MOST_PAGES + 1

    def test_when_told_to(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        source, asked = self.source(world, monkeypatch, str)
        assert list(source.pull(None, since=NOW - timedelta(days=99), is_ending=lambda: len(asked) > 2)) == []
        assert len(asked) == 3 + 1


def test_facets_count_bytes() -> None:
    text = "Größe ☕: see fernhill.example/faq, @tom.example or https://x.example/a#b. #Röstung #2"
    facets = facets_of(text, {"tom.example": TOM}.get)
    marked = [text.encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode() for each in facets]
    features: list[dict[str, Any]] = [each["features"][0] for each in facets]

    assert marked == ["fernhill.example/faq", "@tom.example", "https://x.example/a#b", "#Röstung"]
    assert [each.get("uri") or each.get("did") or each.get("tag") for each in features] == [
        "https://fernhill.example/faq",
        TOM,
        "https://x.example/a#b",
        "Röstung",
    ]


def test_keys_are_of_the_time_and_of_our_key() -> None:
    one, two, later = record_key(NOW, "a"), record_key(NOW, "b"), record_key(NOW + timedelta(milliseconds=1), "a")
    assert record_key(NOW, "a") == one != two
    assert one < later
    assert (len(one), one[0] in "234567abcdefghij") == (13, True)
    assert parts_of(f"at://{US}/{POST}/{one}") == (US, POST, one)
    assert parts_of("at://x/../y") is None


def test_times_of_the_future_are_now() -> None:
    assert time_of("2099-01-01T00:00:00Z", NOW) == time_of("yesterday", NOW) == NOW
    assert time_of("2026-11-26T11:00:00.000Z", NOW) == NOW - timedelta(hours=1)


@pytest.mark.parametrize("server", ["https://", "http://bsky.example", "ftp://bsky.example", "https://[x"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_password_goes_to_https_alone(server: str, world: World) -> None:
    account = Account(BRAND, "bluesky", US, Credentials({"server": server, "password": "x"}))
    with pytest.raises(ConfigurationError):
        Xrpc(account, world.connections.runtime)
