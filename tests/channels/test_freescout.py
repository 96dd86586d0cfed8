"""FreeScout against a stateful fake."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from replyassist.channels import Credentials, HookRequest, NewMessage
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import ConfigurationError, DeliveryRefused, InvalidInput, SignatureInvalid
from replyassist.review.answered_there import AS_IS, EDITED
from replyassist.review.models import ReviewItem, ReviewStatus
from tests.test_worker import GOOD
from tests.world import BRAND, World

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .desk import Desk, DeskHarness, NotesConformance
from .peers.freescout import OTHER, SECRET, TOKEN, USER, FreeScoutPeer
from .reading import ReadHarness, Reading, earlier


@pytest.fixture
def peer(httpserver: HTTPServer) -> FreeScoutPeer:
    return FreeScoutPeer(httpserver)


class FreeScoutHarness(DeskHarness):
    adapter = adapter_named("freescout")
    account = f"user-{USER}"
    visibility = "private"

    def __init__(self, peer: FreeScoutPeer) -> None:
        self.peer = peer

    def credentials(self) -> dict[str, str]:
        given = {"server": self.peer.url, "token": TOKEN, "user": str(USER), "mailbox": "1", "secret": SECRET}
        return given | {"drafts": "off"}

    def write(self, text: str) -> str:
        return str(self.peer.add(text)["id"])

    def write_malformed(self) -> None:
        self.peer.add(MALFORMED, createdAt=MALFORMED)

    def delete(self, external_id: str) -> None:
        self.peer.tell("convo.deleted")

    def posted(self) -> list[str]:
        return [_shown(each) for each in self.peer.written("message")]

    def answer(self, text: str) -> None:
        self.peer.add(text, "message")

    def notes(self) -> list[str]:
        return [_shown(each) for each in self.peer.written("note")]

    def drafts(self) -> list[str]:
        return [_shown(each) for each in self.peer.written("message", "draft")]

    def hooks(self) -> list[HookRequest]:
        return self.peer.hooks()

    def ask_to_wait(self, seconds: float) -> bool:
        self.peer.wait_seconds = seconds
        return True

    def lose_answer(self, when: str) -> bool:
        self.peer.lose = when
        return True

    def hide(self, is_hidden: bool) -> bool:
        self.peer.hides = is_hidden
        return True


def _ready(desk: Desk) -> None:
    """Tom asks, and a draft is made that the checks find nothing in."""
    item = desk.drafted()
    with desk.world.database.writing() as session:
        current = session.get_one(ReviewItem, item.id)
        current.proposal = current.proposal.model_copy(update={"doubts": ()})
        session.add(current)


def _shown(body: str) -> str:
    return unescape(body.replace("<br>", "\n"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestNotes(NotesConformance):
    @pytest.fixture
    def harness(self, peer: FreeScoutPeer) -> FreeScoutHarness:
        return FreeScoutHarness(peer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestDraftsAsReplies:
    @pytest.fixture
    def harness(self, peer: FreeScoutPeer) -> FreeScoutHarness:
        return FreeScoutHarness(peer)

    @pytest.fixture
    def desk(self, world: World, harness: FreeScoutHarness) -> Desk:
        return Desk(world, harness, drafts="replies")

    def test_a_draft_is_the_reply_alone_once_and_not_sent(self, desk: Desk, harness: FreeScoutHarness) -> None:
        harness.peer.tells_drafts = True
        _ready(desk)
        job = desk.world.jobs.take("note")
        for _ in range(2):
            desk.work.note(*job.arguments)
        desk.bring()
        assert (harness.drafts(), harness.notes(), harness.posted()) == ([GOOD], [], [])
        assert desk.item().status == ReviewStatus.PENDING

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_lost_answer_makes_no_second_draft(self, when: str, desk: Desk, harness: FreeScoutHarness) -> None:
        _ready(desk)
        harness.lose_answer(when)
        desk.note()
        desk.note()
        assert harness.drafts() == [GOOD]

    @pytest.mark.parametrize(("sent", "act"), [(GOOD, AS_IS), (GOOD.replace("4 to 7", "5"), EDITED)])
    def test_what_is_made_of_the_draft_teaches(
        self, sent: str, act: str, desk: Desk, harness: FreeScoutHarness
    ) -> None:
        _ready(desk)
        desk.note()
        harness.peer.publish(sent)
        desk.bring()
        assert desk.taught() == (act, ["shipping-abroad"])
        assert desk.item().status == ReviewStatus.WITHDRAWN

    def test_what_the_checks_found_is_said_in_a_note(self, desk: Desk, harness: FreeScoutHarness) -> None:
        desk.drafted()
        desk.note()
        (note,) = harness.notes()
        assert "Check before sending:\n- It is only" in note
        assert (harness.drafts(), harness.posted()) == ([], [])

    def test_a_server_that_sends_a_draft_is_given_no_other_and_the_account_says_so(
        self, desk: Desk, harness: FreeScoutHarness
    ) -> None:
        harness.peer.sends_drafts = True
        _ready(desk)
        job = desk.world.jobs.take("note")
        for _ in range(2):
            desk.work.note(*job.arguments)
        assert len(harness.posted()) == 1
        connection = desk.world.connections.found(BRAND, "freescout")
        assert "FreeScout sent a draft" in connection.trouble
        assert not desk.world.connections.writes_notes(connection)
        assert "note" not in desk.planned()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestFreeScout(Conformance):
    @pytest.fixture
    def harness(self, peer: FreeScoutPeer) -> FreeScoutHarness:
        return FreeScoutHarness(peer)

    def test_a_webhook_that_was_overtaken_loses_nothing_and_brings_nothing_old(
        self, stage: Stage, harness: FreeScoutHarness
    ) -> None:
        peer = harness.peer
        for text, kind in (("old", "customer"), ("done", "message"), ("one", "customer"), ("two", "customer")):
            peer.add(text, kind)
        peer.add("a note", "note")
        peer.add("not sent yet", "message", state="draft")
        peer.add("answered", "message")
        late, document = peer.hooks(), peer.conversation()

        def told(event: str) -> list[str]:
            assert harness.adapter.inbound is not None
            inbound = harness.adapter.inbound(stage.account, harness.runtime)
            events = inbound.parse(peer.hook(event, document))
            return [each.message.text for each in events if isinstance(each, NewMessage)]

        assert told("convo.customer.reply.created") == ["one", "two"]
        assert told("convo.agent.reply.created") == ["answered"]
        assert [told(event) for event in ("convo.note.created", "convo.assigned", "freescout.test")] == [[], [], []]
        assert len(late) == 6

    def test_html_is_read_as_words_and_written_as_words(self, stage: Stage, harness: FreeScoutHarness) -> None:
        harness.peer.add("<div>do you ship<br>to <b>Norway</b> &amp; Sweden?</div>")
        (event,) = harness.events(stage.account)
        assert isinstance(event, NewMessage)
        assert event.message.text == "do you ship\nto Norway & Sweden?"
        reply = replace(stage.reply("Yes:\n1 < 2 & <b>"), first_tried_at=stage.world.clock.now())
        sent = stage.platform.inner.send(reply)
        assert harness.peer.written("message") == ["Yes:<br>1 &lt; 2 &amp; &lt;b&gt;"]
        assert stage.platform.inner.find(reply) == sent
        assert stage.platform.inner.find(replace(reply, text="Another.")) is None
        with pytest.raises(DeliveryRefused):
            stage.platform.inner.send(replace(reply, conversation="../users"))

    def test_only_its_mailbox_counts_and_only_what_is_signed(self, stage: Stage, harness: FreeScoutHarness) -> None:
        harness.write(QUESTION)
        (request,) = harness.hooks()
        opened = harness.adapter.inbound
        assert opened is not None

        def inbound(**more: str) -> Any:
            credentials = Credentials(harness.credentials() | more)
            return opened(replace(stage.account, credentials=credentials), harness.runtime)

        assert [len(inbound(mailbox=name).parse(request)) for name in ("1", "2", "")] == [1, 0, 1]
        with pytest.raises(SignatureInvalid):
            inbound(secret="").verify(request)
        for broken in (b"", b"[]", b'{"id": 1}'):
            with pytest.raises(InvalidInput):
                inbound().parse(replace(request, body=broken))

    def test_connecting_says_who_we_are_and_where_drafts_go(self, stage: Stage, harness: FreeScoutHarness) -> None:
        def tested(**more: str) -> Any:
            assert harness.adapter.platform is not None
            account = replace(stage.account, credentials=Credentials(harness.credentials() | more))
            return harness.adapter.platform(account, harness.runtime).test()

        assert (tested().is_ok, tested().account) == (True, harness.account)
        assert tested().shown_as.startswith("Ana Lind at ")
        assert "private note" in tested(drafts="notes").checks[1].detail
        assert "nobody has sent yet" in tested(drafts="replies").checks[1].detail
        assert tested(drafts="both").checks[1].detail == "is 'notes' or 'replies' or 'off'"
        assert not tested(token="wrong").is_ok
        assert not tested(user="6").is_ok
        for wrong in ({"server": "http://help.example"}, {"user": "me"}):
            with pytest.raises(ConfigurationError):
                tested(**wrong)


class FreeScoutReadHarness(FreeScoutHarness, ReadHarness):
    def elsewhere(self, text: str) -> str:
        return str(self.peer.add(text, place=OTHER)["id"])

    def answer_there(self, external_id: str, text: str) -> None:
        self.answer(text)

    def limit_reads(self, most: int) -> None:
        self.peer.most_reads = most

    def pass_time(self) -> None:
        for each in self.peer.threads:
            each["createdAt"] = earlier(each["createdAt"])

    def list_malformed(self) -> None:
        self.peer.add(MALFORMED, createdAt=MALFORMED)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestNotesByReading(NotesConformance):
    @pytest.fixture
    def harness(self, peer: FreeScoutPeer) -> FreeScoutReadHarness:
        return FreeScoutReadHarness(peer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReading(Reading):
    @pytest.fixture
    def harness(self, peer: FreeScoutPeer) -> FreeScoutReadHarness:
        return FreeScoutReadHarness(peer)
