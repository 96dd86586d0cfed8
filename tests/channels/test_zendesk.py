"""Zendesk against a stateful fake."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from replyassist.channels import Credentials, HookRequest
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import ConfigurationError, DeliveryNotMade, DeliveryRefused, InvalidInput, SignatureInvalid
from replyassist.review.models import ReviewStatus

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .desk import DeskHarness, NotesConformance
from .peers.zendesk import AGENT, EMAIL, OTHER, SECRET, TICKET, TOKEN, ZendeskPeer
from .reading import ReadHarness, Reading, earlier, messages


@pytest.fixture
def peer(httpserver: HTTPServer) -> ZendeskPeer:
    return ZendeskPeer(httpserver)


class ZendeskHarness(DeskHarness):
    adapter = adapter_named("zendesk")
    account = f"user-{AGENT}"
    visibility = "private"

    def __init__(self, peer: ZendeskPeer) -> None:
        self.peer = peer

    def credentials(self) -> dict[str, str]:
        return {"server": self.peer.url, "email": EMAIL, "token": TOKEN, "secret": SECRET, "drafts": "off"}

    def write(self, text: str) -> str:
        return str(self.peer.comment(text)["events"][0]["id"])

    def write_malformed(self) -> None:
        self.peer.comment(MALFORMED)
        self.peer.told[-1][1]["time"] = MALFORMED

    def posted(self) -> list[str]:
        return self.peer.written(public=True)

    def answer(self, text: str) -> None:
        self.peer.comment(text, is_staff=True)

    def notes(self) -> list[str]:
        return self.peer.written(public=False)

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


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestNotes(NotesConformance):
    @pytest.fixture
    def harness(self, peer: ZendeskPeer) -> ZendeskHarness:
        return ZendeskHarness(peer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestZendesk(Conformance):
    @pytest.fixture
    def harness(self, peer: ZendeskPeer) -> ZendeskHarness:
        return ZendeskHarness(peer)

    def test_the_signature_covers_the_time_and_needs_a_secret(self, stage: Stage, harness: ZendeskHarness) -> None:
        harness.write(QUESTION)
        (request,) = harness.hooks()
        inbound = harness.adapter.inbound
        assert inbound is not None
        inbound(stage.account, harness.runtime).verify(request)
        time = "x-zendesk-webhook-signature-timestamp"
        for wrong in ("2026-11-27T00:00:00Z", "soon"):
            with pytest.raises(SignatureInvalid):
                changed = replace(request, headers={**request.headers, time: wrong})
                inbound(stage.account, harness.runtime).verify(changed)
        with pytest.raises(SignatureInvalid):
            inbound(replace(stage.account, credentials=Credentials()), harness.runtime).verify(request)

    def test_what_is_no_public_comment_is_left_out(self, stage: Stage, harness: ZendeskHarness) -> None:
        harness.peer.comment("a note", is_staff=True, public=False)
        harness.peer.tell("zen:event-type:ticket.status_changed", current="SOLVED", previous="OPEN")
        assert harness.events(stage.account) == []
        assert harness.adapter.inbound is not None
        inbound = harness.adapter.inbound(stage.account, harness.runtime)
        for broken in (b"", b"[]", b"{}"):
            with pytest.raises(InvalidInput):
                inbound.parse(replace(harness.peer.hook("", {}), body=broken))

    def test_a_change_at_the_same_moment_is_looked_at_before_it_is_answered(
        self, stage: Stage, harness: ZendeskHarness
    ) -> None:
        item = stage.approved()
        harness.peer.meddles = True
        stage.run()
        assert (stage.world.reload(item).status, harness.posted()) == (ReviewStatus.SENDING, [])
        stage.later(5)
        stage.run()
        assert stage.world.reload(item).status == ReviewStatus.SENT
        assert len(harness.posted()) == 1

    def test_a_closed_ticket_is_not_answered(self, stage: Stage, harness: ZendeskHarness) -> None:
        reply = stage.reply("It is on its way.")
        harness.peer.ticket["status"] = "closed"
        with pytest.raises(DeliveryRefused, match="closed for good"):
            stage.platform.inner.send(reply)
        for wrong in ("../users", "48"):
            with pytest.raises(DeliveryRefused):
                stage.platform.inner.send(replace(reply, conversation=wrong))

    def test_find_knows_our_key_whatever_became_of_the_words_and_reads_every_page(
        self, stage: Stage, harness: ZendeskHarness
    ) -> None:
        reply = replace(stage.reply("It is on its way."), first_tried_at=stage.world.clock.now())
        platform, peer = stage.platform.inner, harness.peer
        peer.comment(reply.text, is_staff=True, public=False)
        assert platform.find(reply) is None, "a note is no reply"
        sent = platform.send(reply)
        for number in range(5):
            peer.comment(f"more {number}")
        peer.page = 2
        assert platform.find(reply) == sent
        assert platform.find(replace(reply, key="another", text="Another.")) is None
        peer.audits[-6]["events"][0]["body"] = "It is <b>on</b> its way."
        assert platform.find(reply) == sent
        with pytest.raises(DeliveryNotMade):
            peer.page = 0
            platform.find(reply)

    def test_connecting_says_who_we_are_and_where_drafts_go(self, stage: Stage, harness: ZendeskHarness) -> None:
        def tested(**more: str) -> Any:
            assert harness.adapter.platform is not None
            account = replace(stage.account, credentials=Credentials(harness.credentials() | more))
            return harness.adapter.platform(account, harness.runtime).test()

        assert (tested().is_ok, tested().account) == (True, harness.account)
        assert "private note" in tested(drafts="notes").checks[1].detail
        assert not tested(token="wrong").is_ok
        harness.peer.role = "end-user"
        assert tested().problem == "sign-in: the address and the token sign in no agent"
        with pytest.raises(ConfigurationError):
            tested(server="http://fernhill.example")
        assert stage.reply("x").conversation == str(TICKET)


class ZendeskReadHarness(ZendeskHarness, ReadHarness):
    def elsewhere(self, text: str) -> str:
        return str(self.peer.comment(text, ticket=OTHER)["events"][0]["id"])

    def answer_there(self, external_id: str, text: str) -> None:
        self.answer(text)

    def limit_reads(self, most: int) -> None:
        self.peer.most_reads = most

    def pass_time(self) -> None:
        for each in self.peer.audits:
            each["created_at"] = earlier(each["created_at"])

    def list_malformed(self) -> None:
        self.peer.comment(MALFORMED)["created_at"] = MALFORMED


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestNotesByReading(NotesConformance):
    @pytest.fixture
    def harness(self, peer: ZendeskPeer) -> ZendeskReadHarness:
        return ZendeskReadHarness(peer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestReading(Reading):
    @pytest.fixture
    def harness(self, peer: ZendeskPeer) -> ZendeskReadHarness:
        peer.page = 2
        return ZendeskReadHarness(peer)

    def test_tickets_that_change_while_they_are_read_are_not_passed_over(
        self, stage: Stage, harness: ZendeskReadHarness
    ) -> None:
        peer = harness.peer
        peer.page = 1
        asked = [harness.write(QUESTION), harness.elsewhere(QUESTION)]
        peer.tickets[1]["updated_at"] = peer.tickets[0]["updated_at"]
        assert [each.external_id for each in messages(harness.events(stage.account))] == asked
        peer.tickets += [{"id": 100 + each, "updated_at": peer.ticket["updated_at"]} for each in range(20)]
        with pytest.raises(DeliveryNotMade, match="more tickets"):
            harness.cursor = None
            harness.events(stage.account)
