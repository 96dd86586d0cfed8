"""LinkedIn against our own server of the documentation's answers and webhooks."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from replyassist.channels import Account, Credentials, Deleted, Edited, Event, HookRequest, NewMessage
from replyassist.channels.linkedin.inbound import LinkedInInbound
from replyassist.channels.linkedin.send import LinkedInPlatform
from replyassist.channels.linkedin.source import LinkedInSource
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import (
    ConfigurationError,
    DeliveryNotMade,
    DeliveryRefused,
    InvalidInput,
    RateLimited,
    SignatureInvalid,
)
from replyassist.inbox.schemas import MessageIn
from tests.world import BRAND, DRAFT, World

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .harness import PeerHarness
from .peers.linkedin import CLIENT, PAGE, POST, TOM, LinkedInPeer


class LinkedInHarness(PeerHarness[LinkedInPeer]):
    adapter = adapter_named("linkedin")
    account = PAGE

    def __init__(self, peer: LinkedInPeer) -> None:
        self.peer = peer

    def credentials(self) -> dict[str, str]:
        return self.peer.credentials()

    def write(self, text: str) -> str:
        return self.peer.write(text)

    def write_below(self, external_id: str, text: str) -> str:
        answered = self.peer.comments[external_id]
        return self.peer.write(text, above=answered.get("parentComment") or answered["commentUrn"])

    def write_malformed(self) -> None:
        self.peer.tell("COMMENT", self.peer.write(MALFORMED), lastModifiedAt=MALFORMED)
        del self.peer.notifications[-2]

    def edit(self, external_id: str, text: str) -> None:
        self.peer.edit(external_id, text)

    def delete(self, external_id: str) -> None:
        self.peer.delete(external_id)

    def posted(self) -> list[str]:
        return [each["message"]["text"] for each in self.peer.ours()]


@pytest.fixture
def peer(world: World, httpserver: HTTPServer) -> LinkedInPeer:
    peer = LinkedInPeer(world.clock.now, httpserver.url_for("").rstrip("/"))
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(peer.serve)
    return peer


@pytest.fixture
def harness(peer: LinkedInPeer) -> LinkedInHarness:
    return LinkedInHarness(peer)


def messages(events: Sequence[Event]) -> list[MessageIn]:
    return [event.message for event in events if isinstance(event, NewMessage)]


def pulled(stage: Stage, cursor: str | None, days: int = 7) -> tuple[list[Event], str | None]:
    """What asking brings, and the cursor after it."""
    found: list[Event] = []
    with closing(LinkedInSource(stage.account, stage.harness.runtime)) as source:
        since = stage.world.clock.now() - timedelta(days=days)
        for each in source.pull(cursor, since=since, is_ending=lambda: False):
            found, cursor = [*found, *each.events], each.cursor
    return found, cursor


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestLinkedIn(Conformance):
    def test_a_comment_brings_the_post_and_a_mention_is_one_itself(self, stage: Stage, peer: LinkedInPeer) -> None:
        asked, share = peer.write(QUESTION), peer.mention("Ask Fernhill about Norway")
        one, two = messages(stage.harness.events(stage.account))
        assert (one.external_id, one.author.external_id, one.in_reply_to) == (asked, TOM, None)
        assert (one.conversation.external_id, one.conversation.parent_text) == (POST, "New roast")
        assert (two.external_id, two.conversation.external_id) == (share, share)
        platform = stage.platform.inner
        reply = replace(stage.reply(DRAFT), in_reply_to=share, metadata=two.metadata)
        reply = reply.with_prepared(platform.prepare(reply))
        sent = platform.send(reply)
        assert peer.comments[sent]["object"] == share
        assert platform.find(reply) == sent

    def test_a_reply_to_a_reply_stands_under_the_first_comment(self, stage: Stage, peer: LinkedInPeer) -> None:
        top = peer.write("nice")
        below = peer.write(QUESTION, above=peer.comments[top]["commentUrn"])
        asked = messages(stage.harness.events(stage.account))[1]
        assert (asked.external_id, asked.in_reply_to) == (below, top)
        reply, platform = replace(stage.reply(DRAFT), in_reply_to=below, metadata=asked.metadata), stage.platform.inner
        reply = reply.with_prepared(platform.prepare(reply))
        sent = platform.send(reply)
        assert peer.comments[sent]["parentComment"] == peer.comments[top]["commentUrn"]

    def test_the_look_up_reads_all_pages_and_takes_ours_alone(self, stage: Stage, peer: LinkedInPeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        reply = replace(reply, first_tried_at=stage.world.clock.now())
        reply = reply.with_prepared(platform.prepare(reply))
        for number in range(105):
            peer.write(f"hm {number}", above=reply.prepared["under"])
        peer.write(DRAFT, above=reply.prepared["under"])
        peer.write(DRAFT, PAGE)
        assert platform.find(reply) is None
        sent = platform.send(reply)
        assert platform.find(reply) == sent
        assert platform.find(replace(reply, first_tried_at=stage.world.clock.now() + timedelta(minutes=5))) is None

    @pytest.mark.parametrize("decorates", [True, False])
    def test_what_no_webhook_told_is_asked_for(self, stage: Stage, peer: LinkedInPeer, decorates: bool) -> None:
        peer.decorates = decorates
        first = peer.write(QUESTION)
        ours = peer.write("Yes, we do.", PAGE, above=peer.comments[first]["commentUrn"])
        share = peer.mention("Ask Fernhill")
        events, cursor = pulled(stage, None)
        assert [each.external_id for each in messages(events)] == [first, ours, share]
        assert [each.direction for each in messages(events)] == ["in", "out", "in"]
        assert messages(events)[1].in_reply_to == first
        assert pulled(stage, cursor) == ([], cursor)
        peer.edit(first, "do you ship to Sweden?")
        peer.delete(peer.write("forget it"))
        events, cursor = pulled(stage, cursor)
        assert [type(each) for each in events if not isinstance(each, NewMessage)] == [Edited, Deleted]
        hooked = [event for hook in peer.hooks() for event in LinkedInInbound(stage.account).parse(hook)]
        assert stage.take(hooked) + stage.take(hooked) == len({each.external_id for each in messages(hooked)})

    def test_a_post_that_may_not_be_read_is_left_out(self, stage: Stage, peer: LinkedInPeer) -> None:
        peer.decorates = False
        hidden, asked = peer.write("hidden"), peer.write(QUESTION)
        peer.hidden = {hidden}
        with closing(LinkedInSource(stage.account, stage.harness.runtime)) as source:
            since = stage.world.clock.now() - timedelta(days=7)
            (read,) = source.pull(None, since=since, is_ending=lambda: False)
            assert [each.external_id for each in messages(read.events)] == [asked]
            assert "403" in source.problem

    def test_other_pages_and_actions_are_left_out(self, stage: Stage, peer: LinkedInPeer) -> None:
        asked = peer.write(QUESTION)
        (hook,) = peer.hooks()
        inbound, told = LinkedInInbound(stage.account), json.loads(hook.body)["notifications"][0]
        for other in ({"organizationalEntity": "urn:li:organization:5"}, {"action": "LIKE"}):
            assert inbound.parse(peer.signed({"notifications": [{**told, **other}]})) == []
        assert inbound.parse(peer.signed({"type": "LEAD_ACTION", "notifications": [told]})) == []
        gone = {**told, "action": "COMMENT_DELETE", "decoratedGeneratedActivity": None}
        assert inbound.parse(peer.signed({"notifications": [gone]})) == [Deleted(asked)]
        for broken in (b"[]", b"{"):
            with pytest.raises(InvalidInput):
                inbound.parse(replace(hook, body=broken))

    @pytest.mark.parametrize(
        ("status", "error", "said"),
        [
            (403, DeliveryRefused, "may not do this"),
            (404, DeliveryRefused, "gone"),
            (426, DeliveryNotMade, "version 202606"),
            (429, RateLimited, "try later"),
        ],
    )
    def test_errors_by_their_status(
        self, stage: Stage, peer: LinkedInPeer, status: int, error: type[Exception], said: str
    ) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        reply = reply.with_prepared(platform.prepare(reply))
        peer.status = status
        with pytest.raises(error, match=said):
            platform.send(reply)
        assert peer.ours() == []

    def test_what_is_not_known_or_gone_is_refused_before_it_is_sent(self, stage: Stage, peer: LinkedInPeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        for metadata in ({}, {"post": POST, "comment": "urn:li:share:5"}):
            with pytest.raises(DeliveryRefused):
                platform.prepare(replace(reply, metadata=metadata))
        peer.delete(reply.in_reply_to)
        with pytest.raises(DeliveryRefused, match="gone"):
            platform.prepare(reply)

    def test_connecting_says_what_works_and_a_token_is_renewed(
        self, stage: Stage, harness: LinkedInHarness, peer: LinkedInPeer
    ) -> None:
        tested = stage.platform.inner.test()
        assert (tested.is_ok, tested.account, tested.shown_as) == (True, PAGE, "Fernhill Coffee")
        peer.access.clear()
        assert stage.platform.inner.test().is_ok, "with another token"
        peer.pages = ()
        assert "administrator" in stage.platform.inner.test().problem
        for given, said in (({"version": "202508"}, "202508"), ({"token": "x", "refresh_token": ""}, "401")):
            account = replace(stage.account, credentials=Credentials(harness.credentials() | given))
            with closing(LinkedInPlatform(account, harness.runtime)) as platform:
                assert said in platform.test().problem
        nameless = replace(stage.account, credentials=Credentials(harness.credentials() | {"organization": "fernhill"}))
        with pytest.raises(ConfigurationError, match="number"):
            LinkedInPlatform(nameless, harness.runtime)


def test_the_challenge_and_the_signature_are_those_of_the_documentation() -> None:
    """Values: printf '%s' TEXT | openssl dgst -sha256 -hmac client-secret, of 890e4665 and of hmacsha256={"a": 1}."""
    account = Account(BRAND, "linkedin", PAGE, Credentials({**CLIENT, "organization": "77"}))
    inbound, now = LinkedInInbound(account), datetime.now(UTC)
    asked = HookRequest("GET", {}, {"challengeCode": "890e4665"}, b"", now)
    answer = inbound.handshake(asked)
    assert answer is not None
    assert answer.content_type == "application/json"
    assert json.loads(answer.body) == {
        "challengeCode": "890e4665",
        "challengeResponse": "e4c75b2dd0f59a952d15206ccba22461b1a9dc4d6d80a16a5fe9956cdee1a2e1",
    }
    assert inbound.handshake(replace(asked, query={})) is None
    told = HookRequest(
        "POST",
        {"x-li-signature": "73ea630cc8bbb40d7bcaa6fad338eac26def5e4cb86a62e71b8afef19a9a157b"},
        {},
        b'{"a": 1}',
        now,
    )
    inbound.verify(told)
    for forged in (
        replace(told, body=b'{"a": 2}'),
        replace(
            told,
            headers={"x-li-signature": "hmacsha256=73ea630cc8bbb40d7bcaa6fad338eac26def5e4cb86a62e71b8afef19a9a157b"},
        ),
    ):
        with pytest.raises(SignatureInvalid):
            inbound.verify(forged)
    with pytest.raises(SignatureInvalid):
        LinkedInInbound(Account(BRAND, "linkedin", PAGE)).verify(told)


def test_the_challenge_signs_no_body() -> None:
    inbound = LinkedInInbound(Account(BRAND, "linkedin", PAGE, Credentials({**CLIENT, "organization": "77"})))
    body = json.dumps({"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": []})
    for code in (f"hmacsha256={body}", "hmacsha256=1", body, "a" * 201, "é"):
        with pytest.raises(SignatureInvalid):
            inbound.handshake(HookRequest("GET", {}, {"challengeCode": code}, b"", datetime.now(UTC)))
