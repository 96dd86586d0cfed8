"""Replies of ours: sent here, sent elsewhere, and echoes of both."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.channels import OutgoingReply, Repeat
from replyassist.channels.events import short_id
from replyassist.core.errors import DeliveryRefused, DeliveryUncertain, ReplyassistError
from replyassist.delivery.service import OpenConnection, deliver
from replyassist.inbox.models import Message, MessageStatus
from replyassist.inbox.service import load
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.surroundings import surroundings
from replyassist.review.thread import as_inbound
from replyassist.review.thread_findings import thread_findings
from replyassist.review.views import detail
from tests.delivery.test_delivery import FakeChannel, run
from tests.intake.test_parts import DM, POST
from tests.review.test_decisions import approve
from tests.world import DRAFT, LATER, World

US = {"external_id": "page-1", "name": "Fernhill"}
AFTER = "2026-11-22T12:00:10Z"


def ours(world: World, **overrides: Any) -> int:
    fields = {"conversation": DM, "direction": "out", "author": US, "text": "Yes, we do.", "posted_at": LATER}
    return world.message(**(fields | overrides))


def rules(world: World, item: ReviewItem) -> list[str]:
    with world.database.reading() as session:
        item = session.get_one(ReviewItem, item.id)
        return [finding.rule for finding in thread_findings(item, surroundings(session, item))]


def told(world: World, item: ReviewItem) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        return [(line.direction.value, line.text) for line in detail(session, item, now=world.clock.now()).conversation]


def test_a_reply_sent_elsewhere_is_kept_and_never_drafted(world: World) -> None:
    message_id = ours(world)

    assert world.jobs.planned == []
    with world.database.reading() as session:
        assert session.get_one(Message, message_id).status == MessageStatus.KEPT


def test_it_does_not_count_against_the_limit_of_the_queue(world: World) -> None:
    world.settings = world.settings.model_copy(update={"queue_limit": 1})
    world.message(conversation=DM)
    ours(world)


def test_our_replies_are_part_of_the_conversation(world: World) -> None:
    item = approve(world, world.person(), world.item(message={"conversation": DM}))
    run(world, FakeChannel())
    ours(world, text="And decaf too.", posted_at=LATER)

    assert told(world, item) == [("in", "do you ship to Norway??"), ("out", "And decaf too."), ("out", DRAFT)]
    with world.database.reading() as session:
        assert as_inbound(session, load(session, item.message_id)).earlier_replies == (DRAFT, "And decaf too.")


@pytest.mark.parametrize("echo", [{"text": "cut short by the platfo…"}, {"external_id": "another id", "text": DRAFT}])
def test_an_echo_of_what_we_sent_is_told_once_and_answers_nothing_else(world: World, echo: dict[str, Any]) -> None:
    first = approve(world, world.person(), world.item(message={"conversation": DM}))
    channel = FakeChannel()
    run(world, channel)
    second = world.item(message={"conversation": DM, "text": "and to Mars?", "posted_at": AFTER})
    version = world.reload(second).version
    ours(world, **({"external_id": f"p-{channel.sent[0].key}", "posted_at": "2026-11-22T12:00:30Z"} | echo))

    assert [text for direction, text in told(world, first) if direction == "out"] == [DRAFT]
    assert rules(world, second) == []
    assert world.reload(second).version == version
    with world.database.reading() as session:
        assert as_inbound(session, load(session, first.message_id)).earlier_replies == (DRAFT,)


def replied(world: World, channel: FakeChannel, adapter: str, **message: Any) -> ReviewItem:
    """An item whose reply has left by this adapter."""
    item = approve(world, world.person(), world.item(message={"conversation": DM, **message}))
    job = world.jobs.take("deliver")
    deliver(
        *job.arguments,
        database=world.database,
        connect=lambda _session, _item: OpenConnection(adapter, channel),
        jobs=world.jobs,
        clock=world.clock,
        settings=world.settings,
    )
    return item


def echo_of(world: World, message_id: int) -> int | None:
    with world.database.reading() as session:
        return session.get_one(Message, message_id).echo_of_id


def test_the_platforms_id_tells_an_echo_from_the_same_words_of_a_colleague(world: World) -> None:
    channel = FakeChannel()
    first = replied(world, channel, "instagram")
    second = replied(world, channel, "instagram", text="and to Sweden?", posted_at=LATER)
    ids = [f"p-{reply.key}" for reply in channel.sent]

    assert echo_of(world, ours(world, external_id="of a colleague", text=DRAFT, posted_at=AFTER)) is None
    assert echo_of(world, ours(world, external_id=ids[0], text=DRAFT, posted_at=AFTER)) == first.id
    assert echo_of(world, ours(world, external_id=ids[1], text=DRAFT, posted_at=AFTER)) == second.id


def test_an_id_that_the_inbox_shortens_is_known_again(world: World) -> None:
    class Long(FakeChannel):
        def send(self, reply: OutgoingReply) -> str:
            return "p" * 300

    item = replied(world, Long(), "instagram")

    assert echo_of(world, ours(world, external_id="of a colleague", text=DRAFT, posted_at=AFTER)) is None
    assert echo_of(world, ours(world, external_id=short_id("p" * 300), text="cut", posted_at=AFTER)) == item.id


def test_the_same_words_days_later_are_no_echo(world: World) -> None:
    item = approve(world, world.person(), world.item(message={"conversation": DM}))
    run(world, FakeChannel())
    world.clock.advance(days=3)
    ours(world, text=DRAFT, posted_at="2026-11-25T12:00:00Z")

    assert [text for direction, text in told(world, item) if direction == "out"] == [DRAFT, DRAFT]


def test_an_echo_of_a_reply_that_may_have_arrived_says_that_it_did(world: World) -> None:
    item = approve(world, world.person(), world.item(message={"conversation": DM}))
    with world.database.writing() as session:
        current = session.get_one(ReviewItem, item.id)
        current.status = ReviewStatus.UNCERTAIN
        session.add(current)
    ours(world, text=DRAFT)

    assert rules(world, item) == ["thread.answered"]


@pytest.mark.parametrize(
    ("conversation", "reply", "is_answered"),
    [
        (DM, {}, True),
        (DM, {"posted_at": "2026-11-22T09:00:00Z"}, False),
        (POST, {}, False),
        (POST, {"in_reply_to": "question"}, True),
        (POST, {"in_reply_to": "another"}, False),
        (POST, {"text": "@tom.k. Yes, we do."}, True),
        (POST, {"text": "Yes @Tom.K, we do."}, True),
        (POST, {"text": "@tom.king Yes, we do."}, False),
        (POST, {"text": "tom.k is right"}, False),
        (POST, {"text": "@tom.k yes", "posted_at": "2026-11-22T09:00:00Z"}, False),
    ],
)
def test_a_question_that_was_answered_elsewhere_says_so(
    world: World, conversation: dict[str, Any], reply: dict[str, Any], is_answered: bool
) -> None:
    item = world.item(message={"conversation": conversation, "external_id": "question"})
    ours(world, **({"conversation": conversation} | reply))

    assert rules(world, item) == (["thread.answered"] if is_answered else [])
    assert ("answered elsewhere" in (world.reload(item).notice or "")) is is_answered


def test_a_reply_that_was_deleted_answers_nothing(world: World) -> None:
    item = world.item(message={"conversation": DM})
    ours(world, external_id="ours")
    world.delete("ours")

    assert rules(world, item) == []


def test_a_question_that_was_answered_here_with_another_says_so(world: World) -> None:
    first = world.item(message={"conversation": DM})
    second = world.item(message={"conversation": DM, "text": "hello? do you?", "posted_at": LATER})
    assert rules(world, first) == ["thread.newer"]
    approve(world, world.person(), second)
    run(world, FakeChannel())

    assert rules(world, first) == ["thread.answered", "thread.newer"]
    assert rules(world, second) == [], "its own reply answers nothing else"


def test_a_reply_elsewhere_stops_what_is_approved(world: World) -> None:
    item, channel = approve(world, world.person(), world.item(message={"conversation": DM})), FakeChannel()
    ours(world)
    run(world, channel)

    assert channel.sent == []
    assert world.reload(item).status == ReviewStatus.PENDING


@pytest.mark.parametrize("error", [DeliveryUncertain("no answer"), DeliveryRefused("no")])
def test_an_echo_that_came_before_the_doubt_says_so_too(world: World, error: ReplyassistError) -> None:
    item = approve(world, world.person(), world.item(message={"conversation": DM}))

    class Slow(FakeChannel):
        def send(self, reply: OutgoingReply) -> str:
            ours(world, text=DRAFT, posted_at=AFTER)
            raise error

    run(world, Slow(repeat=Repeat.NEITHER))

    assert "thread.answered" in rules(world, item)
