"""TikTok against our own server of its comments and webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from replyassist.channels import Credentials, NewMessage, Thread, ThreadPlace
from replyassist.channels.registry import adapter_named
from replyassist.channels.tiktok.inbound import TikTokInbound
from replyassist.channels.tiktok.send import TikTokPlatform
from replyassist.core.errors import DeliveryRefused, DeliveryUncertain, InvalidInput, RateLimited
from tests.world import BRAND, DRAFT

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .harness import PeerHarness
from .peers.tiktok import OTHER, OWN, REFRESH, SECRET, US, VIDEO, TikTokPeer, signed
from .reading import ReadHarness, Reading, messages


class TikTokHarness(PeerHarness[TikTokPeer]):
    adapter = adapter_named("tiktok")
    account = US

    def __init__(self, peer: TikTokPeer) -> None:
        self.peer = peer

    def credentials(self) -> dict[str, str]:
        us = {"business_id": US, "client_id": "app-1", "client_secret": SECRET, "refresh_token": REFRESH}
        return {**us, "own_identifier": OWN, "url": self.peer.address}

    def write(self, text: str) -> str:
        return self.peer.write(text)

    def write_below(self, external_id: str, text: str) -> str:
        return self.peer.write(text, top=self.peer.comments[external_id]["parent_comment_id"] or external_id)

    def write_malformed(self) -> None:
        content = json.dumps({"comment_id": 1, "text": MALFORMED})
        self.peer.told.append(signed({"event": "comment.update", "user_openid": US, "content": content}))

    def delete(self, external_id: str) -> None:
        self.peer.delete(external_id)

    def posted(self) -> list[str]:
        return [each["text"] for each in self.peer.comments.values() if each["owner"]]


@pytest.fixture
def peer() -> Iterator[TikTokPeer]:
    with TikTokPeer().served() as peer:
        yield peer


@pytest.fixture
def harness(peer: TikTokPeer) -> TikTokHarness:
    return TikTokHarness(peer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestTikTok(Conformance):
    def test_the_look_up_reads_all_pages_and_takes_ours_alone(self, stage: Stage, peer: TikTokPeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        peer.write(DRAFT, top=reply.in_reply_to)
        assert platform.find(reply) is None
        sent = platform.send(reply)
        for number in range(3):
            peer.write(f"hm {number}", top=reply.in_reply_to)
        assert platform.find(reply) == sent

    def test_errors_stand_in_good_answers(self, stage: Stage, peer: TikTokPeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        for code, kind in ((40002, DeliveryRefused), (40100, RateLimited), (50000, DeliveryUncertain)):
            peer.fails = code
            with pytest.raises(kind, match=str(code)):
                platform.send(reply)
        with pytest.raises(DeliveryRefused):
            platform.send(replace(reply, text="a" * 151))
        assert stage.harness.posted() == []

    def test_a_token_that_is_over_is_renewed(self, stage: Stage, harness: TikTokHarness, peer: TikTokPeer) -> None:
        reply = stage.reply(DRAFT)
        peer.access.clear()
        stage.platform.inner.send(reply)
        peer.access.clear()
        assert stage.platform.inner.test().shown_as == "@fernhill"
        over = replace(stage.account, credentials=Credentials({**harness.credentials(), "refresh_token": "over"}))
        with closing(TikTokPlatform(over, harness.runtime)) as platform:
            assert "connect the account again" in platform.test().problem

    def test_sending_learns_by_what_we_are_told(self, stage: Stage, harness: TikTokHarness) -> None:
        kept: dict[str, str] = {}
        unknown = {name: value for name, value in harness.credentials().items() if name != "own_identifier"}
        account = replace(stage.account, credentials=Credentials(unknown), keep=kept.update)
        with closing(TikTokPlatform(account, harness.runtime)) as platform:
            platform.send(stage.reply(DRAFT))
        assert kept["own_identifier"] == OWN

    def test_what_cannot_be_kept_is_no_doubt_about_the_reply(self, stage: Stage, harness: TikTokHarness) -> None:
        def keep(learnt: Mapping[str, str]) -> None:
            if "own_identifier" in learnt:
                raise OSError("the disk is full")

        unknown = {name: value for name, value in harness.credentials().items() if name != "own_identifier"}
        account = replace(stage.account, credentials=Credentials(unknown), keep=keep)
        with closing(TikTokPlatform(account, harness.runtime)) as platform:
            assert platform.send(stage.reply(DRAFT))
        assert len(harness.posted()) == 1

    def test_our_comments_are_ours_after_another_sign_in(
        self, stage: Stage, harness: TikTokHarness, peer: TikTokPeer
    ) -> None:
        unknown = {name: value for name, value in harness.credentials().items() if name != "own_identifier"}
        connections = replace(harness.world.connections, runtime=harness.runtime)
        connections.disconnect(BRAND, "tiktok", actor="Max")
        kept, _ = connections.connect(BRAND, "tiktok", unknown, actor="Lea")
        assert "own_identifier" not in connections.account(kept).credentials, "nothing of ours stands there"
        peer.write("Thanks all!", OWN)
        kept, _ = connections.connect(BRAND, "tiktok", unknown, actor="Lea")
        assert connections.account(kept).credentials["own_identifier"] == OWN
        peer.comments.clear()
        kept, _ = connections.connect(BRAND, "tiktok", unknown, actor="Lea")
        assert connections.account(kept).credentials["own_identifier"] == OWN

    def test_what_stands_above_is_asked_for(self, stage: Stage, peer: TikTokPeer) -> None:
        platform, top = stage.platform.inner, peer.write("nice")
        assert platform.thread(ThreadPlace(top, VIDEO, {"top": top})) == Thread("New roast is out!")
        below = ThreadPlace("1", VIDEO, {"top": top})
        assert platform.thread(below) == Thread("New roast is out!", "nice")
        assert platform.thread(replace(below, wants_post=False)) == Thread(answered_text="nice")

    def test_long_ids_stay_whole_and_other_events_are_left_out(self, stage: Stage, harness: TikTokHarness) -> None:
        top = harness.write("nice")
        below = harness.peer.write(QUESTION, top=top)
        hooks = harness.hooks()
        inbound = TikTokInbound(stage.account)
        (event,) = inbound.parse(hooks[1])
        assert isinstance(event, NewMessage)
        assert (event.message.external_id, event.message.in_reply_to) == (below, top)
        assert event.message.conversation.external_id == VIDEO
        document = json.loads(hooks[0].body)
        hidden = json.dumps({**json.loads(document["content"]), "comment_action": "set_to_hidden"})
        for other in ({"user_openid": "another"}, {"event": "authorization.removed"}, {"content": hidden}):
            assert inbound.parse(signed(document | other)) == []
        with pytest.raises(InvalidInput):
            inbound.parse(signed(document | {"content": "no JSON"}))


class TikTokReadHarness(TikTokHarness, ReadHarness):
    def elsewhere(self, text: str) -> str:
        return self.peer.write(text, video=OTHER)

    def answer_there(self, external_id: str, text: str) -> None:
        self.peer.write(text, OWN, external_id)

    def limit_reads(self, most: int) -> None:
        self.peer.most_reads = most

    def pass_time(self) -> None:
        for each in self.peer.comments.values():
            each["create_time"] -= 5

    def list_malformed(self) -> None:
        self.peer.comments[self.write(MALFORMED)]["create_time"] = MALFORMED


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReading(Reading):
    @pytest.fixture
    def harness(self, peer: TikTokPeer) -> TikTokReadHarness:
        return TikTokReadHarness(peer)

    def test_ours_are_known_without_an_identifier_and_a_late_reply_is_seen(
        self, stage: Stage, harness: TikTokReadHarness
    ) -> None:
        top = harness.write(QUESTION)
        harness.peer.comments[top]["create_time"] -= 6 * 86_400
        assert harness.events(stage.account), "what was there"
        below = harness.peer.write("and?", top=top)
        answer = harness.peer.write("Yes.", OWN, top)
        unknown = {name: value for name, value in harness.credentials().items() if name != "own_identifier"}
        account = replace(stage.account, credentials=Credentials(unknown))
        ours, late = messages(harness.events(account))
        assert (ours.external_id, ours.direction, late.external_id) == (answer, "out", below)
        assert late.in_reply_to == top
