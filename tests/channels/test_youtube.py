"""YouTube against our own server of the documentation's comments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from replyassist.channels import Event, NewMessage, Thread, ThreadPlace
from replyassist.channels.registry import adapter_named
from replyassist.channels.youtube.source import MOST_ASKED, YouTubeSource
from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain, RateLimited
from replyassist.inbox.schemas import MessageIn
from tests.world import DRAFT

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .harness import PeerHarness
from .peers.google import refused
from .peers.youtube import TOM, US, VIDEO, YouTubePeer
from .polled import PolledHarness


class YouTubeHarness(PeerHarness[YouTubePeer], PolledHarness):
    adapter = adapter_named("youtube")
    account = US

    def __init__(self, peer: YouTubePeer) -> None:
        self.peer = peer

    def credentials(self) -> dict[str, str]:
        return self.peer.credentials()

    def write(self, text: str) -> str:
        return self.peer.write(text)

    def write_below(self, external_id: str, text: str) -> str:
        return self.peer.write(text, top=external_id.partition(".")[0])

    def write_malformed(self) -> None:
        self.peer.comments[self.peer.write(MALFORMED)]["snippet"]["updatedAt"] = MALFORMED

    def edit(self, external_id: str, text: str) -> None:
        self.peer.edit(external_id, text)

    def posted(self) -> list[str]:
        return self.peer.ours()


@pytest.fixture
def peer() -> Iterator[YouTubePeer]:
    with YouTubePeer().served() as peer:
        yield peer


@pytest.fixture
def harness(peer: YouTubePeer) -> YouTubeHarness:
    return YouTubeHarness(peer)


def messages(events: Sequence[Event]) -> list[MessageIn]:
    return [event.message for event in events if isinstance(event, NewMessage)]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestYouTube(Conformance):
    def test_of_a_reply_below_a_comment_the_longest_that_can_be_approved_is_sent(
        self, stage: Stage, harness: YouTubeHarness, peer: YouTubePeer
    ) -> None:
        peer.write("me too", top=harness.write(QUESTION))
        below = messages(harness.events(stage.account))[-1]
        reply = stage.longest_approved("a", below)
        assert len(reply.text) == 10_000 - len(f"{below.author.handle} ") < 10_000
        self._send(stage, reply)

    def test_all_threads_and_all_replies_come_once(
        self, stage: Stage, harness: YouTubeHarness, peer: YouTubePeer
    ) -> None:
        tops = [harness.write(f"{QUESTION} {number}") for number in range(5)]
        below = [peer.write(f"me too {number}", top=tops[0]) for number in range(5)]
        ours = peer.write("Yes, we do.", US, tops[0])
        found = messages(harness.events(stage.account))

        assert [each.external_id for each in found] == [tops[0], *below, ours, *tops[1:]]
        assert [each.in_reply_to for each in found[:2]] == [None, tops[0]]
        assert (found[6].direction, found[0].conversation.external_id) == ("out", VIDEO)
        before = peer.units
        assert harness.events(stage.account) == []
        assert before - peer.units == 3, "pages of threads alone: nothing below them has changed"
        new = peer.write("and to Sweden?", top=tops[0])
        assert [each.external_id for each in messages(harness.events(stage.account))] == [new]

    def test_one_reading_asks_for_so_many_threads_and_the_next_goes_on(
        self, stage: Stage, harness: YouTubeHarness, peer: YouTubePeer
    ) -> None:
        tops = [harness.write(f"{QUESTION} {number}") for number in range(MOST_ASKED + 3)]
        below = [peer.write(f"me too {number}", top=top) for top in tops for number in range(3)]
        first = messages(harness.events(stage.account))
        assert len(first) == len(tops) + len(below) - 3, "of three threads the replies that are shown with them"
        second = messages(harness.events(stage.account))
        assert sorted(each.external_id for each in first + second) == sorted(tops + below)

    def test_a_reading_that_is_cut_off_keeps_what_it_has_and_says_so(
        self, stage: Stage, harness: YouTubeHarness, peer: YouTubePeer
    ) -> None:
        tops = [harness.write(f"{QUESTION} {number}") for number in range(5)]
        asked = iter([False, False, True])
        since, found = harness.world.clock.now() - timedelta(days=7), list[Event]()
        with closing(YouTubeSource(stage.account, harness.runtime)) as source, pytest.raises(DeliveryNotMade):
            for pulled in source.pull(None, since=since, is_ending=lambda: next(asked)):
                found += pulled.events
                harness.cursor = pulled.cursor
        assert [each.external_id for each in messages(found)] == tops[3:]
        again = [each.external_id for each in messages(harness.events(stage.account))]
        assert set(tops[:3]) <= set(again)

    def test_a_thread_that_is_gone_holds_nobody_up(
        self, stage: Stage, harness: YouTubeHarness, peer: YouTubePeer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        top = harness.write(QUESTION)
        below = [peer.write(f"me too {number}", top=top) for number in range(3)]
        whole, gone = peer.route, refused(404, "commentNotFound")
        monkeypatch.setattr(
            peer, "route", lambda method, path, given: gone if "parentId" in given else whole(method, path, given)
        )
        assert [each.external_id for each in messages(harness.events(stage.account))] == [top, *below[1:]]

    def test_pages_that_never_end_do(
        self, stage: Stage, harness: YouTubeHarness, peer: YouTubePeer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        harness.write(QUESTION)
        whole = peer.route

        def first_again(method: str, path: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            return 200, {**whole(method, path, {**given, "pageToken": 0})[1], "nextPageToken": "0"}

        monkeypatch.setattr(peer, "route", first_again)
        with pytest.raises(DeliveryNotMade, match="does not end"):
            harness.events(stage.account)

    def test_a_reply_to_a_reply_stands_under_the_top_comment(self, stage: Stage, peer: YouTubePeer) -> None:
        top = peer.write("nice")
        below = peer.write(QUESTION, top=top)
        asked = next(each for each in messages(stage.harness.events(stage.account)) if each.external_id == below)
        platform = stage.platform.inner
        reply = replace(
            stage.reply(DRAFT), in_reply_to=below, metadata=asked.metadata, author_handle=asked.author.handle
        )
        sent = platform.send(reply)

        assert peer.comments[sent]["snippet"]["parentId"] == top
        assert peer.ours() == [f"@tom {DRAFT}"]
        assert platform.find(reply) == sent
        assert platform.find(replace(reply, text="Another text.")) is None
        with pytest.raises(DeliveryRefused, match="operationNotSupported"):
            platform.send(replace(reply, metadata={}))

    def test_the_look_up_reads_all_pages_and_takes_ours_alone(self, stage: Stage, peer: YouTubePeer) -> None:
        reply = stage.reply(DRAFT)
        for number in range(3):
            peer.write(f"hm {number}", top=reply.in_reply_to)
        peer.write(DRAFT, TOM, reply.in_reply_to)
        assert stage.platform.inner.find(reply) is None
        assert stage.platform.inner.find(reply) != stage.platform.inner.send(reply)
        assert stage.platform.inner.find(reply) is not None

    def test_quota_and_errors_are_told_apart(self, stage: Stage, peer: YouTubePeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        before = peer.units
        platform.send(reply)
        assert before - peer.units == 50
        peer.units = 40
        with pytest.raises(RateLimited, match="no quota is left") as told:
            platform.send(reply)
        assert 0 < (told.value.retry_after_s or 0) <= 90_000
        peer.units = 1000
        for error, kind in (
            ((403, "commentsDisabled"), DeliveryRefused),
            ((400, "processingFailure"), DeliveryUncertain),
            ((403, "rateLimitExceeded"), RateLimited),
        ):
            peer.fails = error
            with pytest.raises(kind):
                platform.send(reply)

    def test_what_stands_above_is_asked_for(self, stage: Stage, peer: YouTubePeer) -> None:
        platform, top = stage.platform.inner, peer.write("nice")
        post = "New roast\n\nIt is out."
        assert platform.thread(ThreadPlace("x", VIDEO)) == Thread(post)
        below, units = ThreadPlace("x", VIDEO, {"top": top}), peer.units
        assert platform.thread(below) == Thread(post, "nice")
        assert platform.thread(replace(below, wants_post=False)) == Thread(answered_text="nice")
        assert units - peer.units == 3, "what is known costs nothing"

    def test_connecting_says_who_we_are(self, stage: Stage) -> None:
        assert stage.platform.inner.test().account == US
