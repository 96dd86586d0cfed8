"""Mastodon against mastodon_mock, a stateful server of its API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from replyassist.channels import (
    Account,
    Credentials,
    Deleted,
    Event,
    NewMessage,
    OutgoingReply,
    Runtime,
    Thread,
    ThreadPlace,
)
from replyassist.channels.mastodon.api import MastodonApi
from replyassist.channels.mastodon.send import MastodonPlatform
from replyassist.channels.mastodon.source import MastodonSource
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import (
    ConfigurationError,
    CredentialsRefused,
    DeliveryNotMade,
    DeliveryUncertain,
    RateLimited,
    TextBlocked,
)
from replyassist.review.models import ReviewStatus
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World

from .conformance import MALFORMED, QUESTION, Conformance, Harness, Stage
from .peers.processes import mastodon

OURS, TOMS = "ada_token", "grace_token"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with mastodon() as address:
        yield address


class _Spoiling(MastodonApi):
    """The server as another one would answer: one status has a time that is none."""

    def __init__(self, account: Account, runtime: Runtime, malformed: str) -> None:
        super().__init__(account, runtime)
        self.malformed = malformed

    def get(self, path: str, **params: Any) -> Any:
        found = super().get(path, **params)
        for entry in found if isinstance(found, list) else ():
            if (entry.get("status") or {}).get("id") == self.malformed:
                entry["status"]["created_at"] = MALFORMED
        return found


class MastodonHarness(Harness):
    adapter = adapter_named("mastodon")

    def __init__(self, server: str) -> None:
        self.server = server
        self.us, self.tom = (self.call(token, "/accounts/verify_credentials") for token in (OURS, TOMS))
        self.account = str(self.us["id"])
        mentions = self.call(OURS, "/notifications?types[]=mention&limit=1")
        own = self.call(OURS, f"/accounts/{self.account}/statuses?limit=1")
        self.before = {"mentions": mentions[0]["id"] if mentions else "0", "own": own[0]["id"] if own else "0"}
        self.cursor: str | None = json.dumps(self.before)
        self.malformed = ""

    def call(self, token: str, path: str, method: str = "GET", **request: Any) -> Any:
        headers = {"authorization": f"Bearer {token}"}
        answer = httpx2.request(method, f"{self.server}/api/v1{path}", headers=headers, timeout=60, **request)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, text: str, token: str = TOMS, **more: str) -> dict[str, Any]:
        posted: dict[str, Any] = self.call(token, "/statuses", "POST", json={"status": text, **more})
        return posted

    def credentials(self) -> dict[str, str]:
        return {"server": self.server, "token": OURS}

    def write(self, text: str) -> str:
        return str(self.post(f"@{self.us['acct']} {text}")["id"])

    def edit(self, external_id: str, text: str) -> None:
        self.call(TOMS, f"/statuses/{external_id}", "PUT", json={"status": f"@{self.us['acct']} {text}"})

    def delete(self, external_id: str) -> None:
        self.call(TOMS, f"/statuses/{external_id}", "DELETE")

    def posted(self) -> list[str]:
        path = f"/accounts/{self.account}/statuses?limit=40&min_id={self.before['own']}"
        found = [status["id"] for status in self.call(OURS, path)[::-1]]
        return [self.call(OURS, f"/statuses/{status_id}/source")["text"] for status_id in found]

    def write_below(self, external_id: str, text: str) -> str:
        return str(self.post(f"@{self.us['acct']} {text}", in_reply_to_id=external_id)["id"])

    def write_malformed(self) -> None:
        self.malformed = self.write(MALFORMED)

    def events(self, account: Account) -> list[Event]:
        since = self.world.clock.now() - timedelta(days=7)
        found: list[Event] = []
        with closing(MastodonSource(account, self.runtime)) as source:
            source._api = _Spoiling(account, self.runtime, self.malformed)
            for pulled in source.pull(self.cursor, since=since, is_ending=lambda: False):
                self.cursor = pulled.cursor
                found += pulled.events
        return found


@pytest.fixture
def harness(server: str) -> MastodonHarness:
    return MastodonHarness(server)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestMastodon(Conformance):
    def test_what_is_approved_at_the_limit_is_sent_and_one_character_more_is_not_approved(self, stage: Stage) -> None:
        item, text = stage.item(), stage.longest_approved("a").text
        assert len(text) == 500 - len("@grace ")
        with pytest.raises(TextBlocked, match="493 is the most"):
            approve(stage.world, stage.world.person(), item, text=text + "a")
        approve(stage.world, stage.world.person(), item, text=text, accept_findings=True)
        stage.run()
        assert stage.world.reload(item).status == ReviewStatus.SENT
        assert stage.harness.posted()[-1] == f"@grace {text}"

    def test_the_reply_stands_under_the_mention_as_visible_as_it(self, stage: Stage, harness: MastodonHarness) -> None:
        platform = stage.platform.inner
        for visibility, is_private in (("public", False), ("unlisted", False), ("private", False), ("direct", True)):
            asked = harness.post(f"@{harness.us['acct']} {QUESTION}", visibility=visibility)
            (event,) = harness.events(stage.account)
            assert isinstance(event, NewMessage)
            message = event.message
            assert (message.text, message.author.handle) == (QUESTION, harness.tom["acct"])
            assert (message.conversation.visibility == "private") is is_private
            reply = replace(
                stage.reply(DRAFT),
                key=f"key-{visibility}-{asked['id']}",
                in_reply_to=message.external_id,
                metadata=message.metadata,
            )
            sent = harness.call(OURS, f"/statuses/{platform.send(reply)}")
            assert (sent["in_reply_to_id"], sent["visibility"]) == (asked["id"], visibility)
            assert [mention["acct"] for mention in sent["mentions"]] == [harness.tom["acct"]]
            assert platform.send(reply) == sent["id"], "the same key is the same status"
            assert platform.find(reply) == sent["id"]
            assert platform.find(replace(reply, text="Another text.")) is None
            harness.events(stage.account)

    def test_the_thread_and_what_stands_above_come_with_a_reply(self, stage: Stage, harness: MastodonHarness) -> None:
        post = harness.post("New roast is out!\n\nGet it <now>.", OURS)
        first = harness.post(f"@{harness.us['acct']} {QUESTION}", in_reply_to_id=post["id"])
        second = harness.post(f"@{harness.us['acct']} anybody?", in_reply_to_id=first["id"])
        one, two = (event.message for event in harness.events(stage.account) if isinstance(event, NewMessage))

        assert [each.conversation.external_id for each in (one, two)] == [post["id"]] * 2
        root, asked = "New roast is out!\n\nGet it <now>.", f"@{harness.us['acct']} {QUESTION}"
        assert [each.conversation.parent_text for each in (one, two)] == [root] * 2
        assert [each.answered_text for each in (one, two)] == [None, asked]
        assert (one.in_reply_to, two.in_reply_to) == (post["id"], first["id"])
        place = ThreadPlace(second["id"], post["id"])
        assert stage.platform.inner.thread(place) == Thread(root, asked)

    def test_more_than_a_page_comes_in_order_and_once(self, stage: Stage, harness: MastodonHarness) -> None:
        asked = [harness.write(f"{QUESTION} {number}") for number in range(41)]
        events = [event.message.external_id for event in harness.events(stage.account) if isinstance(event, NewMessage)]
        assert events == asked
        assert harness.events(stage.account) == []
        harness.cursor = None
        again = [event.message.external_id for event in harness.events(stage.account) if isinstance(event, NewMessage)]
        assert [each for each in again if each in asked] == asked, "from the beginning, by time"

    def test_connecting_says_who_we_are_and_the_limit(self, stage: Stage, harness: MastodonHarness) -> None:
        tested = stage.platform.inner.test()
        assert (tested.is_ok, tested.account) == (True, harness.account)
        assert "at most 500 characters" in tested.checks[0].detail
        account = replace(stage.account, credentials=Credentials(harness.credentials() | {"token": "wrong"}))
        with closing(MastodonPlatform(account, harness.runtime)) as platform:
            assert not platform.test().is_ok
        with pytest.raises(CredentialsRefused):
            harness.events(account)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestWhatLeaves:
    @pytest.mark.parametrize(
        ("acct", "mention"),
        [
            ("tom", "@tom "),
            ("@t.o-m_1@münchen.example:3000", "@t.o-m_1@münchen.example:3000 "),
            ("x Buy at https://evil", ""),
            ("x\nBuy", ""),
            ("x@evil.example/buy", ""),
            ("x\n", ""),
            (["x"], ""),
        ],
    )
    def test_only_an_account_stands_before_the_text(self, world: World, acct: object, mention: str) -> None:
        with platform_at("https://mastodon.example", world) as platform:
            assert platform.as_sent(outgoing({"acct": acct})) == f"{mention}{DRAFT}"

    def test_a_private_reply_is_direct_whatever_its_metadata_say(self, world: World, httpserver: HTTPServer) -> None:
        told: list[str] = []

        def answer(request: Request) -> Response:
            told.append(request.get_json()["visibility"])
            return Response('{"id": "1"}')

        httpserver.expect_request("/api/v1/statuses").respond_with_handler(answer)
        with platform_at(httpserver.url_for("/"), world) as platform:
            for said in ("public", "direct", "all", None):
                platform.send(outgoing({"visibility": said}, "private"))
            for said in ("unlisted", "direct", None):
                platform.send(outgoing({"visibility": said}))
        assert told == ["direct"] * 4 + ["unlisted", "direct", "public"]


def outgoing(metadata: dict[str, Any], visibility: str = "public") -> OutgoingReply:
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    return OutgoingReply("key-1", BRAND, "mastodon", DRAFT, "5", "5", visibility, "9", "Ana", at, metadata=metadata)


def platform_at(server: str, world: World) -> closing[MastodonPlatform]:
    account = Account(BRAND, "mastodon", "1", Credentials({"server": server, "token": "t"}))
    return closing(MastodonPlatform(account, world.connections.runtime))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestAnswers:
    def test_a_limit_says_until_when_in_a_header_of_its_own(self, world: World, httpserver: HTTPServer) -> None:
        reset = (world.clock.now() + timedelta(seconds=25)).isoformat().replace("+00:00", "Z")
        httpserver.expect_request("/api/v1/statuses/5/context").respond_with_data(
            "{}", status=429, headers={"X-RateLimit-Reset": reset}
        )
        httpserver.expect_request("/api/v1/statuses/6/context").respond_with_data("{}", status=429)

        with platform_at(httpserver.url_for("/"), world) as platform:
            with pytest.raises(RateLimited) as told:
                platform.thread(ThreadPlace("5", "1"))
            assert told.value.retry_after_s == pytest.approx(25)
            with pytest.raises(DeliveryNotMade):
                platform.thread(ThreadPlace("6", "1"))

    @pytest.mark.parametrize(
        ("status", "body", "found"),
        [
            (404, '{"error": "Record not found"}', "gone"),
            (404, "{}", "unread"),
            (404, "<h1>Not here</h1>", "unread"),
            (500, "{}", "unread"),
            (200, '{"edited_at": null, "content": "changed by the server alone"}', "same"),
        ],
    )
    def test_only_the_servers_word_makes_a_message_gone(
        self, world: World, httpserver: HTTPServer, status: int, body: str, found: str
    ) -> None:
        httpserver.expect_request("/api/v1/statuses/5").respond_with_data(body, status=status)
        reply = replace(outgoing({}), answers=(ThreadPlace("5", "1"),))
        with platform_at(httpserver.url_for("/"), world) as platform:
            if found == "unread":
                with pytest.raises((DeliveryNotMade, DeliveryUncertain)):
                    platform.reread(reply)
            else:
                assert list(platform.reread(reply)) == ([Deleted("5")] if found == "gone" else [])

    def test_the_servers_own_limit_counts(self, world: World, httpserver: HTTPServer) -> None:
        told = {"configuration": {"statuses": {"max_characters": 5000}}}
        httpserver.expect_oneshot_request("/api/v2/instance").respond_with_json(told)
        with platform_at(httpserver.url_for("/"), world) as platform:
            assert [platform.counting("public").most, platform.counting("private").most] == [5000, 5000], "asked once"

    def test_a_server_without_that_page_has_the_usual_limit(self, world: World, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/api/v2/instance").respond_with_data("", status=404)
        with platform_at(httpserver.url_for("/"), world) as platform:
            assert platform.counting("public").most == 500


@pytest.mark.parametrize(
    "typed",
    ["mastodon.example", "https://mastodon.example/", "https://mastodon.example/@shop", "@shop@mastodon.example"],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_server_is_understood_as_people_write_it(typed: str, world: World) -> None:
    account = Account(BRAND, "mastodon", "1", Credentials({"server": typed, "token": "t"}))
    api = MastodonApi(account, world.connections.runtime)
    assert (api.server, api.host) == ("https://mastodon.example", "mastodon.example")


@pytest.mark.parametrize("server", ["", "http://mastodon.example", "ftp://mastodon.example"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_token_goes_to_https_alone(server: str, world: World) -> None:
    account = Account(BRAND, "mastodon", "1", Credentials({"server": server, "token": "t"}))
    with pytest.raises(ConfigurationError):
        MastodonApi(account, world.connections.runtime)
