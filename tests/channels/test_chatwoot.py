"""Chatwoot against a stateful fake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from replyassist.channels import Credentials, Deleted, NotDelivered
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import ConfigurationError, DeliveryRefused, InvalidInput, SignatureInvalid
from replyassist.delivery.models import DeliveryStatus
from replyassist.review.models import ReviewStatus
from replyassist.review.repository import audit_of
from replyassist.review.thread_findings import MAYBE_SENT

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .desk import DeskHarness, NotesConformance
from .harness import PeerHarness
from .peers.chatwoot import ACCOUNT, KEY, SECRET, TOKEN, ChatwootPeer, hook
from .reading import ReadHarness, Reading, messages


@pytest.fixture
def peer(httpserver: HTTPServer) -> ChatwootPeer:
    return ChatwootPeer(httpserver)


class ChatwootHarness(PeerHarness[ChatwootPeer], DeskHarness):
    adapter = adapter_named("chatwoot")
    account = f"account-{ACCOUNT}"
    visibility = "private"

    def __init__(self, peer: ChatwootPeer) -> None:
        self.peer = peer

    def credentials(self) -> dict[str, str]:
        given = {"server": self.peer.url, "number": str(ACCOUNT), "token": TOKEN, "key": KEY, "secret": SECRET}
        return given | {"drafts": "off"}

    def write(self, text: str) -> str:
        return str(self.peer.post(text)["id"])

    def write_malformed(self) -> None:
        self.peer.post(MALFORMED)
        self.peer.told[-1]["created_at"] = MALFORMED

    def edit(self, external_id: str, text: str) -> None:
        self.peer.change(external_id, text)

    def delete(self, external_id: str) -> None:
        self.peer.change(external_id, "This message was deleted", deleted=True)

    def posted(self) -> list[str]:
        return self.peer.sent()

    def answer(self, text: str) -> None:
        self.peer.post(text, "outgoing", sender="user")

    def notes(self) -> list[str]:
        return self.peer.sent(private=True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestChatwoot(Conformance):
    @pytest.fixture
    def harness(self, peer: ChatwootPeer) -> ChatwootHarness:
        return ChatwootHarness(peer)

    def test_without_a_secret_the_key_of_the_address_counts(self, stage: Stage, harness: ChatwootHarness) -> None:
        harness.write(QUESTION)
        request = replace(harness.hooks()[0], headers={})
        account = replace(stage.account, credentials=Credentials(harness.credentials() | {"secret": ""}))
        assert harness.adapter.inbound is not None
        older = harness.adapter.inbound(account, harness.runtime)
        older.verify(request)
        for wrong in ("", "another"):
            with pytest.raises(SignatureInvalid):
                older.verify(replace(request, key=wrong))
        with pytest.raises(SignatureInvalid):
            harness.adapter.inbound(stage.account, harness.runtime).verify(request)

    def test_what_is_no_message_of_this_account_is_left_out(self, stage: Stage, harness: ChatwootHarness) -> None:
        peer = harness.peer
        peer.post("a note", "outgoing", private=True, sender="user")
        peer.post("we are out of office", "template", sender="user")
        peer.post("Ana was assigned", "activity", sender="user")
        peer.post("I am a bot", "outgoing", sender="agent_bot")
        peer.post("by a rule", "outgoing", sender="user", automation_rule_id=4)
        peer.post(QUESTION)
        peer.told[-1]["account"]["id"] = ACCOUNT + 1
        peer.told.append({"event": "conversation_updated", "id": 7})
        assert harness.events(stage.account) == []
        assert harness.adapter.inbound is not None
        for broken in (b"", b"[]"):
            with pytest.raises(InvalidInput):
                harness.adapter.inbound(stage.account, harness.runtime).parse(replace(hook({}), body=broken))

    def test_what_fails_behind_it_later_is_put_before_a_person(self, stage: Stage, harness: ChatwootHarness) -> None:
        item, world = stage.approved(), stage.world
        stage.run()
        assert world.reload(item).status == ReviewStatus.SENT
        stage.take(harness.events(stage.account))  # our own, told as ours
        platform_id = stage.delivery().platform_id or ""
        harness.peer.fail(platform_id, "131047: Re-engagement message")
        events = harness.events(stage.account)
        assert events == [NotDelivered(platform_id, "131047: Re-engagement message")]
        stage.take(events * 2)
        item = world.reload(item)
        assert item.status == ReviewStatus.UNCERTAIN
        assert item.notice == "Chatwoot took it, and it did not arrive: 131047: Re-engagement message"
        assert stage.delivery().status == DeliveryStatus.UNCERTAIN
        with world.database.reading() as session:
            told = [entry.act for entry in audit_of(session, item.id or 0)]
        assert told.count("not_delivered") == 1
        back = world.take_back(item, world.person())
        assert back.status == ReviewStatus.PENDING
        assert [doubt.rule for doubt in back.proposal.doubts] == [MAYBE_SENT.rule], "it may have been tried again there"

    def test_a_colleagues_message_that_failed_answers_nothing(self, stage: Stage, harness: ChatwootHarness) -> None:
        item = stage.item()
        harness.answer("Yes, we do!")
        harness.peer.told.clear()
        harness.peer.fail(str(harness.peer.messages[-1]["id"]), "blocked")
        assert stage.take(harness.events(stage.account)) == 0
        assert stage.world.reload(item).status == ReviewStatus.PENDING

    def test_what_failed_behind_it_before_we_looked_is_not_taken_for_sent(
        self, stage: Stage, harness: ChatwootHarness
    ) -> None:
        reply = replace(stage.reply("It is on its way."), first_tried_at=stage.world.clock.now())
        harness.peer.fail(stage.platform.inner.send(reply), "blocked")
        with pytest.raises(DeliveryRefused, match="the channel behind it did not"):
            stage.platform.inner.find(reply)

    def test_find_reads_behind_the_first_page(self, stage: Stage, harness: ChatwootHarness) -> None:
        reply = replace(stage.reply("It is on its way."), first_tried_at=stage.world.clock.now())
        sent = stage.platform.inner.send(reply)
        for number in range(45):
            harness.peer.post(f"more {number}")
        assert stage.platform.inner.find(reply) == sent
        assert stage.platform.inner.find(replace(reply, text="Another.")) is None
        assert stage.platform.inner.find(replace(reply, in_reply_to="1")) is None

    def test_connecting_says_who_we_are_and_where_drafts_go(self, stage: Stage, harness: ChatwootHarness) -> None:
        def tested(**more: str) -> Any:
            assert harness.adapter.platform is not None
            account = replace(stage.account, credentials=Credentials(harness.credentials() | more))
            return harness.adapter.platform(account, harness.runtime).test()

        assert (tested().is_ok, tested().account) == (True, harness.account)
        assert "private note" in tested(drafts="notes").checks[1].detail
        assert not tested(drafts="perhaps").is_ok
        assert not tested(token="wrong").is_ok

    def test_a_token_goes_to_https_alone(self, stage: Stage, harness: ChatwootHarness) -> None:
        assert harness.adapter.platform is not None
        for wrong in ({"server": "http://chat.example"}, {"server": ""}, {"number": "../3"}):
            account = replace(stage.account, credentials=Credentials(harness.credentials() | wrong))
            with pytest.raises(ConfigurationError):
                harness.adapter.platform(account, harness.runtime)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestNotes(NotesConformance):
    @pytest.fixture
    def harness(self, peer: ChatwootPeer) -> ChatwootHarness:
        return ChatwootHarness(peer)


class ChatwootReadHarness(ChatwootHarness, ReadHarness):
    reads_a_place = 3  # the list ends with an empty page

    def elsewhere(self, text: str) -> str:
        return str(self.peer.post(text, conversation=8)["id"])

    def answer_there(self, external_id: str, text: str) -> None:
        self.answer(text)

    def limit_reads(self, most: int) -> None:
        self.peer.most_reads = most

    def pass_time(self) -> None:
        for each in self.peer.messages:
            each["created_at"] -= timedelta(seconds=5)

    def list_malformed(self) -> None:
        self.peer.post(MALFORMED, sender="nobody")["sender"] = {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestNotesByReading(NotesConformance):
    @pytest.fixture
    def harness(self, peer: ChatwootPeer) -> ChatwootReadHarness:
        return ChatwootReadHarness(peer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReading(Reading):
    @pytest.fixture
    def harness(self, peer: ChatwootPeer) -> ChatwootReadHarness:
        peer.resolved.add(7)
        return ChatwootReadHarness(peer)

    def test_that_something_failed_is_read_too(self, stage: Stage, harness: ChatwootReadHarness) -> None:
        harness.answer("Yes, we do!")
        number = str(harness.peer.messages[-1]["id"])
        harness.peer.fail(number, "blocked")
        assert harness.events(stage.account) == [NotDelivered(number, "blocked")]

    def test_long_conversations_are_read_to_their_beginning_and_notes_and_deleted_ones_are_no_messages(
        self, stage: Stage, harness: ChatwootReadHarness
    ) -> None:
        asked = [harness.write(f"{QUESTION} {number}") for number in range(45)]
        gone = harness.write("forget it")
        harness.delete(gone)
        harness.peer.post("a note", "outgoing", private=True, sender="user")
        read = harness.events(stage.account)
        assert [each.external_id for each in messages(read)] == asked
        assert read[-1] == Deleted(gone)
