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

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .desk import DeskHarness, NotesConformance
from .peers.freescout import SECRET, TOKEN, USER, FreeScoutPeer


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

    def write_malformed(self) -> bool:
        self.peer.add(MALFORMED, createdAt=MALFORMED)
        return True

    def delete(self, external_id: str) -> None:
        self.peer.tell("convo.deleted")

    def posted(self) -> list[str]:
        return [_shown(each) for each in self.peer.written("message")]

    def answer(self, text: str) -> None:
        self.peer.add(text, "message")

    def notes(self) -> list[str]:
        return [_shown(each) for each in self.peer.written("note")]

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


def _shown(body: str) -> str:
    return unescape(body.replace("<br>", "\n"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestNotes(NotesConformance):
    @pytest.fixture
    def harness(self, peer: FreeScoutPeer) -> FreeScoutHarness:
        return FreeScoutHarness(peer)


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
        assert len(late) == 7

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
        assert not tested(token="wrong").is_ok
        assert not tested(user="6").is_ok
        for wrong in ({"server": "http://help.example"}, {"user": "me"}):
            with pytest.raises(ConfigurationError):
                tested(**wrong)
