"""Discord against simcord behind a server of our own, and against our own server of the documentation's answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from replyassist.channels import Credentials, Deleted, Edited, Event
from replyassist.channels.discord.api import PAGE
from replyassist.channels.discord.send import DiscordPlatform
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import CredentialsRefused, DeliveryNotMade, DeliveryRefused, DeliveryUncertain, RateLimited
from replyassist.inbox.models import MessageStatus
from tests.world import DRAFT, World

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .harness import PeerHarness
from .peers.discord import BOT, CHANNEL, FORUM, GUILD, THREAD, TOKEN, TOM, US, DiscordPeer
from .peers.processes import simcord
from .polled import PolledHarness
from .reading import messages
from .rounds import RoundHarness, Rounds

LATER = "900000000000000004"


class DiscordHarness(PeerHarness[DiscordPeer], RoundHarness):
    adapter = adapter_named("discord")
    account = US
    reads_a_place = 4  # two channels, the threads, and the messages of one
    places = (CHANNEL, THREAD, LATER)

    def __init__(self, peer: DiscordPeer) -> None:
        self.peer = peer

    def credentials(self) -> dict[str, str]:
        return {"token": TOKEN, "channels": f"{CHANNEL}, {FORUM}", "url": f"{self.peer.address}/api/v10"}

    def write(self, text: str) -> str:
        return self.peer.write(text)

    def write_below(self, external_id: str, text: str) -> str:
        return self.peer.write(text, above=number(external_id))

    def write_malformed(self) -> None:
        self.peer.write(MALFORMED, timestamp=MALFORMED)

    def edit(self, external_id: str, text: str) -> None:
        self.peer.edit(external_id, text)

    def delete(self, external_id: str) -> None:
        self.peer.delete(external_id)

    def posted(self) -> list[str]:
        return [each["content"] for each in self.peer.ours()]

    def elsewhere(self, text: str) -> str:
        return self.peer.write(text, channel=THREAD)

    def limit_reads(self, most: int) -> None:
        self.peer.most_reads, self.peer.reads = most, 0

    def write_at(self, place: str, text: str) -> str:
        return self.peer.write(text, channel=place)

    def breaks(self, statuses: Mapping[str, int]) -> None:
        self.peer.breaks = {f"channels/{place}/messages": status for place, status in statuses.items()}

    def breaks_all(self, status: int) -> None:
        self.breaks(dict.fromkeys(self.places, status))

    def asked_of(self, place: str) -> int:
        return len([each for each in self.peer.asked if each.path.endswith(f"channels/{place}/messages")])

    def left_out(self, place: str) -> str:
        return self.peer.threads.get(place, place)


@pytest.fixture
def peer(world: World) -> Iterator[DiscordPeer]:
    with DiscordPeer(world.clock.now).served() as peer:
        yield peer


@pytest.fixture
def harness(peer: DiscordPeer) -> DiscordHarness:
    return DiscordHarness(peer)


def number(external_id: str) -> str:
    return external_id.partition(":")[2]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReading(Rounds):
    @pytest.fixture(autouse=True)
    def _thread(self, peer: DiscordPeer) -> None:
        peer.open(LATER, "Sweden")

    def test_questions_below_our_answers_that_we_answered_are_kept(
        self, stage: Stage, harness: DiscordHarness, peer: DiscordPeer
    ) -> None:
        stage.world.clock.advance(minutes=-2)
        written = [peer.write("how much?")]
        for text, author in (("12 euros", US), ("and to Norway?", TOM), ("14 euros", US)):
            stage.world.clock.advance(seconds=30)
            written.append(peer.write(text, author, above=number(written[-1])))
        stage.take(harness.events(stage.account))

        assert [stored.status for each in written if (stored := stage.message(each))] == [MessageStatus.KEPT] * 4
        assert stage.world.jobs.planned == []

    @pytest.mark.parametrize("status", [503, 403, 404])
    @pytest.mark.parametrize("path", [f"channels/{CHANNEL}", f"channels/{FORUM}", f"guilds/{GUILD}/threads/active"])
    def test_a_list_that_fails_keeps_what_else_there_is_back_no_longer(
        self, stage: Stage, harness: DiscordHarness, peer: DiscordPeer, path: str, status: int
    ) -> None:
        unread = {f"channels/{CHANNEL}": [CHANNEL], f"channels/{FORUM}": []}.get(path, [THREAD, LATER])
        known = [harness.write_at(place, QUESTION) for place in harness.places]
        assert sorted(self.read(stage, harness)) == sorted(known)
        peer.breaks = {path: status}
        missed = list[str]()
        for _ in range(3):
            missed += [harness.write_at(place, QUESTION) for place in unread]
            written = [harness.write_at(place, QUESTION) for place in harness.places if place not in unread]
            busy = [place for place in harness.places if place not in unread][-1]
            written += [harness.write_at(busy, f"{QUESTION} {index}") for index in range(300)]
            stage.later(1)
            assert sorted(self.read(stage, harness)) == sorted(written)
            assert path.split("/")[1] in harness.problem
        peer.breaks = {}
        assert sorted(self.read(stage, harness, seconds=900)) == sorted(missed)
        assert self.read(stage, harness) == []
        assert harness.problem == ""

    def test_the_only_channel_fails_and_its_threads_are_not_passed_over(
        self, stage: Stage, harness: DiscordHarness, peer: DiscordPeer
    ) -> None:
        """Which is told by the status of its own page; the threads of its guild are then not listed."""
        credentials = {**harness.credentials(), "channels": FORUM}
        account = replace(stage.account, credentials=Credentials(credentials))
        peer.breaks = {f"channels/{FORUM}": 503}
        missed = [harness.write_at(place, QUESTION) for place in (THREAD, LATER)]
        stage.later(60)
        with pytest.raises(DeliveryNotMade, match="503"):
            harness.events(account)
        peer.breaks = {}
        assert [each.external_id for each in messages(harness.events(account))] == missed

    def test_a_channel_that_hangs_keeps_the_list_of_others_back_no_longer(
        self, stage: Stage, harness: DiscordHarness, peer: DiscordPeer
    ) -> None:
        """Its page takes all the time that there is."""
        peer.breaks = {f"channels/{CHANNEL}": 503}
        written = [harness.write_at(place, QUESTION) for place in (THREAD, LATER)]
        found = [each for _ in range(6) for each in self.cut(stage, harness)]
        assert found == written
        missed, peer.breaks = harness.write_at(CHANNEL, QUESTION), {}
        stage.later(900)
        assert [each for _ in range(3) for each in self.cut(stage, harness)] == [missed]

    def test_more_than_one_reading_brings_of_a_place_keeps_no_other_back(
        self, stage: Stage, harness: DiscordHarness, peer: DiscordPeer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("replyassist.channels.discord.api.MOST_PAGES", 3)
        many = [harness.write_at(THREAD, f"{QUESTION} {index}") for index in range(PAGE * 5)]
        others = [harness.write_at(LATER, f"{QUESTION} {index}") for index in range(PAGE * 3)]
        stage.later(1)
        assert sorted(self.read(stage, harness)) == sorted([*many[: PAGE * 3], *others])
        assert self.read(stage, harness) == many[PAGE * 3 :]
        assert self.read(stage, harness) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestDiscord(Conformance):
    def test_a_channel_and_its_replies_are_read_as_people_see_them(self, stage: Stage, peer: DiscordPeer) -> None:
        tom = {"id": TOM, "username": "tom", "global_name": "Tom"}
        first = peer.write(f"<@{US}> {QUESTION} <:sad:1234> <@{TOM}>", mentions=[tom])
        ours = peer.write("Yes, we do.", US, above=number(first))
        second = peer.write("how long?", above=number(ours))
        peer.write("Good morning!", US)
        peer.write("beep", BOT)
        peer.write("by a webhook", webhook_id="5")
        peer.write("", type=7)
        echo, one, two = messages(stage.harness.events(stage.account))

        assert [echo.external_id, one.external_id, two.external_id] == [ours, first, second], "our own come first"
        assert one.text == f"{QUESTION} :sad: @Tom"
        assert (one.author.handle, one.author.name, one.in_reply_to) == ("tom", "Tom", None)
        assert (two.in_reply_to, two.answered_text, two.conversation.parent_text) == (ours, "Yes, we do.", None)
        assert one.conversation.external_id == first
        assert echo.direction == "out"

    def test_a_thread_of_a_forum_is_a_conversation(self, stage: Stage, peer: DiscordPeer) -> None:
        asked = peer.write(QUESTION, channel=THREAD)
        gone = peer.write("and this?", channel=THREAD, above=number(asked))
        one, two = messages(stage.harness.events(stage.account))
        assert [one.external_id, two.external_id] == [asked, gone]
        assert one.conversation.external_id == two.conversation.external_id == THREAD
        assert one.conversation.parent_text == two.conversation.parent_text == "Norway"
        assert (one.answered_text, two.answered_text) == (None, QUESTION)
        sent = stage.platform.inner.send(replace(stage.reply(DRAFT), in_reply_to=asked))
        assert sent.startswith(f"{THREAD}:")

    def test_an_attachment_hangs_on_the_message_and_a_forwarded_one_answers_nothing(
        self, stage: Stage, peer: DiscordPeer
    ) -> None:
        photo = {"content_type": "image/png", "url": "https://cdn.example/a.png", "filename": "a.png"}
        reference = {"type": 1, "channel_id": CHANNEL, "message_id": "5"}
        peer.write("", attachments=[photo], message_reference=reference)
        (asked,) = messages(stage.harness.events(stage.account))
        assert [(each.kind.value, each.url) for each in asked.attachments] == [("image", "https://cdn.example/a.png")]
        assert asked.in_reply_to is None

    def test_what_was_missed_comes_in_order_and_once(self, stage: Stage, peer: DiscordPeer) -> None:
        first = peer.write("first")
        assert [each.external_id for each in messages(stage.harness.events(stage.account))] == [first]
        missed = [peer.write(f"question {index}") for index in range(PAGE * 2 + 30)]
        assert [each.external_id for each in messages(stage.harness.events(stage.account))] == missed
        assert stage.harness.events(stage.account) == []
        peer.edit(missed[-1], "a question")
        peer.delete(missed[-2])
        assert [type(each) for each in stage.harness.events(stage.account)] == [Deleted, Edited]
        assert stage.harness.events(stage.account) == []

    def test_a_round_that_is_cut_short_goes_on_where_it_was(self, stage: Stage, peer: DiscordPeer) -> None:
        """One place at a time; what the second has is older than all that the cursor remembers of the first."""
        older = [peer.write(f"first {index}", channel=THREAD) for index in range(5)]
        first = [peer.write(f"question {index}") for index in range(300)]
        stage.world.clock.advance(minutes=1)
        assert self.cut_short(stage) == first
        meanwhile = peer.write("meanwhile")
        assert self.cut_short(stage) == older
        assert meanwhile in self.cut_short(stage)
        self.cut_short(stage)
        assert stage.harness.events(stage.account) == []

    def cut_short(self, stage: Stage) -> list[str]:
        harness = stage.harness
        assert isinstance(harness, DiscordHarness)
        since, found = stage.world.clock.now() - timedelta(days=7), list[Event]()
        with closing(harness.source(stage.account)) as source:
            for pulled in source.pull(harness.cursor, since=since, is_ending=lambda: True):
                harness.cursor, found = pulled.cursor, [*found, *pulled.events]
        return [each.external_id for each in messages(found)]

    @pytest.mark.parametrize("closed", [THREAD, CHANNEL, "7"])
    def test_a_place_that_may_not_be_read_is_left_out(self, stage: Stage, peer: DiscordPeer, closed: str) -> None:
        harness = stage.harness
        assert isinstance(harness, DiscordHarness)
        written = {each: peer.write(QUESTION, channel=each) for each in (CHANNEL, THREAD)}
        hidden = [written.pop(closed)] if closed in written else []
        peer.closed = {closed}
        channels = ",".join({CHANNEL, FORUM, closed} - {THREAD})
        account = replace(stage.account, credentials=Credentials({**harness.credentials(), "channels": channels}))
        assert [each.external_id for each in messages(harness.events(account))] == [*written.values()]
        assert ("Norway" if closed == THREAD else closed) in harness.problem
        assert "left out" in harness.problem
        peer.closed = set()
        assert [each.external_id for each in messages(harness.events(stage.account))] == hidden
        assert harness.problem == ""

    def test_what_was_forgotten_for_want_of_room_is_not_told_again(self, stage: Stage, peer: DiscordPeer) -> None:
        for index in range(400):
            peer.write(f"question {index}", channel=(CHANNEL, THREAD)[index % 2])
        assert len(stage.harness.events(stage.account)) == 400
        assert stage.harness.events(stage.account) == []
        asked = peer.write(QUESTION)
        assert [each.external_id for each in messages(stage.harness.events(stage.account))] == [asked]

    def test_a_history_that_may_not_be_read_is_no_deletion(self, stage: Stage, peer: DiscordPeer) -> None:
        asked = peer.write(QUESTION)
        stage.harness.events(stage.account)
        peer.page = 0
        assert stage.harness.events(stage.account) == []
        peer.delete(asked)
        assert stage.harness.events(stage.account) == [Deleted(asked)]

    def test_a_reply_tells_its_author_alone_and_is_posted_once_under_its_nonce(
        self, stage: Stage, peer: DiscordPeer
    ) -> None:
        reply, platform = stage.reply("Yes, @everyone."), stage.platform.inner
        sent = platform.send(reply)
        document = peer.asked[-1].given
        assert document["allowed_mentions"] == {"parse": [], "replied_user": True}
        assert platform.send(reply) == sent
        assert len(peer.ours()) == 1
        assert platform.send(replace(reply, key="another")) != sent

    def test_it_is_found_among_many(self, stage: Stage, peer: DiscordPeer) -> None:
        reply, platform = stage.reply(f"{DRAFT}\n"), stage.platform.inner
        reply = replace(reply, first_tried_at=stage.world.clock.now())
        peer.write(DRAFT, US, above=number(peer.write("no")))
        peer.write(DRAFT, above=number(reply.in_reply_to))
        assert platform.find(reply) is None
        for index in range(PAGE + 5):
            peer.write(f"hm {index}")
        sent = platform.send(reply)
        assert platform.find(reply) == sent
        assert platform.find(replace(reply, text="Another text.")) is None
        late = replace(reply, first_tried_at=stage.world.clock.now() + timedelta(minutes=5))
        assert platform.find(late) is None

    @pytest.mark.parametrize(
        ("told", "error", "said"),
        [
            ((401, 0), CredentialsRefused, "no longer takes"),
            ((403, 50013), DeliveryRefused, "lacks a permission"),
            ((404, 10003), DeliveryRefused, "channel is gone"),
            ((400, 99), DeliveryRefused, "400 99"),
            ((429, 0), DeliveryNotMade, "try later"),
            ((502, 0), DeliveryUncertain, "502"),
        ],
    )
    def test_errors_by_their_codes(
        self, stage: Stage, peer: DiscordPeer, told: tuple[int, int], error: type[Exception], said: str
    ) -> None:
        reply, peer.fails = stage.reply(DRAFT), told
        with pytest.raises(error, match=said):
            stage.platform.inner.send(reply)
        assert peer.ours() == []

    def test_a_wait_is_told_in_the_body(self, stage: Stage, peer: DiscordPeer) -> None:
        reply, peer.wait_seconds = stage.reply(DRAFT), 1.3
        with pytest.raises(RateLimited) as told:
            stage.platform.inner.send(reply)
        assert told.value.retry_after_s == pytest.approx(1.3)

    def test_a_message_that_is_gone_cannot_be_answered(self, stage: Stage, peer: DiscordPeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        peer.delete(reply.in_reply_to)
        with pytest.raises(DeliveryRefused, match="gone"):
            platform.send(reply)
        for foreign in ("x", "1:../2", "5"):
            with pytest.raises(DeliveryRefused):
                platform.send(replace(reply, in_reply_to=foreign))

    def test_connecting_says_what_works(self, stage: Stage, harness: DiscordHarness, peer: DiscordPeer) -> None:
        tested = stage.platform.inner.test()
        assert (tested.is_ok, tested.account, tested.shown_as) == (True, US, "fernhill")
        assert tested.checks[-1].detail == "help, questions"
        peer.flags = 0
        assert "Message Content" in stage.platform.inner.test().problem
        peer.flags = 1 << 18
        for given, said in (({"token": "wrong"}, "401"), ({"channels": "7"}, "gone"), ({"channels": "../x"}, "ids")):
            account = replace(stage.account, credentials=Credentials(harness.credentials() | given))
            with closing(DiscordPlatform(account, harness.runtime)) as platform:
                assert said in platform.test().problem


class SimcordHarness(PolledHarness):
    """``client``: to the server of peers/discord_server.py at the address."""

    adapter = adapter_named("discord")

    def __init__(self, client: httpx2.Client, url: str) -> None:
        self.client, self.url = client, url
        place = self.act("place")
        self.account, self.channel = place["us"], place["channel"]

    def act(self, what: str, **given: str) -> Any:
        answer = self.client.post(f"/_/{what}", json=given).raise_for_status()
        return answer.json() if answer.content else None

    def credentials(self) -> dict[str, str]:
        return {"token": TOKEN, "channels": self.channel, "url": f"{self.url}/api/v10"}

    def write(self, text: str) -> str:
        return str(self.act("write", text=text)["id"])

    def edit(self, external_id: str, text: str) -> None:
        self.act("edit", id=external_id, text=text)

    def delete(self, external_id: str) -> None:
        self.act("delete", id=external_id)

    def posted(self) -> list[str]:
        return list(self.act("posted"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestDiscordOnSimcord(Conformance):
    test_malformed = None  # type: ignore[assignment]  # nobody can write it there; TestDiscord has it
    raised_in_front = ("discord",)  # the peer of TestDiscord asks itself
    test_thread = None  # type: ignore[assignment]  # nor can Tom answer there

    @pytest.fixture
    def harness(self) -> Iterator[SimcordHarness]:
        with simcord() as url, httpx2.Client(base_url=url, trust_env=False) as client:
            yield SimcordHarness(client, url)
