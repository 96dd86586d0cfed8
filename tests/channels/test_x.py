"""X against our own server of the documentation's answers."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from replyassist.channels import Account, Credentials, Deleted, HookRequest, NewMessage, Thread, ThreadPlace
from replyassist.channels.registry import adapter_named
from replyassist.channels.x.inbound import XInbound
from replyassist.channels.x.send import XPlatform
from replyassist.channels.x.text import comparable
from replyassist.core.errors import CredentialsRefused, DeliveryNotMade, DeliveryRefused, InvalidInput, SignatureInvalid
from replyassist.inbox.models import MessageStatus
from tests.world import BRAND, DRAFT, World

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .harness import PeerHarness
from .peers.x import KEYS, TOM, US, XPeer, signature
from .reading import ReadHarness, Reading, messages


class XHarness(PeerHarness[XPeer]):
    adapter = adapter_named("x")
    account = US

    def __init__(self, peer: XPeer, url: str) -> None:
        self.peer, self.url = peer, url

    def credentials(self) -> dict[str, str]:
        return {**KEYS, "url": self.url}

    def write(self, text: str) -> str:
        return self.peer.write(TOM, f"@fernhill {text}")

    def write_below(self, external_id: str, text: str) -> str:
        return self.peer.write(TOM, f"@fernhill {text}", above=external_id)

    def write_malformed(self) -> None:
        self.peer.write(TOM, f"@fernhill {MALFORMED}", more={"user": {}})

    def posted(self) -> list[str]:
        return [post["said"] for post in self.peer.ours() if post["above"]]


@pytest.fixture
def peer(world: World, httpserver: HTTPServer) -> XPeer:
    peer = XPeer(world.clock.now)
    httpserver.expect_request(re.compile("/2/.*")).respond_with_handler(peer.serve)
    return peer


@pytest.fixture
def harness(peer: XPeer, httpserver: HTTPServer) -> XHarness:
    return XHarness(peer, httpserver.url_for("/"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestX(Conformance):
    @pytest.mark.parametrize("names", ["post.fields", "tweet.fields"])
    def test_a_reply_is_found_by_its_words_whatever_x_makes_of_them(
        self, stage: Stage, harness: XHarness, names: str
    ) -> None:
        harness.peer.names = names
        reply = stage.reply("@tom Yes & no <3: example.com/a, https://b.example/c?d=1 Cafe\u0301.")
        platform = stage.platform.inner
        reply = replace(reply, first_tried_at=harness.world.clock.now())
        assert platform.find(reply) is None
        sent = platform.send(reply)
        for number in range(3):
            harness.peer.write(US, f"Another one, {number}.", above=reply.in_reply_to)
        harness.peer.page = 2
        assert platform.find(reply) == sent, "on a later page"
        assert platform.find(replace(reply, text="Another text.")) is None
        assert platform.find(replace(reply, in_reply_to=harness.write(QUESTION))) is None
        late = replace(reply, first_tried_at=harness.world.clock.now() + timedelta(minutes=5))
        assert platform.find(late) is None

    def test_a_repeated_text_and_a_closed_post_are_refused(self, stage: Stage, harness: XHarness) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        platform.send(reply)
        with pytest.raises(DeliveryRefused, match="this very text"):
            platform.send(reply)
        for unknown, told in (("99", "mention or quote"), ("../users/me", "no id")):
            with pytest.raises(DeliveryRefused, match=told):
                platform.send(replace(reply, in_reply_to=unknown))
        for status, error in ((402, DeliveryNotMade), (429, DeliveryNotMade), (400, DeliveryRefused)):
            harness.peer.fails = status
            with pytest.raises(error):
                platform.send(reply)
        with pytest.raises(DeliveryNotMade):
            platform.find(reply)
        assert len(harness.posted()) == 1

    def test_what_is_told_is_read_as_people_see_it(self, stage: Stage, harness: XHarness) -> None:
        post = harness.peer.write(US, "New roast!")
        photo = {"url": "https://t.co/p", "media_url_https": "https://pbs.twimg.example/p.jpg", "type": "photo"}
        long = "see https://a.example/b <3 " + "so good " * 20
        asked = harness.peer.write(TOM, f"@fernhill {long}", above=post, more={"extended_entities": {"media": [photo]}})
        quoted = harness.peer.write(TOM, "is it?", more={"quoted_status": {"text": "New &lt;roast&gt;!"}})
        harness.peer.write(TOM, "RT", more={"retweeted_status": {"id_str": post}})
        reply, quote = (event.message for event in harness.events(stage.account) if isinstance(event, NewMessage))
        assert (reply.external_id, quote.external_id) == (asked, quoted), "our own posts and reposts are left out"
        assert (reply.text, reply.author.handle, reply.author.name) == (long.strip(), "tom", "Tom")
        assert (reply.conversation.external_id, reply.in_reply_to) == (post, post)
        assert (quote.answered_text, quote.conversation.parent_text) == ("New <roast>!", None)
        platform = stage.platform.inner
        assert platform.thread(ThreadPlace(asked, post, reply.metadata)) == Thread("New roast!")
        below = ThreadPlace("5", post, {"above": quoted})
        assert platform.thread(below) == Thread("New roast!", "is it?")
        assert platform.thread(replace(below, wants_post=False)) == Thread(answered_text="is it?")
        assert platform.thread(replace(below, wants_answered=False)) == Thread("New roast!")
        harness.peer.posts.pop(post)
        assert platform.thread(ThreadPlace(asked, post, reply.metadata)) == Thread()
        assert platform.thread(ThreadPlace(quoted, quoted, quote.metadata)) == Thread()

    def test_media_hang_on_the_message(self, stage: Stage, harness: XHarness) -> None:
        photo = {"url": "https://t.co/p", "media_url_https": "https://pbs.twimg.example/p.jpg", "type": "photo"}
        told = {"text": "broken https://t.co/p", "extended_entities": {"media": [photo]}}
        harness.peer.write(TOM, "broken", more=told)
        (event,) = harness.events(stage.account)
        assert isinstance(event, NewMessage)
        (attachment,) = event.message.attachments
        assert (event.message.text, attachment.url) == ("broken", "https://pbs.twimg.example/p.jpg")

    def test_other_activity_is_left_out(self, stage: Stage, harness: XHarness) -> None:
        inbound, signed = XInbound(stage.account), harness.peer.signed
        gone = {"for_user_id": US, "tweet_delete_events": [{"status": {"id": "5", "user_id": US}}]}
        assert inbound.parse(signed(gone)) == [Deleted("5")]
        harness.write(QUESTION)
        (told,) = harness.peer.told
        assert inbound.parse(signed({**told, "for_user_id": "3300"})) == []
        assert inbound.parse(signed({"for_user_id": US, "favorite_events": [{}]})) == []
        untimed = {**told["tweet_create_events"][0], "timestamp_ms": None}
        (event,) = inbound.parse(signed({"for_user_id": US, "tweet_create_events": [untimed]}))
        assert isinstance(event, NewMessage)
        assert abs(event.message.posted_at - harness.world.clock.now()) < timedelta(minutes=1)
        for broken in (b"[]", b"{"):
            with pytest.raises(InvalidInput):
                inbound.parse(replace(signed(told), body=broken))

    def test_connecting_says_who_we_are_and_whether_we_may_post(self, stage: Stage, harness: XHarness) -> None:
        tested = stage.platform.inner.test()
        assert (tested.is_ok, tested.account, tested.shown_as) == (True, US, "@fernhill")
        harness.peer.access = "read"
        assert "may only read" in stage.platform.inner.test().problem
        wrong = replace(stage.account, credentials=Credentials(harness.credentials() | {"token_secret": "wrong"}))
        with closing(XPlatform(wrong, harness.runtime)) as platform:
            assert not platform.test().is_ok
            with pytest.raises(CredentialsRefused):
                platform.send(stage.reply(DRAFT))


class XReadHarness(XHarness, ReadHarness):
    untold = frozenset({"attachments"})

    def elsewhere(self, text: str) -> str:
        return self.peer.write(US, text, above=self.write("thanks"))

    def answer_there(self, external_id: str, text: str) -> None:
        self.peer.write(US, text, above=external_id)

    def limit_reads(self, most: int) -> None:
        self.peer.most_reads = most

    def list_malformed(self) -> None:
        self.peer.posts[self.write(MALFORMED)]["listed"] = {"created_at": MALFORMED}

    def pass_time(self) -> None:
        self.world.clock.advance(seconds=2)


@pytest.mark.parametrize("names", ["post.fields", "tweet.fields"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReading(Reading):
    def test_what_is_answered_under_our_post_is_kept(self, stage: Stage, harness: XReadHarness) -> None:
        """The list of our own comes first: our answer is there before what it answers, and names nothing but that."""
        harness.peer.page = 2
        post = harness.peer.write(US, "New roast!")
        harness.pass_time()
        asked = harness.write_below(post, "how much is it?")
        harness.pass_time()
        harness.answer_there(asked, "12 euros")
        stage.take(harness.events(stage.account))

        stored = stage.message(asked)
        assert stored is not None
        assert stored.status == MessageStatus.KEPT
        assert stage.world.jobs.planned == []

    @pytest.fixture
    def harness(self, peer: XPeer, httpserver: HTTPServer, names: str) -> XReadHarness:
        peer.page, peer.names = 3, names
        made = XReadHarness(peer, httpserver.url_for("/"))
        made.reads_a_place = 1 if names == "tweet.fields" else 2  # the other names are refused first
        return made

    def test_long_posts_are_read_whole_and_our_own_posts_are_no_replies(
        self, stage: Stage, harness: XReadHarness
    ) -> None:
        long = "see https://a.example/b <3 " + "so good " * 50
        post = harness.peer.write(US, "New roast!")
        asked = harness.peer.write(TOM, f"@fernhill {long}", above=post)
        (read,) = messages(harness.events(stage.account))
        assert (read.external_id, read.in_reply_to, read.text) == (asked, post, long.strip())

    def test_posts_without_an_author_are_not_passed_over(
        self, stage: Stage, harness: XReadHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        harness.write(QUESTION)
        monkeypatch.setattr("replyassist.channels.x.source.ASKED", ({harness.peer.names: "created_at"},))
        with pytest.raises(DeliveryNotMade, match="who wrote"):
            harness.events(stage.account)


def test_readings_are_as_far_apart_as_the_account_says() -> None:
    adapter = XHarness.adapter
    hours = {given: adapter.traits_for({"hours": given}).poll_seconds / 3600 for given in ("", "6", "0", "900", "no")}
    assert hours == {"": 1, "6": 6, "0": 1, "900": 168, "no": 1}


def test_a_link_costs_thirteen_times_as_much_and_text_is_weighted() -> None:
    traits = XHarness.adapter.traits
    assert traits.cost is not None
    assert (traits.cost.micro_usd("Yes."), traits.cost.micro_usd("See example.com")) == (15_000, 200_000)
    count = traits.counting("public").count
    assert [count("a" * 280), count("漢" * 140), count(f"https://a.example/{'b' * 300}")] == [280, 280, 23]


def test_the_challenge_is_answered_with_its_signature() -> None:
    """The value: printf '%s' 9b4507b3 | openssl dgst -sha256 -hmac 'cs of nobody' -binary | base64."""
    inbound = XInbound(Account(BRAND, "x", US, Credentials(KEYS)))
    request = HookRequest("GET", {}, {"crc_token": "9b4507b3"}, b"", datetime.now(UTC))
    answer = inbound.handshake(request)
    assert answer is not None
    assert json.loads(answer.body) == {"response_token": "sha256=gCIRkXgNKKiP8Ol4A4Z1RB563ZCYMSAxDhy9B75KlvM="}
    assert answer.content_type == "application/json"
    assert inbound.handshake(replace(request, query={})) is None
    with pytest.raises(SignatureInvalid):
        XInbound(Account(BRAND, "x", US)).verify(replace(request, method="POST"))


def test_the_challenge_signs_no_body() -> None:
    inbound = XInbound(Account(BRAND, "x", US, Credentials(KEYS)))
    for body in (json.dumps({"for_user_id": US, "tweet_create_events": []}), "[]", '"a"', "a" * 201, "é"):
        with pytest.raises(SignatureInvalid):
            inbound.handshake(HookRequest("GET", {}, {"crc_token": body}, b"", datetime.now(UTC)))


def test_the_fakes_signature_is_that_of_the_standard() -> None:
    """OAuth Core 1.0, appendix A.5; the adapter signs by authlib."""
    keys = {"consumer_secret": "kd94hf93k423kf44", "token_secret": "pfkkdhi9sl3r4s00"}
    parameters = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_token": "nnch734d00sl2jdk",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1191242096",
        "oauth_nonce": "kllo9940pd9333jh",
        "oauth_version": "1.0",
        "file": "vacation.jpg",
        "size": "original",
    }
    assert signature("GET", "http://photos.example.net/photos", parameters, keys) == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


@pytest.mark.parametrize("other", ["Yes.", "Yes: https://a.example/b c", "no: https://a.example/b"])
def test_other_words_are_not_taken_for_ours(other: str) -> None:
    ours = "Yes: https://a.example/b"
    assert comparable(other) != comparable(ours)
    assert comparable("@tom @ada Yes:  https://t.co/x") == comparable(ours)
