"""Slack against our own workspace of the documentation's answers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer

from replyassist.channels import Account, Credentials, Deleted, Edited, HookRequest, NewMessage, ThreadPlace
from replyassist.channels.registry import adapter_named
from replyassist.channels.slack.inbound import SlackInbound
from replyassist.channels.slack.text import escaped, plain
from replyassist.core.errors import (
    CredentialsRefused,
    DeliveryNotMade,
    DeliveryRefused,
    DeliveryUncertain,
    InvalidInput,
    SignatureInvalid,
)
from tests.world import BRAND, DRAFT, World

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .harness import PeerHarness
from .peers.slack import APP, BOT, CARDS, CHANNEL, DIRECT, OTHER, SECRET, TEAM, TOKEN, TOM, US, SlackPeer
from .reading import ReadHarness, Reading


class SlackHarness(PeerHarness[SlackPeer]):
    adapter = adapter_named("slack")
    account = US

    def __init__(self, peer: SlackPeer, url: str, channel: str) -> None:
        self.peer, self.url, self.channel = peer, url, channel
        self.visibility = "private" if channel == DIRECT else "public"

    def credentials(self) -> dict[str, str]:
        return {"token": TOKEN, "signing_secret": SECRET, "url": self.url}

    def write(self, text: str) -> str:
        return f"{self.channel}:{self.peer.write(TOM, text, channel=self.channel)['ts']}"

    def write_below(self, external_id: str, text: str) -> str:
        answered = self.peer.posts[(self.channel, external_id.partition(":")[2])]
        thread = answered.get("thread_ts") or answered["ts"]
        return f"{self.channel}:{self.peer.write(TOM, text, channel=self.channel, thread_ts=thread)['ts']}"

    def write_malformed(self) -> None:
        self.peer.write(TOM, MALFORMED, channel=self.channel, user_profile=MALFORMED)

    def edit(self, external_id: str, text: str) -> None:
        channel, _, stamp = external_id.partition(":")
        self.peer.edit(channel, stamp, text)

    def delete(self, external_id: str) -> None:
        self.peer.delete(*external_id.split(":"))

    def posted(self) -> list[str]:
        return [unescape(post["text"]) for post in self.peer.ours()]


@pytest.fixture
def peer(world: World, httpserver: HTTPServer) -> SlackPeer:
    peer = SlackPeer(world.clock.now)
    httpserver.expect_request(re.compile("/api/.*")).respond_with_handler(peer.serve)
    return peer


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestSlackDirectly(Conformance):
    @pytest.fixture
    def harness(self, peer: SlackPeer, httpserver: HTTPServer) -> SlackHarness:
        return SlackHarness(peer, httpserver.url_for("/api"), DIRECT)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestSlack(Conformance):
    @pytest.fixture
    def harness(self, peer: SlackPeer, httpserver: HTTPServer) -> SlackHarness:
        return SlackHarness(peer, httpserver.url_for("/api"), CHANNEL)

    def test_the_reply_stands_in_the_thread_as_plain_words(self, stage: Stage, harness: SlackHarness) -> None:
        first = harness.peer.write(TOM, f"<@{US}> {QUESTION} &lt;3")
        below = harness.peer.write(TOM, "anybody?", thread_ts=first["ts"])
        one, two = (event.message for event in harness.events(stage.account) if isinstance(event, NewMessage))
        assert one.text == f"{QUESTION} <3"
        assert (one.in_reply_to, two.in_reply_to) == (None, one.external_id)
        assert one.conversation.external_id == two.conversation.external_id == one.external_id

        text = "Yes <!channel> & <@U1>"
        reply = replace(stage.reply(text), in_reply_to=two.external_id, metadata=two.metadata)
        platform = stage.platform.inner
        assert platform.find(reply) is None
        sent = platform.send(reply)
        (standing,) = harness.peer.ours()
        assert (standing["thread_ts"], sent) == (first["ts"], f"{CHANNEL}:{standing['ts']}")
        assert standing["text"] == "Yes &lt;!channel&gt; &amp; &lt;@U1&gt;"
        assert harness.peer.asked[-1]["mrkdwn"] is False
        harness.peer.page = 1
        assert platform.find(reply) == sent, "on a later page"
        assert platform.find(replace(reply, key="another")) is None
        place = ThreadPlace(f"{CHANNEL}:{below['ts']}", two.conversation.external_id, two.metadata)
        assert (platform.thread(place).parent_text or "").endswith(f"{QUESTION} <3")
        direct = platform.thread(replace(place, conversation="D1"))
        assert (direct.parent_text, (direct.answered_text or "")[-2:]) == (None, "<3")
        assert platform.thread(ThreadPlace(one.external_id, "", one.metadata)).parent_text is None

    def test_what_is_no_message_to_us_is_left_out(self, stage: Stage, harness: SlackHarness) -> None:
        harness.peer.write("U0OTHER", "I am another app", bot_id="B0OTHER", app_id="A0OTHER")
        harness.peer.write(TOM, "has joined", subtype="channel_join")
        assert harness.events(stage.account) == []
        post = harness.peer.write(TOM, QUESTION)
        harness.hooks()
        unfurled = {"subtype": "message_changed", "channel": CHANNEL, "message": {**post, "attachments": [{}]}}
        harness.peer._tell({"type": "message", **unfurled})
        (request,) = harness.hooks()
        inbound = SlackInbound(stage.account, "")
        assert inbound.parse(request) == []
        assert inbound.parse(harness.peer.signed({"type": "app_rate_limited"})) == []
        harness.write(QUESTION)
        (request,) = harness.hooks()
        assert SlackInbound(replace(stage.account, account="U0ANOTHER"), "").parse(request) == []
        for broken in (b"[]", b"{"):
            with pytest.raises(InvalidInput):
                inbound.parse(replace(request, body=broken))

    def test_ours_are_known_by_user_or_app_and_a_tombstone_is_a_deletion(
        self, stage: Stage, harness: SlackHarness
    ) -> None:
        harness.peer.write(US, "By hand.", bot_id=BOT)
        harness.peer.write("", "In the old way.", subtype="bot_message", bot_id=BOT, app_id=APP)
        ours = [event.message for event in harness.events(stage.account) if isinstance(event, NewMessage)]
        assert [each.direction for each in ours] == ["out", "out"]
        tomb = {"subtype": "tombstone", "ts": "1.000001", "text": "This message was deleted."}
        harness.peer._tell({"type": "message", "subtype": "message_changed", "channel": CHANNEL, "message": tomb})
        assert harness.events(stage.account) == [Deleted(f"{CHANNEL}:1.000001")]

    def test_a_repeated_event_and_its_mention_are_one_message(self, stage: Stage, harness: SlackHarness) -> None:
        harness.write(QUESTION)
        (document,) = harness.peer.told
        again = harness.peer.signed(document, **{"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"})
        mention = harness.peer.signed({**document, "event": {**document["event"], "type": "app_mention"}})
        inbound = SlackInbound(stage.account, "")
        found = [inbound.parse(each) for each in (*harness.hooks(), again, mention)]
        assert [stage.take(events) for events in found] == [1, 0, 0]

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("token_revoked", CredentialsRefused),
            ("is_archived", DeliveryRefused),
            ("<a name of no one>", DeliveryRefused),
            ("fatal_error", DeliveryUncertain),
            ("ratelimited", DeliveryNotMade),
        ],
    )
    def test_errors_by_their_names(
        self, stage: Stage, harness: SlackHarness, name: str, error: type[Exception]
    ) -> None:
        reply = stage.reply(DRAFT)
        harness.peer.fails = name
        with pytest.raises(error) as told:
            stage.platform.inner.send(reply)
        assert "<" not in str(told.value)
        harness.peer.fails = name
        with pytest.raises(DeliveryNotMade if error is DeliveryUncertain else error):
            stage.platform.inner.find(reply)

    def test_connecting_says_who_we_are_and_what_is_missing(
        self, stage: Stage, harness: SlackHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        platform = stage.platform.inner
        tested = platform.test()
        assert (tested.is_ok, tested.account, tested.shown_as) == (True, US, "helper in Fernhill")
        monkeypatch.setattr("tests.channels.peers.slack.SCOPES", "reactions:write")
        assert platform.test().problem == "permissions: the app lacks chat:write and channels:history"
        harness.peer.fails = "invalid_auth"
        assert not platform.test().is_ok


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestCards:
    @pytest.fixture
    def given(self, peer: SlackPeer, httpserver: HTTPServer) -> dict[str, str]:
        return {"token": TOKEN, "url": httpserver.url_for("/api"), "cards": CARDS}

    def test_connecting_keeps_the_workspace_as_slack_tells_it(self, world: World, given: dict[str, str]) -> None:
        world.settings = world.settings.model_copy(update={"slack_signing_secret": SecretStr(SECRET)})
        kept, _ = world.connections.connect(BRAND, "slack", given, actor="ana")
        assert world.connections.account(kept).credentials["team"] == TEAM
        with pytest.raises(InvalidInput):
            world.connections.connect(BRAND, "slack", {**given, "team": "T0OTHER"}, actor="ana")

    @pytest.mark.parametrize(
        ("deployment", "own", "problem"),
        [
            ("", SECRET, "cards: set REPLYASSIST_SLACK_SIGNING_SECRET, or leave the channel of cards empty"),
            (SECRET, "mine", "cards: they are of the deployment's app; leave the signing secret of this account empty"),
        ],
    )
    def test_cards_want_the_app_of_the_deployment(
        self, world: World, given: dict[str, str], deployment: str, own: str, problem: str
    ) -> None:
        world.settings = world.settings.model_copy(update={"slack_signing_secret": SecretStr(deployment)})
        with pytest.raises(InvalidInput, match=problem):
            world.connections.connect(BRAND, "slack", {**given, "signing_secret": own}, actor="ana")
        world.connections.connect(BRAND, "slack", {**given, "signing_secret": own, "cards": ""}, actor="ana")

    def test_events_are_signed_by_the_connection_or_else_by_the_deployment(
        self, world: World, peer: SlackPeer, given: dict[str, str]
    ) -> None:
        with pytest.raises(InvalidInput, match="signing secret"):
            world.connections.connect(BRAND, "slack", {**given, "cards": ""}, actor="ana")
        world.settings = world.settings.model_copy(update={"slack_signing_secret": SecretStr(SECRET)})
        kept, _ = world.connections.connect(BRAND, "slack", given, actor="ana")
        request = peer.signed({"type": "event_callback"})
        world.connections.inbound(kept).verify(request)
        kept, _ = world.connections.connect(
            BRAND, "slack", {**given, "signing_secret": "mine", "cards": ""}, actor="ana"
        )
        with pytest.raises(SignatureInvalid):
            world.connections.inbound(kept).verify(request)


class SlackReadHarness(SlackHarness, ReadHarness):
    reads_a_place = 3

    def credentials(self) -> dict[str, str]:
        return super().credentials() | {"cards": CARDS}

    def elsewhere(self, text: str) -> str:
        return f"{OTHER}:{self.peer.write(TOM, text, channel=OTHER)['ts']}"

    def answer_there(self, external_id: str, text: str) -> None:
        thread = {} if self.channel == DIRECT else {"thread_ts": external_id.partition(":")[2]}
        self.peer.write(US, text, channel=self.channel, bot_id=BOT, app_id=APP, **thread)

    def limit_reads(self, most: int) -> None:
        self.peer.most_reads = most

    def pass_time(self) -> None:
        self.world.clock.advance(seconds=2)


@pytest.mark.parametrize("channel", [CHANNEL, DIRECT])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReading(Reading):
    @pytest.fixture
    def harness(self, peer: SlackPeer, httpserver: HTTPServer, channel: str) -> SlackReadHarness:
        peer.page = 2
        return SlackReadHarness(peer, httpserver.url_for("/api"), channel)

    def test_a_reply_in_an_older_thread_and_an_edit_are_read_and_cards_are_not(
        self, stage: Stage, harness: SlackReadHarness
    ) -> None:
        first = harness.peer.write(TOM, "is it good?")
        harness.peer.write(US, "a card", channel=CARDS, bot_id=BOT)
        stage.later(3_600)
        assert len(harness.events(stage.account)) == 1
        stage.later(86_400)
        below = harness.peer.write(TOM, "anybody?", thread_ts=first["ts"])
        harness.peer.edit(CHANNEL, first["ts"], "is it any good?")
        reply, edit = harness.events(stage.account)
        assert isinstance(reply, NewMessage)
        assert isinstance(edit, Edited)
        assert reply.message.external_id == f"{CHANNEL}:{below['ts']}"
        assert reply.message.in_reply_to == f"{CHANNEL}:{first['ts']}"
        assert (edit.change.text, edit.message) == ("is it any good?", None)

    def test_an_app_that_may_list_nothing_says_so(
        self, stage: Stage, harness: SlackReadHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tests.channels.peers.slack.SCOPES", "chat:write,channels:history")
        harness.write(QUESTION)
        assert harness.events(stage.account) == []
        assert "the app lacks channels:read" in harness.problem


VECTOR = (b'{"type":"url_verification","token":"t","challenge":"3eZbrw1aBm2r"}', 1_700_000_000)
# printf 'v0:1700000000:BODY' | openssl dgst -sha256 -hmac 'signing secret of nobody'
SIGNED = "v0=04bc15b16e382d973663577e4be9c38d6f7b4e32a39dd68fced7e01d353ecd16"


def test_the_challenge_is_answered_and_signatures_are_the_published_scheme() -> None:
    body, at = VECTOR
    headers = {"x-slack-request-timestamp": str(at), "x-slack-signature": SIGNED}
    request = HookRequest("POST", headers, {}, body, datetime.fromtimestamp(at + 299, UTC))
    inbound = SlackInbound(Account(BRAND, "slack", US, Credentials({"signing_secret": SECRET})), "")
    inbound.verify(request)
    answer = inbound.handshake(request)
    assert answer is not None
    assert answer.body == b"3eZbrw1aBm2r"
    late = replace(request, received_at=datetime.fromtimestamp(at + 301, UTC))
    wrong = replace(request, headers=headers | {"x-slack-signature": SIGNED.replace("v0", "v1")})
    for forged in (late, wrong, replace(request, headers=headers | {"x-slack-request-timestamp": str(at + 1)})):
        with pytest.raises(SignatureInvalid):
            inbound.verify(forged)
    with pytest.raises(SignatureInvalid):
        SlackInbound(Account(BRAND, "slack", US), "").verify(request)
    assert inbound.handshake(HookRequest("GET", {}, {}, b"", request.received_at)) is None


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<https://a.example/x|a.example/x>", "https://a.example/x"),
        ("<https://a.example|here>", "here (https://a.example)"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<#C1|help> <!here> <@U1|tom>", "#help @here @tom"),
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
    ],
)
def test_markup_is_shown_as_people_see_it(raw: str, shown: str) -> None:
    assert plain(raw) == shown
    assert plain(escaped(shown)) == shown
