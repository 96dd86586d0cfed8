from __future__ import annotations

from collections.abc import Iterator

import pytest

from replyassist.channels import NewMessage, ThreadPlace
from replyassist.channels.registry import adapter_named

from . import meta
from .conformance import QUESTION, Conformance, Stage
from .peers.meta import TOM, InstagramPeer, signed

ADAPTER = adapter_named("instagram")


@pytest.fixture
def peer() -> Iterator[InstagramPeer]:
    with InstagramPeer().served() as peer:
        yield peer


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestMessages(Conformance):
    @pytest.fixture
    def harness(self, peer: InstagramPeer) -> InstagramHarness:
        return InstagramHarness(ADAPTER, peer, "private")

    def test_late_replies_carry_the_tag(self, stage: Stage, harness: InstagramHarness) -> None:
        meta.check_private(stage, harness)

    def test_pictures_come_with_their_address(self, stage: Stage, harness: InstagramHarness) -> None:
        picture = {"type": "image", "payload": {"url": "https://cdn.example/1.jpg"}}
        harness.write("look")
        hook = harness.peer.told[-1]
        hook["entry"][0]["messaging"][0]["message"] |= {"text": None, "attachments": [picture, {"type": "share"}]}
        (event,) = harness.events(stage.account)

        assert isinstance(event, NewMessage)
        assert [each.kind for each in event.message.attachments] == ["image", "other"]
        assert event.message.attachments[0].url == "https://cdn.example/1.jpg"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestComments(Conformance):
    @pytest.fixture
    def harness(self, peer: InstagramPeer) -> InstagramHarness:
        return InstagramHarness(ADAPTER, peer, "public", private_window=None, tells_edits=False, tells_deletions=False)

    def test_a_reply_to_a_reply_mentions_its_author(self, stage: Stage, harness: InstagramHarness) -> None:
        meta.check_comments(stage, harness, mention="@tom ")

    def test_of_such_a_reply_the_longest_that_can_be_approved_is_sent(
        self, stage: Stage, harness: InstagramHarness
    ) -> None:
        harness.peer.comment("which countries?", TOM, harness.write(QUESTION))
        _, below = (event.message for event in harness.events(stage.account) if isinstance(event, NewMessage))
        reply = stage.longest_approved("a", below)
        assert len(reply.text) == 2200 - len("@tom ")
        self._send(stage, reply)

    def test_errors_are_told_apart(self, stage: Stage, harness: InstagramHarness) -> None:
        meta.check_errors(stage, harness.peer)

    def test_the_address_is_tested_and_nothing_forged_passes(self, stage: Stage, harness: InstagramHarness) -> None:
        meta.check_handshake(stage, harness, stage.account)

    def test_a_token_is_renewed_before_it_ends(self, stage: Stage, harness: InstagramHarness) -> None:
        meta.check_renewal(stage, harness)

    def test_connecting_subscribes(self, stage: Stage, harness: InstagramHarness) -> None:
        meta.check_connecting(stage, harness, "@fernhill")

    def test_the_post_above_is_asked_for(self, stage: Stage, harness: InstagramHarness) -> None:
        platform = stage.platform.inner
        place = ThreadPlace("1", "media-1", {"is_comment": True})

        assert platform.thread(place).parent_text == "New roast is out!"
        assert platform.thread(ThreadPlace("m_1", TOM)).parent_text is None

    def test_the_documentations_other_shape_is_read_too(self, stage: Stage, harness: InstagramHarness) -> None:
        harness.write(QUESTION)
        (document,) = harness.peer.told
        entry = document["entry"][0]
        (change,) = entry.pop("changes")
        first = harness.adapter.inbound
        assert first is not None
        (event,) = first(stage.account, harness.runtime).parse(signed({**document, "entry": [entry | change]}))

        assert isinstance(event, NewMessage)
        assert event.message.text == QUESTION


class InstagramHarness(meta.MetaHarness):
    def edit(self, external_id: str, text: str) -> None:
        self.peer.resay(external_id, text)

    def delete(self, external_id: str) -> None:
        self.peer.unsay(external_id)


class TestReading(meta.MetaReading):
    adapter = ADAPTER
