"""Reddit against our own server of the documentation's answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from replyassist.channels import Credentials, Deleted, Edited, Thread, ThreadPlace
from replyassist.channels.reddit.send import RedditPlatform
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain, RateLimited
from tests.world import DRAFT, World

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .harness import PeerHarness
from .peers.reddit import POST, SUBREDDIT, TOM, US, RedditPeer
from .reading import messages
from .rounds import RoundHarness, Rounds

TWO, MENTIONS = "fernhill_tea", "mentions"
PATHS = (f"/user/{US}/comments", "/message/comments", "/message/selfreply")


class RedditHarness(PeerHarness[RedditPeer], RoundHarness):
    adapter = adapter_named("reddit")
    account = US
    reads_a_place = 1
    places = (SUBREDDIT, TWO, MENTIONS)
    repeats = True

    def __init__(self, peer: RedditPeer) -> None:
        self.peer = peer

    def credentials(self) -> dict[str, str]:
        return self.peer.credentials()

    def write(self, text: str) -> str:
        return self.peer.write(text)

    def write_below(self, external_id: str, text: str) -> str:
        return self.peer.write(text, above=external_id)

    def write_malformed(self) -> None:
        self.peer.write(MALFORMED, parent_id=None, edited=MALFORMED)

    def edit(self, external_id: str, text: str) -> None:
        self.peer.edit(external_id, text)

    def delete(self, external_id: str) -> None:
        self.peer.delete(external_id)

    def posted(self) -> list[str]:
        return [each["body"] for each in self.peer.ours()]

    def elsewhere(self, text: str) -> str:
        return self.peer.write(f"u/{US} {text}", above=self.peer.write("Thanks.", US, above="t1_other"))

    def limit_reads(self, most: int) -> None:
        self.peer.most_reads, self.peer.reads = most, 0

    def round_credentials(self) -> dict[str, str]:
        return {**self.credentials(), "subreddits": f"{SUBREDDIT},{TWO}"}

    def write_at(self, place: str, text: str) -> str:
        if place == MENTIONS:
            return self.peer.write(f"u/{US} {text}", above="t1_other", subreddit="elsewhere")
        return self.peer.write(text, above="t1_other", subreddit=place)

    def breaks(self, statuses: Mapping[str, int]) -> None:
        self.peer.breaks = {self._path(place): status for place, status in statuses.items()}

    def breaks_all(self, status: int) -> None:
        inbox = ("/message/comments", "/message/selfreply", "/message/mentions")
        others = (f"/user/{US}/comments", "/api/info", *inbox)
        self.peer.breaks = dict.fromkeys((*others, f"/r/{SUBREDDIT}", f"/r/{TWO}"), status)

    def asked_of(self, place: str) -> int:
        path = self._path(place)
        return len([each for each in self.peer.asked if each in (f"GET {path}", f"GET {path}/comments")])

    @staticmethod
    def _path(place: str) -> str:
        return "/message/mentions" if place == MENTIONS else f"/r/{place}"


@pytest.fixture
def peer(world: World, httpserver: HTTPServer) -> RedditPeer:
    peer = RedditPeer(world.clock.now, httpserver.url_for("").rstrip("/"))
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(peer.serve)
    return peer


@pytest.fixture
def harness(peer: RedditPeer) -> RedditHarness:
    return RedditHarness(peer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReading(Rounds):
    @pytest.fixture(autouse=True)
    def _subreddit(self, peer: RedditPeer) -> None:
        peer.subreddits.add(TWO)

    @pytest.mark.parametrize("status", [503, 403, 404])
    @pytest.mark.parametrize("path", [f"/user/{US}/comments", "/message/comments", "/message/selfreply", "/api/info"])
    def test_what_is_read_besides_keeps_nothing_back(
        self, stage: Stage, harness: RedditHarness, peer: RedditPeer, path: str, status: int
    ) -> None:
        self.read(stage, harness)
        ours = peer.write("Good morning!", US, subreddit="elsewhere")
        below = peer.write(QUESTION, above=ours, subreddit="elsewhere")
        top = peer.write(QUESTION, subreddit="elsewhere")
        written = {path: each for path, each in zip(PATHS, (ours, below, top), strict=True)}
        written[""] = harness.write_at(TWO, QUESTION)
        peer.breaks = {path: status}
        missed = [written.pop(path)] if path in written else []
        found = [*self.read(stage, harness), *self.read(stage, harness)]
        assert sorted(found) == sorted(written.values())
        assert "was left out" in harness.problem
        peer.breaks = {}
        assert self.read(stage, harness, seconds=900) == missed
        assert harness.problem == ""

    def test_a_listing_that_fails_and_says_when_to_come_back_keeps_no_other_back(
        self, stage: Stage, harness: RedditHarness, peer: RedditPeer
    ) -> None:
        peer.retry_after = "120"
        harness.breaks({TWO: 503})
        missed, one, three = (harness.write_at(place, QUESTION) for place in (TWO, SUBREDDIT, MENTIONS))
        assert self.read(stage, harness) == [one, three]
        asked = harness.asked_of(TWO)
        assert self.read(stage, harness) == []
        assert harness.asked_of(TWO) == asked, "it is not asked before"
        harness.breaks({})
        assert self.read(stage, harness) == [missed]

    def test_several_listings_of_one_that_fails_are_read_back_to_where_it_was(
        self, stage: Stage, harness: RedditHarness, peer: RedditPeer
    ) -> None:
        """What else the listing has is known from others, far more than a page of it."""
        harness.write_at(MENTIONS, QUESTION)
        self.read(stage, harness)
        harness.breaks({MENTIONS: 503})
        missed = [harness.write_at(MENTIONS, QUESTION) for _ in range(3)]
        both = [peer.write(f"u/{US} hi", above="t1_other", subreddit=SUBREDDIT) for _ in range(240)]
        assert sorted(self.read(stage, harness)) == sorted(both)
        harness.breaks({})
        assert self.read(stage, harness, seconds=900) == missed
        assert self.read(stage, harness) == []

    def test_a_first_reading_that_a_wait_cuts_reads_the_rest_as_far_back(
        self, stage: Stage, harness: RedditHarness, peer: RedditPeer
    ) -> None:
        """As above: what the unread listing has is known from one that was read before the wait."""
        old = [harness.write_at(MENTIONS, QUESTION) for _ in range(3)]
        both = [peer.write(f"u/{US} hi", above="t1_other", subreddit=SUBREDDIT) for _ in range(150)]
        harness.limit_reads(5)
        assert sorted(self.read(stage, harness)) == sorted(both)
        assert harness.goes_on_after
        harness.limit_reads(0)
        assert self.read(stage, harness) == old

    def test_what_is_written_while_a_round_is_cut_is_not_passed_over(
        self, stage: Stage, harness: RedditHarness, peer: RedditPeer
    ) -> None:
        peer.write("Good morning!", US)
        for number in range(300):
            harness.write(f"{QUESTION} {number}")
        self.cut(stage, harness)
        self.cut(stage, harness)
        ours = peer.write("Yes.", US)  # of the first listing, which this round has read
        later = [harness.write(f"and {number}?") for number in range(300)]
        told = {each for _ in range(3) for each in self.read(stage, harness)}
        assert {ours, *later} <= told
        assert self.read(stage, harness) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReddit(Conformance):
    def test_all_lists_come_once_and_ours_first(self, stage: Stage, harness: RedditHarness, peer: RedditPeer) -> None:
        tops = [harness.write(f"{QUESTION} {number}") for number in range(5)]
        ours = peer.write("Yes, we do.", US, tops[0])
        below = peer.write("how long?", above=ours)
        peer.page = 2
        found = messages(harness.events(stage.account))

        assert [each.external_id for each in found] == [ours, *tops, below]
        assert (found[0].direction, found[0].in_reply_to) == ("out", tops[0])
        assert (found[1].in_reply_to, found[-1].in_reply_to) == (None, ours)
        assert {each.conversation.external_id for each in found} == {POST}
        asked = len(peer.asked)
        assert harness.events(stage.account) == []
        assert len(peer.asked) - asked <= 7, "first pages, a token, and what is known"
        new = peer.write("and to Sweden?", above=tops[0])
        assert [each.external_id for each in messages(harness.events(stage.account))] == [new]

    def test_the_inbox_alone_is_read_where_no_subreddit_is_given(
        self, stage: Stage, harness: RedditHarness, peer: RedditPeer
    ) -> None:
        top = peer.write("nice", by="ada", above="t1_other")
        asked = peer.write(f"ask u/{US} about Norway", by="ada", above=top)
        account = replace(stage.account, credentials=Credentials({**harness.credentials(), "subreddits": ""}))
        (found,) = messages(harness.events(account))
        assert (found.external_id, found.in_reply_to) == (asked, top)
        assert found.conversation.external_id == POST, "which its context tells"

    def test_a_subreddit_that_is_private_is_left_out(
        self, stage: Stage, harness: RedditHarness, peer: RedditPeer
    ) -> None:
        asked, answer = harness.write(QUESTION), peer.write("when?", above=peer.write("Soon.", US))
        subreddits = f"{SUBREDDIT}, private"
        account = replace(stage.account, credentials=Credentials({**harness.credentials(), "subreddits": subreddits}))
        assert {asked, answer} <= {each.external_id for each in messages(harness.events(account))}
        assert "r/private was left out" in harness.problem
        assert SUBREDDIT not in harness.problem

    def test_an_edit_before_the_first_reading_and_a_removal(
        self, stage: Stage, harness: RedditHarness, peer: RedditPeer
    ) -> None:
        asked = harness.write("do you ship to Norwya??")
        peer.edit(asked, QUESTION)
        (edited,) = harness.events(stage.account)
        assert isinstance(edited, Edited)
        assert edited.change.text == QUESTION
        assert harness.events(stage.account) == []
        peer.delete(asked, by="[removed]")
        assert harness.events(stage.account) == [Deleted(asked)]
        assert harness.events(stage.account) == []

    def test_the_look_up_reads_all_pages_and_takes_ours_alone(self, stage: Stage, peer: RedditPeer) -> None:
        reply, platform = stage.reply(f"{DRAFT}\n"), stage.platform.inner
        reply = replace(reply, first_tried_at=stage.world.clock.now())
        peer.write(DRAFT, TOM, reply.in_reply_to)
        peer.write(DRAFT, US, POST)
        assert platform.find(reply) is None
        sent = platform.send(reply)
        peer.delete(sent, by="[removed]")
        peer.comments[sent]["body"] = DRAFT  # as our own list shows what a moderator took away
        for number in range(3):
            peer.write(f"hm {number}", US)
        peer.page = 2
        assert platform.find(reply) == sent
        late = replace(reply, first_tried_at=stage.world.clock.now() + timedelta(minutes=5))
        assert platform.find(late) is None

    def test_what_is_asked_in_a_good_answer(self, stage: Stage, peer: RedditPeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        peer.wait_seconds, peer.says_seconds = 420.0, False
        with pytest.raises(RateLimited) as told:
            platform.send(reply)
        assert told.value.retry_after_s == 420.0
        for name, kind, said in (
            ("THREAD_LOCKED", DeliveryRefused, "locked"),
            ("SOME_RULE", DeliveryRefused, "SOME_RULE"),
            ("<b>of no one</b>", DeliveryRefused, "without a name"),
            ("SERVER_ERROR", DeliveryUncertain, "middle"),
        ):
            peer.fails = name
            with pytest.raises(kind, match=said):
                platform.send(reply)
        peer.delete(reply.in_reply_to)
        with pytest.raises(DeliveryRefused, match="gone"):
            platform.send(reply)
        with pytest.raises(DeliveryRefused, match="no comment"):
            platform.send(replace(reply, in_reply_to="t5_x"))
        assert peer.ours() == []

    def test_the_headers_say_when_no_requests_are_left(self, stage: Stage, peer: RedditPeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        assert platform.find(reply) is None
        for status, kind in (
            (403, DeliveryRefused),
            (404, DeliveryRefused),
            (503, DeliveryNotMade),
            (429, DeliveryNotMade),
        ):
            peer.status = status
            with pytest.raises(kind):
                platform.find(reply)
        peer.left = 1
        platform.find(reply)
        asked = len(peer.asked)
        with pytest.raises(RateLimited) as told:
            platform.send(reply)
        assert (told.value.retry_after_s, len(peer.asked)) == (369.0, asked), "it is not asked at all"

    def test_a_limit_that_others_used_up(self, stage: Stage, peer: RedditPeer) -> None:
        reply, peer.left = stage.reply(DRAFT), 1
        with pytest.raises(RateLimited) as told:
            stage.platform.inner.send(reply)
        assert told.value.retry_after_s == 369.0

    def test_what_stands_above_is_asked_for(self, stage: Stage, peer: RedditPeer) -> None:
        platform, top = stage.platform.inner, peer.write("nice")
        post = "New roast\n\nIt is out."
        assert platform.thread(ThreadPlace("x", POST, {"parent": POST})) == Thread(post)
        below, asked = ThreadPlace("x", POST, {"parent": top}), len(peer.asked)
        assert platform.thread(below) == Thread(post, "nice")
        assert len(peer.asked) == asked + 1, "both are asked for at once"
        assert platform.thread(replace(below, wants_post=False)) == Thread(answered_text="nice")
        assert platform.thread(ThreadPlace("x", POST, {"parent": "t1_zz"})) == Thread(post)
        assert platform.thread(ThreadPlace("x", "y")) == Thread()

    def test_connecting_says_what_works(self, stage: Stage, harness: RedditHarness, peer: RedditPeer) -> None:
        tested = stage.platform.inner.test()
        assert (tested.is_ok, tested.account, tested.shown_as) == (True, US, f"u/{US}")
        for given, said in (
            ({"client_secret": "wrong"}, "401"),
            ({"refresh_token": "over"}, "connect the account again"),
            ({"username": "another"}, f"u/{US}"),
            ({"subreddits": "gone"}, "404"),
        ):
            account = replace(stage.account, credentials=Credentials(harness.credentials() | given))
            with closing(RedditPlatform(account, harness.runtime)) as platform:
                assert said in platform.test().problem
        assert f"GET /r/{SUBREDDIT}/comments" in peer.asked
