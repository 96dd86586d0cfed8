from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from replyassist.channels import NewMessage, OutgoingReply, ThreadPlace
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain, InvalidInput

from . import meta
from .conformance import QUESTION, Conformance, Stage
from .peers.meta import signed
from .peers.threads import ROOT, ThreadsPeer
from .reading import Reading, messages

ADAPTER = adapter_named("threads")


@pytest.fixture
def peer() -> Iterator[ThreadsPeer]:
    with ThreadsPeer().served() as peer:
        yield peer


class ThreadsHarness(meta.MetaHarness):
    peer: ThreadsPeer

    def write_below(self, external_id: str, text: str) -> str:
        return self.peer.comment(text, parent=external_id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestThreads(Conformance):
    @pytest.fixture
    def harness(self, peer: ThreadsPeer) -> ThreadsHarness:
        return ThreadsHarness(ADAPTER, peer, "public")

    def test_a_container_is_published_once_and_then_found(self, stage: Stage, harness: ThreadsHarness) -> None:
        reply, platform = _prepared(stage), stage.platform.inner
        assert platform.find(reply) is None
        for _ in range(3):
            harness.peer.comment("me too", parent=reply.in_reply_to)
        sent = platform.send(reply)
        with pytest.raises(DeliveryUncertain):
            platform.send(reply)
        assert platform.find(reply) == sent
        harness.peer.hides = True
        with pytest.raises(DeliveryNotMade):
            platform.find(reply)
        assert harness.posted() == ["Yes, we do."]

    def test_a_container_that_is_not_ready_waits_and_one_that_is_gone_fails(
        self, stage: Stage, harness: ThreadsHarness
    ) -> None:
        reply, platform = _prepared(stage), stage.platform.inner
        harness.peer.status = "IN_PROGRESS"
        with pytest.raises(DeliveryNotMade) as early:
            platform.send(reply)
        assert early.value.retry_after_s == 30
        with pytest.raises(DeliveryNotMade):
            platform.find(reply)
        for gone in ("EXPIRED", "ERROR"):
            harness.peer.status = gone
            with pytest.raises(DeliveryRefused, match="approve"):
                platform.send(reply)
            assert platform.find(reply) is None
        assert harness.posted() == []

    def test_replies_under_replies_and_under_others_posts(self, stage: Stage, harness: ThreadsHarness) -> None:
        first = harness.write(QUESTION)
        harness.peer.comment("yes?", parent=first)
        harness.peer.comment("elsewhere")
        harness.peer.told[-1]["values"]["value"]["root_post"]["username"] = "somebody"
        harness.peer.comment("a mention")
        harness.peer.told[-1]["values"]["field"] = "mentions"
        one, two = (event.message for event in harness.events(stage.account) if isinstance(event, NewMessage))

        assert (one.in_reply_to, two.in_reply_to) == (None, first)
        assert stage.platform.inner.thread(ThreadPlace(first, ROOT)).parent_text == "New roast is out!"

    def test_a_token_is_renewed_before_it_ends(self, stage: Stage, harness: ThreadsHarness) -> None:
        meta.check_renewal(stage, harness)

    def test_connecting_says_who_we_are(self, stage: Stage, harness: ThreadsHarness) -> None:
        tested = stage.platform.inner.test()

        assert (tested.is_ok, tested.account, tested.shown_as) == (True, "fernhill", "@fernhill")

    def test_what_is_no_notification_is_refused(self, stage: Stage, harness: ThreadsHarness) -> None:
        assert harness.adapter.inbound is not None
        with pytest.raises(InvalidInput):
            harness.adapter.inbound(stage.account, harness.runtime).parse(signed({"object": "page"}))


def _prepared(stage: Stage) -> OutgoingReply:
    reply = meta.asked(stage)
    return replace(reply, prepared=stage.platform.inner.prepare(reply))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReading(Reading):
    @pytest.fixture
    def harness(self, peer: ThreadsPeer) -> meta.MetaReadHarness:
        return meta.MetaReadHarness(ADAPTER, peer, "public")

    def test_a_private_profile_has_no_name(self, stage: Stage, harness: meta.MetaReadHarness) -> None:
        asked = harness.write(QUESTION)
        below = harness.peer.comment("and to Sweden?", parent=asked)
        assert isinstance(harness.peer, ThreadsPeer)
        harness.peer.private.add("tom")
        one, two = messages(harness.events(stage.account))
        assert (one.author.external_id, one.author.handle) == (f"author of {asked}", None)
        assert (two.external_id, two.in_reply_to, two.conversation) == (below, asked, one.conversation)
