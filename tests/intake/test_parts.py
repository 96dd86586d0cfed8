"""Several messages of one author, written in one go, are one item that shows them all and is answered once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from replyassist.inbox.models import Message, MessageStatus
from replyassist.inbox.service import load
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.repository import find_by_message
from replyassist.review.views import detail, summaries
from tests.delivery.test_delivery import FakeChannel, run
from tests.inbox.test_service import at_once
from tests.review.test_decisions import approve
from tests.test_worker import worker
from tests.world import LATER, World

DM = {"external_id": "dm-1", "visibility": "private"}
POST = {"external_id": "post-1", "visibility": "public"}
SOON = "2026-11-22T09:30:40Z"
NEVER_MIND = "I mean to Bergen"


def items(world: World) -> list[ReviewItem]:
    with world.database.reading() as session:
        return list(session.exec(select(ReviewItem).order_by("id")))


def shown(world: World, item: ReviewItem) -> str:
    with world.database.reading() as session:
        return summaries(session, [item], now=world.clock.now())[0].message


def moved_to(world: World, status: ReviewStatus) -> ReviewItem:
    """An item that has come so far."""
    who, item = world.person(), world.item(message={"conversation": DM})
    if status is ReviewStatus.PENDING:
        return item
    if status is ReviewStatus.REJECTED:
        return world.reject(item, who)
    item = approve(world, who, item)
    if status is ReviewStatus.SENT:
        run(world, FakeChannel())
    return world.reload(item)


def test_what_waits_for_its_draft_is_drafted_with_all_that_was_written(world: World) -> None:
    first = world.message(conversation=DM)
    world.message(conversation=DM, text=NEVER_MIND, posted_at=SOON)
    assert [job.name for job, _ in world.jobs.planned] == ["draft"]
    worker(world).draft(*world.jobs.take("draft").arguments)

    (item,) = items(world)
    assert (item.message_id, item.is_redrafting) == (first, False)
    assert shown(world, item) == f"do you ship to Norway??\n{NEVER_MIND}"


@pytest.mark.parametrize("status", [ReviewStatus.PENDING, ReviewStatus.APPROVED])
def test_what_is_in_the_queue_or_approved_is_drafted_anew(world: World, status: ReviewStatus) -> None:
    item, channel = moved_to(world, status), FakeChannel()
    world.message(conversation=DM, text=NEVER_MIND, posted_at=SOON)

    now = world.reload(item)
    assert (now.status, now.is_redrafting, now.approval_id) == (ReviewStatus.PENDING, True, None)
    assert "went on writing" in (now.notice or "")
    worker(world).redraft(*world.jobs.take("redraft").arguments)
    now = world.reload(item)
    assert not now.is_redrafting
    assert NEVER_MIND in shown(world, now)
    if status is ReviewStatus.APPROVED:
        run(world, channel)
        assert channel.sent == []
    assert len(items(world)) == 1


@pytest.mark.parametrize("status", [ReviewStatus.REJECTED, ReviewStatus.SENT])
def test_after_a_decision_the_next_message_is_an_item_of_its_own(world: World, status: ReviewStatus) -> None:
    item = moved_to(world, status)
    world.item(message={"conversation": DM, "text": NEVER_MIND, "posted_at": SOON})

    assert [shown(world, each) for each in items(world)] == ["do you ship to Norway??", NEVER_MIND]
    assert world.reload(item).status == status


@pytest.mark.parametrize(
    "other",
    [
        {"posted_at": LATER},
        {"author": {"external_id": "other"}},
        {"conversation": {"external_id": "dm-2", "visibility": "private"}},
    ],
)
def test_what_is_later_or_elsewhere_or_by_somebody_else_is_another_item(world: World, other: dict[str, Any]) -> None:
    world.message(conversation=DM)
    world.message(**({"conversation": DM, "posted_at": SOON} | other))

    assert [job.name for job, _ in world.jobs.planned] == ["draft", "draft"]


def test_the_window_is_a_setting_and_nought_ends_grouping(world: World) -> None:
    world.settings = world.settings.model_copy(update={"group_seconds": 0})
    world.message(conversation=DM)
    world.message(conversation=DM, posted_at=SOON)

    assert [job.name for job, _ in world.jobs.planned] == ["draft", "draft"]


def test_a_comment_below_another_comment_is_another_question(world: World) -> None:
    world.message(conversation=POST, in_reply_to="c-1")
    world.message(conversation=POST, in_reply_to="c-2", posted_at=SOON)
    world.message(conversation=POST, in_reply_to="c-1", posted_at=SOON)

    assert [job.name for job, _ in world.jobs.planned] == ["draft", "draft"]


def test_what_was_answered_elsewhere_meanwhile_is_not_gone_on_with(world: World) -> None:
    world.message(conversation=DM)
    world.message(conversation=DM, direction="out", author={"external_id": "us"}, posted_at="2026-11-22T09:30:10Z")
    world.message(conversation=DM, text="thanks!", posted_at=SOON)

    assert [job.name for job, _ in world.jobs.planned] == ["draft", "draft"]


def test_parts_are_read_in_the_order_of_posting_however_they_arrive(world: World) -> None:
    item = world.item(message={"conversation": DM, "text": "second", "posted_at": SOON})
    world.message(conversation=DM, text="first", posted_at="2026-11-22T09:30:00Z")

    assert shown(world, item) == "first\nsecond"
    with world.database.reading() as session:
        assert [line.is_this for line in detail(session, item, now=world.clock.now()).conversation] == [True, True]


def test_two_parts_that_arrive_at_once_are_one_item(world: World) -> None:
    world.message(conversation={"external_id": "dm-1", "visibility": "private"}, author={"external_id": "else"})
    world.message(conversation={"external_id": "dm-9", "visibility": "private"})  # the author is known
    at_once(4, lambda number: world.message(conversation=DM, text=f"part {number}", posted_at=SOON))

    with world.database.reading() as session:
        parts = [message for message in session.exec(select(Message)) if message.text.startswith("part")]
        firsts = [part for part in parts if part.part_of_id is None]
        assert len(firsts) == 1
        assert {part.part_of_id for part in parts if part is not firsts[0]} == {firsts[0].id}
        assert len(load(session, firsts[0].id or 0).parts) == 4


def test_a_part_that_arrives_while_the_draft_is_made_leads_to_another_draft(world: World) -> None:
    first, work = world.message(conversation=DM), worker(world)
    with world.database.reading() as session:
        read = load(session, first)
    world.message(conversation=DM, text=NEVER_MIND, posted_at=SOON)
    work._enqueue(read, world.proposal())

    (item,) = items(world)
    assert item.is_redrafting
    work.redraft(*world.jobs.take("redraft").arguments)
    (item,) = items(world)
    assert not item.is_redrafting
    with world.database.reading() as session:
        assert item.read_digest == load(session, first).digest


def test_a_part_counts_as_queued_and_has_no_item(world: World) -> None:
    world.message(conversation=DM)
    part = world.message(conversation=DM, posted_at=SOON)

    with world.database.reading() as session:
        assert session.get_one(Message, part).status == MessageStatus.KEPT
        assert find_by_message(session, part) is None


def test_the_person_who_asks_for_a_draft_keeps_the_wish_when_the_author_goes_on(world: World) -> None:
    item, who = world.item(message={"conversation": DM}), world.person()
    world.redraft(item, who, "shorter")
    world.message(conversation=DM, posted_at=SOON)
    work, old, new = worker(world), world.jobs.take("redraft"), world.jobs.take("redraft")
    work.redraft(*old.arguments)
    assert world.reload(item).is_redrafting, "the draft for less than all of it is not taken"
    work.redraft(*new.arguments)

    assert world.reload(item).proposal.instruction == "shorter"
