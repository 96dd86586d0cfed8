from __future__ import annotations

from collections.abc import Iterator

import pytest

from replyassist.channels import Edited, NewMessage, ThreadPlace
from replyassist.channels.registry import adapter_named

from . import meta
from .conformance import QUESTION, Conformance, Stage
from .peers.facebook import FacebookPeer

ADAPTER = adapter_named("facebook")


@pytest.fixture
def peer() -> Iterator[FacebookPeer]:
    with FacebookPeer().served() as peer:
        yield peer


class FacebookHarness(meta.MetaHarness):
    peer: FacebookPeer

    def edit(self, external_id: str, text: str) -> None:
        change = self.peer.resay if self.visibility == "private" else self.peer.edit
        change(external_id, text)

    def delete(self, external_id: str) -> None:
        take_away = self.peer.unsay if self.visibility == "private" else self.peer.remove
        take_away(external_id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestMessenger(Conformance):
    @pytest.fixture
    def harness(self, peer: FacebookPeer) -> FacebookHarness:
        return FacebookHarness(ADAPTER, peer, "private")

    def test_late_replies_carry_the_tag(self, stage: Stage, harness: FacebookHarness) -> None:
        meta.check_private(stage, harness)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestComments(Conformance):
    @pytest.fixture
    def harness(self, peer: FacebookPeer) -> FacebookHarness:
        return FacebookHarness(ADAPTER, peer, "public", private_window=None)

    def test_a_reply_to_a_reply_is_found_under_the_top_comment(self, stage: Stage, harness: FacebookHarness) -> None:
        meta.check_comments(stage, harness, mention="")

    def test_errors_are_told_apart(self, stage: Stage, harness: FacebookHarness) -> None:
        meta.check_errors(stage, harness.peer)

    def test_the_address_is_tested_and_nothing_forged_passes(self, stage: Stage, harness: FacebookHarness) -> None:
        meta.check_handshake(stage, harness, stage.account)

    def test_connecting_subscribes(self, stage: Stage, harness: FacebookHarness) -> None:
        meta.check_connecting(stage, harness, "Fernhill")
        assert "feed" in harness.peer.subscribed

    def test_comments_carry_their_time_and_their_post(self, stage: Stage, harness: FacebookHarness) -> None:
        harness.edit(harness.write("helo"), QUESTION)
        written, edited = harness.events(stage.account)
        assert isinstance(written, NewMessage)
        assert isinstance(edited, Edited)
        place = ThreadPlace("1_1", written.message.conversation.external_id, written.message.metadata)

        assert stage.platform.inner.thread(place).parent_text == "New roast is out!"
        assert edited.change.text == QUESTION

    def test_commenters_who_are_not_told_are_each_one_of_their_own(
        self, stage: Stage, harness: FacebookHarness
    ) -> None:
        """``from`` is left out unless the person has let the app see it."""
        for text in (QUESTION, "and to Sweden?"):
            harness.write(text)
            del harness.peer.told[-1]["entry"][0]["changes"][0]["value"]["from"]
        authors = [event.message.author for event in harness.events(stage.account) if isinstance(event, NewMessage)]
        assert [author.name for author in authors] == [None, None]
        assert len({author.external_id for author in authors}) == 2

    def test_likes_hiding_and_other_items_are_not_messages(self, stage: Stage, harness: FacebookHarness) -> None:
        comment = harness.write(QUESTION)
        harness.events(stage.account)
        for changed in ({"verb": "hide"}, {"item": "reaction"}, {"item": "status", "verb": "add"}, {"message": ""}):
            harness.peer.edit(comment, QUESTION)
            harness.peer.told[-1]["entry"][0]["changes"][0]["value"] |= changed

        assert harness.events(stage.account) == []


class TestReading(meta.MetaReading):
    adapter = ADAPTER
