from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from replyassist.channels import Credentials, Edited, NewMessage
from replyassist.channels.registry import adapter_named
from replyassist.channels.telegram.send import TelegramPlatform
from replyassist.core.errors import ConfigurationError, CredentialsRefused, DeliveryRefused, RateLimited

from .conformance import MALFORMED, Conformance, Stage
from .harness import PeerHarness
from .peers.telegram import GROUP, PRIVATE, TOKEN, TOM, US, TelegramPeer
from .polled import PolledHarness


class TelegramHarness(PeerHarness[TelegramPeer], PolledHarness):
    adapter = adapter_named("telegram")
    account = str(US["id"])

    def __init__(self, peer: TelegramPeer, chat: dict[str, Any]) -> None:
        self.peer, self.chat = peer, chat
        self.visibility = "private" if chat is PRIVATE else "public"

    def credentials(self) -> dict[str, str]:
        return {"token": TOKEN, "url": self.peer.address}

    def write(self, text: str) -> str:
        return f"{self.chat['id']}:{self.peer.write(text, self.chat)['message_id']}"

    def edit(self, external_id: str, text: str) -> None:
        chat, number = external_id.split(":")
        self.peer.edit(int(chat), int(number), text)

    def posted(self) -> list[str]:
        return [each["text"] for each in self.peer.ours()]

    def write_malformed(self) -> None:
        self.peer.write(MALFORMED, self.chat, date=10**20)
        edited = self.peer.write(MALFORMED, self.chat)
        self.peer.updates[-1] = {"update_id": next(self.peer.numbers), "edited_message": edited | {"edit_date": 10**20}}


@pytest.fixture
def peer() -> Iterator[TelegramPeer]:
    with TelegramPeer().served() as peer:
        yield peer


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestInPrivate(Conformance):
    @pytest.fixture
    def harness(self, peer: TelegramPeer) -> TelegramHarness:
        return TelegramHarness(peer, PRIVATE)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestInAGroup(Conformance):
    @pytest.fixture
    def harness(self, peer: TelegramPeer) -> TelegramHarness:
        return TelegramHarness(peer, GROUP)

    def test_the_reply_stands_in_the_topic_of_what_it_answers(self, stage: Stage, harness: TelegramHarness) -> None:
        post = harness.peer.write("New roast!", GROUP)
        harness.peer.write("how much?", GROUP, reply_to_message=post, message_thread_id=5, is_topic_message=True)
        _, event = harness.events(stage.account)
        assert isinstance(event, NewMessage)
        asked = event.message
        reply = replace(stage.reply("12 euros."), in_reply_to=asked.external_id, metadata=asked.metadata)
        stage.platform.send(reply)

        assert (asked.answered_text, asked.conversation.parent_text) == ("New roast!", None)
        assert asked.author.name == "Tom"
        (sent,) = harness.peer.ours()
        assert (sent["message_thread_id"], sent["reply_to_message"]["text"]) == (5, "how much?")

    def test_what_no_person_wrote_is_left_out(self, stage: Stage, harness: TelegramHarness) -> None:
        harness.peer.write("a post of our channel", GROUP, is_automatic_forward=True)
        harness.peer.write("an anonymous administrator", GROUP, sender_chat=GROUP)
        harness.peer.write("", GROUP, new_chat_members=[TOM])
        harness.peer.write("a shape that nobody foresaw", GROUP, date=None)
        harness.peer.write("", GROUP, photo=[{}], caption="is this yours?")
        (event,) = harness.events(stage.account)

        assert isinstance(event, NewMessage)
        assert (event.message.text, [each.kind for each in event.message.attachments]) == ("is this yours?", ["image"])

    def test_more_than_a_page_comes_in_order_and_once(self, stage: Stage, harness: TelegramHarness) -> None:
        asked = [harness.write(f"question {number}") for number in range(101)]
        events = harness.events(stage.account)

        assert [each.message.external_id for each in events if isinstance(each, NewMessage)] == asked
        assert harness.events(stage.account) == []

    def test_an_edit_brings_its_time(self, stage: Stage, harness: TelegramHarness) -> None:
        harness.edit(harness.write("helo"), "hello")
        _, edited = harness.events(stage.account)

        assert isinstance(edited, Edited)
        assert edited.change.edited_at is not None
        assert edited.message is not None

    def test_its_errors_are_told_apart(self, stage: Stage, harness: TelegramHarness) -> None:
        reply, platform = stage.reply("hello"), stage.platform.inner
        harness.peer.wait_seconds = 7
        with pytest.raises(RateLimited) as limited:
            platform.send(reply)
        assert limited.value.retry_after_s == 7
        harness.peer.blocked.add(int(str(GROUP["id"])))
        with pytest.raises(DeliveryRefused, match="blocked"):
            platform.send(reply)
        for gone in ("-1001:999", "nonsense"):
            with pytest.raises(DeliveryRefused):
                platform.send(replace(reply, in_reply_to=gone))
        harness.peer.hook = "https://elsewhere.example"
        with pytest.raises(DeliveryRefused, match="webhook"):
            harness.events(stage.account)
        assert "deleteWebhook" in platform.test().problem

    def test_connecting_says_who_the_bot_is_and_a_wrong_token_is_refused(
        self, stage: Stage, harness: TelegramHarness
    ) -> None:
        tested = stage.platform.inner.test()
        assert (tested.is_ok, tested.account, tested.shown_as) == (True, harness.account, "@fernhill_bot")
        for wrong in ("1:wrong", "wrong"):
            account = replace(stage.account, credentials=Credentials(harness.credentials() | {"token": wrong}))
            with closing(TelegramPlatform(account, harness.runtime)) as platform:
                assert not platform.test().is_ok
            with pytest.raises(CredentialsRefused):
                harness.events(account)
        account = replace(stage.account, credentials=Credentials(harness.credentials() | {"token": "a/../b"}))
        with pytest.raises(ConfigurationError):
            TelegramPlatform(account, harness.runtime)
