"""Google Business Profile against our own server of the documentation's reviews."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from replyassist.channels import Account, Credentials, Deleted, NewMessage
from replyassist.channels.google.api import until_midnight
from replyassist.channels.google.seen import KEPT, Entry, ReadUpTo
from replyassist.channels.google.send import ReviewsPlatform
from replyassist.channels.google.source import own_words
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import (
    ConfigurationError,
    CredentialsRefused,
    DeliveryRefused,
    DeliveryUncertain,
    RateLimited,
)
from replyassist.review.models import ReviewItem
from tests.test_worker import worker
from tests.world import BRAND, DRAFT, World

from .conformance import MALFORMED, QUESTION, Conformance, Stage
from .harness import PeerHarness
from .peers.google import LOCATION, ReviewsPeer
from .polled import PolledHarness

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class GoogleHarness(PeerHarness[ReviewsPeer], PolledHarness):
    adapter = adapter_named("google")
    account = LOCATION

    def __init__(self, peer: ReviewsPeer) -> None:
        self.peer = peer

    def credentials(self) -> dict[str, str]:
        return {"location": LOCATION, **self.peer.credentials()}

    def write(self, text: str) -> str:
        return self.peer.write(text)

    def write_malformed(self) -> None:
        self.peer.reviews[self.peer.write(MALFORMED)]["createTime"] = MALFORMED

    def edit(self, external_id: str, text: str) -> None:
        self.peer.edit(external_id, text)

    def posted(self) -> list[str]:
        replies = [review["reviewReply"] for review in self.peer.reviews.values() if "reviewReply" in review]
        return [reply["comment"] for reply in sorted(replies, key=lambda reply: str(reply["updateTime"]))]


@pytest.fixture
def peer() -> Iterator[ReviewsPeer]:
    with ReviewsPeer().served() as peer:
        yield peer


@pytest.fixture
def harness(peer: ReviewsPeer) -> GoogleHarness:
    return GoogleHarness(peer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestGoogle(Conformance):
    def test_a_reply_that_was_made_elsewhere_stays(self, stage: Stage, peer: ReviewsPeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        peer.answered(reply.in_reply_to, "Thanks, Tom!")
        with pytest.raises(DeliveryRefused, match="another reply"):
            platform.send(reply)
        assert (stage.harness.posted(), peer.puts) == (["Thanks, Tom!"], 0)

        peer.edit(reply.in_reply_to, "and now they do not ship at all")
        assert platform.send(reply) == f"{reply.in_reply_to}/reply", "it answered what the review no longer says"
        assert (platform.send(reply), peer.puts) == (f"{reply.in_reply_to}/reply", 1), "what stands is not put again"

    def test_moderation_is_followed(self, stage: Stage, harness: GoogleHarness, peer: ReviewsPeer) -> None:
        peer.moderates = "PENDING"
        reply = stage.reply(DRAFT)
        own_id = stage.platform.inner.send(reply)
        assert harness.events(stage.account) == []

        peer.reviews[reply.in_reply_to]["reviewReply"]["reviewReplyState"] = "APPROVED"
        (event,) = harness.events(stage.account)
        assert isinstance(event, NewMessage)
        assert (event.message.external_id, event.message.direction) == (own_id, "out")
        peer.answered(reply.in_reply_to, DRAFT, "REJECTED")
        assert harness.events(stage.account) == [Deleted(own_id)]
        assert harness.events(stage.account) == []
        with pytest.raises(DeliveryRefused, match="SPAM"):
            stage.platform.inner.send(reply)
        peer.moderates = "APPROVED"
        assert stage.platform.inner.send(replace(reply, text="Better words.")) == own_id

    def test_all_pages_are_read_oldest_first(self, stage: Stage, harness: GoogleHarness) -> None:
        written = [harness.write(f"{QUESTION} {number}") for number in range(7)]
        events = [event for event in harness.events(stage.account) if isinstance(event, NewMessage)]

        assert [event.message.external_id for event in events] == written
        assert events[0].message.metadata == {"stars": 5}
        assert events[0].message.author.name == "Tom"
        assert harness.events(stage.account) == []

    def test_stars_without_words_are_for_a_person(
        self, stage: Stage, harness: GoogleHarness, peer: ReviewsPeer, world: World
    ) -> None:
        number = peer.write("", stars="ONE")
        peer.write("", stars="STAR_RATING_UNSPECIFIED")
        events = harness.events(stage.account)
        assert stage.take(events) == 1, "without stars there is nothing to be answered"
        stored = stage.message(number)
        assert stored is not None
        assert (stored.text, stored.attributes) == ("", {"stars": 1})
        assert [(each["kind"], each["alt_text"]) for each in stored.attachments] == [("rating", "1 of 5 stars")]
        worker(world).draft(*world.jobs.take("draft").arguments)
        with world.database.reading() as session:
            item = session.exec(select(ReviewItem)).one()
            assert (item.route, item.draft, item.attachment_kinds) == ("escalate", "", ["rating"])
            assert item.proposal.reason == "attachment: a rating without words"

        peer.edit(number, "the coffee was cold")
        stage.take(harness.events(stage.account))
        stored = stage.message(number)
        assert stored is not None
        assert (stored.text, stored.attachments) == ("the coffee was cold", [])
        peer.edit(number, "")
        stage.take(harness.events(stage.account))
        stored = stage.message(number)
        assert stored is not None
        assert (stored.text, len(stored.attachments)) == ("", 1)

    def test_errors_are_told_apart(self, stage: Stage, peer: ReviewsPeer) -> None:
        reply, platform = stage.reply(DRAFT), stage.platform.inner
        for error, kind in (
            ((403, "PERMISSION_DENIED"), DeliveryRefused),
            ((429, "RESOURCE_EXHAUSTED"), RateLimited),
            ((503, "UNAVAILABLE"), DeliveryUncertain),
        ):
            peer.fails = error
            with pytest.raises(kind):
                platform.send(reply)
        with pytest.raises(DeliveryRefused, match="404 NOT_FOUND"):
            platform.send(replace(reply, in_reply_to="gone"))
        with pytest.raises(DeliveryRefused):
            platform.send(replace(reply, in_reply_to="../x"))

    def test_tokens_are_renewed_and_kept(self, stage: Stage, harness: GoogleHarness, peer: ReviewsPeer) -> None:
        kept: dict[str, str] = {}
        account = replace(stage.account, keep=kept.update)
        with closing(ReviewsPlatform(account, harness.runtime)) as platform:
            tested = platform.test()
            assert (tested.is_ok, tested.account) == (True, LOCATION)
            assert kept["access"] in peer.access
            peer.access.clear()
            assert platform.test().is_ok, "one that is no longer taken is renewed"
        again = replace(account, credentials=Credentials({**account.credentials, **kept}))
        with closing(ReviewsPlatform(again, harness.runtime)) as platform:
            platform.test()
            assert len(peer.access) == 1, "a kept one is used"
            stage.later(3600)
            platform.test()
            assert len(peer.access) == 2
        wrong = replace(account, credentials=Credentials({**account.credentials, "refresh_token": "over"}))
        with closing(ReviewsPlatform(wrong, harness.runtime)) as platform:
            assert "connect the account again" in platform.test().problem
            with pytest.raises(CredentialsRefused):
                platform.send(stage.reply(DRAFT))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_location_is_a_resource_name(world: World) -> None:
    account = Account(BRAND, "google", "", Credentials({"location": "Fernhill", "url": "https://example.com"}))
    with pytest.raises(ConfigurationError):
        ReviewsPlatform(account, world.connections.runtime)


def test_the_reviewers_own_words_are_taken() -> None:
    assert own_words("Sehr gut!\n\n(Translated by Google)\nVery good!") == "Sehr gut!"
    assert own_words("(Translated by Google) Very good!\n\n(Original)\nSehr gut!") == "Sehr gut!"
    assert own_words("Very (good)!") == "Very (good)!"


def test_daily_quotas_begin_anew_at_midnight_pacific_time() -> None:
    assert until_midnight(NOW) == timedelta(hours=20).total_seconds()


def test_the_cursor_stays_small_and_forgets_from_the_beginning() -> None:
    entries = [Entry(NOW + timedelta(seconds=number), str(number), Deleted(str(number))) for number in range(KEPT + 50)]
    pulled = list(ReadUpTo(None, NOW).pulled(entries))

    assert [event for each in pulled for event in each.events] == [Deleted(str(n)) for n in range(KEPT + 50)]
    assert all(len(each.cursor) <= 4000 for each in pulled)
    seen = ReadUpTo(pulled[-1].cursor, NOW)
    assert seen.start == NOW + timedelta(seconds=50)
    assert [each.events for each in seen.pulled(entries)] == [()]
    assert next(ReadUpTo(pulled[0].cursor, NOW).pulled(entries)).events[0] == Deleted("0"), (
        "the first batch alone is nothing"
    )
