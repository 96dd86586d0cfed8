"""What the author edits or deletes on the platform, wherever its item stands."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlmodel import select

from replyassist.core.errors import Conflict, DeliveryNotMade, InvalidInput, NotFound, VersionConflict
from replyassist.core.security import Role
from replyassist.inbox.models import Message, MessageStatus
from replyassist.inbox.service import load
from replyassist.review import decisions
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.repository import audit_of
from replyassist.review.views import detail
from tests.delivery.test_delivery import FakeChannel, run
from tests.inbox.test_service import at_once
from tests.intake.test_parts import DM, NEVER_MIND, SOON, items, shown
from tests.review.test_decisions import approve
from tests.test_worker import worker
from tests.world import World

S = ReviewStatus
EDITED = "do you ship to Sweden?"
IMAGE = {"kind": "image", "url": "https://cdn.example/1.jpg", "alt_text": "a broken mug"}


def in_status(world: World, status: ReviewStatus) -> ReviewItem:
    item = world.item(message={"conversation": DM})
    with world.database.writing() as session:
        current = session.get_one(ReviewItem, item.id)
        current.status = status
        session.add(current)
    return world.reload(item)


def acts(world: World, item: ReviewItem) -> list[str]:
    with world.database.reading() as session:
        return [entry.act for entry in audit_of(session, item.id or 0)]


@pytest.mark.parametrize(
    ("before", "after", "is_redrafted"),
    [
        (S.PENDING, S.PENDING, True),
        (S.ESCALATED, S.ESCALATED, True),
        (S.APPROVED, S.PENDING, True),
        (S.REJECTED, S.PENDING, True),
        (S.FAILED, S.PENDING, True),
        (S.EXPIRED, S.PENDING, True),
        (S.WITHDRAWN, S.PENDING, True),
        (S.SENDING, S.SENDING, False),
        (S.UNCERTAIN, S.UNCERTAIN, False),
        (S.SENT, S.SENT, False),
    ],
)
def test_an_edit_brings_the_item_back_or_is_noted_on_it(
    world: World, before: ReviewStatus, after: ReviewStatus, is_redrafted: bool
) -> None:
    item = in_status(world, before)
    answer = world.edit(world.key(item), EDITED)

    now = world.reload(item)
    assert (now.status, now.is_redrafting, answer.text) == (after, is_redrafted, EDITED)
    assert now.notice == "The author edited the message."
    assert acts(world, item)[-1] == "message_edited"
    if is_redrafted:
        worker(world).redraft(*world.jobs.take("redraft").arguments)
        now = world.reload(item)
        assert (now.is_redrafting, now.notice) == (False, "The author edited the message.")
    assert shown(world, now) == EDITED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *((status, S.WITHDRAWN) for status in (S.PENDING, S.ESCALATED, S.APPROVED, S.FAILED, S.REJECTED, S.EXPIRED)),
        *((status, status) for status in (S.SENDING, S.UNCERTAIN, S.SENT)),
    ],
)
def test_a_deletion_withdraws_the_item_or_is_noted_on_it(
    world: World, before: ReviewStatus, after: ReviewStatus
) -> None:
    item = in_status(world, before)
    answer = world.delete(world.key(item))

    now = world.reload(item)
    assert (now.status, now.notice, now.approval_id) == (after, "The author deleted the message.", None)
    assert acts(world, item)[-1] == "message_deleted"
    assert answer.deleted_at == world.clock.now()
    with world.database.reading() as session:
        (line,) = detail(session, now, now=world.clock.now()).conversation
        assert (line.text, line.is_deleted) == ("do you ship to Norway??", True), "it stays for the audit"


def test_a_deleted_message_that_is_shown_again_brings_its_item_back(world: World) -> None:
    item = world.item(message={"conversation": DM})
    world.delete(world.key(item))
    world.edit(world.key(item), "do you ship to Norway??")

    now = world.reload(item)
    assert (now.status, now.is_redrafting) == (S.PENDING, True)
    assert "there again" in (now.notice or "")


def test_an_escalated_item_comes_back_to_a_lead(world: World) -> None:
    item, who = world.item(message={"conversation": DM}), world.person()
    world.escalate(item, who, "unsure")
    world.delete(world.key(item))
    world.edit(world.key(item), EDITED)

    assert world.reload(item).status == S.ESCALATED


def test_the_same_change_again_and_an_older_edit_change_nothing(world: World) -> None:
    item = world.item(message={"conversation": DM})
    key = world.key(item)
    world.edit(key, EDITED, edited_at="2026-11-22T10:00:00Z")
    version = world.reload(item).version
    world.edit(key, EDITED, edited_at="2026-11-22T10:00:00Z")
    answer = world.edit(key, "an older wording", edited_at="2026-11-22T09:59:00Z")
    assert (answer.text, world.reload(item).version) == (EDITED, version)

    world.delete(key)
    version = world.reload(item).version
    world.delete(key)
    assert world.reload(item).version == version


def test_attachments_stay_unless_the_edit_names_them(world: World) -> None:
    item = world.item(message={"conversation": DM, "attachments": [IMAGE]})
    key = world.key(item)
    world.edit(key, "")
    with world.database.reading() as session:
        assert session.get_one(Message, item.message_id).attachments == [IMAGE]

    with pytest.raises(InvalidInput, match="nothing is attached"):
        world.edit(key, "", attachments=[])
    world.edit(key, EDITED, attachments=[])
    with world.database.reading() as session:
        assert session.get_one(Message, item.message_id).attachments == []


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_an_unknown_message_is_not_found(world: World, act: str) -> None:
    with pytest.raises(NotFound):
        world.edit("nobody", EDITED) if act == "edit" else world.delete("nobody")


def test_a_message_that_waits_for_its_draft_is_edited_in_place(world: World) -> None:
    message_id = world.message(conversation=DM)
    world.edit("m-1", EDITED)
    assert [job.name for job, _ in world.jobs.planned] == ["draft"]
    worker(world).draft(message_id, 0)

    (item,) = items(world)
    assert (shown(world, item), item.is_redrafting) == (EDITED, False)


def test_a_message_that_is_deleted_before_its_draft_is_never_drafted_until_it_is_there_again(world: World) -> None:
    message_id, work = world.message(conversation=DM), worker(world)
    world.delete("m-1")
    work.draft(*world.jobs.take("draft").arguments)
    assert items(world) == []
    world.clock.advance(minutes=5)
    assert work.reconciler.reconcile() == 0

    world.edit("m-1", "do you ship to Norway??")
    work.draft(*world.jobs.take("draft").arguments)
    assert [item.message_id for item in items(world)] == [message_id]


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_what_changes_while_the_draft_is_made_is_not_overlooked(world: World, change: str) -> None:
    message_id, work = world.message(conversation=DM), worker(world)
    with world.database.reading() as session:
        read = load(session, message_id)
    world.edit("m-1", EDITED) if change == "edit" else world.delete("m-1")
    work._enqueue(read, world.proposal())

    found = items(world)
    if change == "delete":
        assert found == []
        return
    assert found[0].is_redrafting
    work.redraft(*world.jobs.take("redraft").arguments)
    assert shown(world, items(world)[0]) == EDITED


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_what_changes_between_approval_and_delivery_is_not_sent(world: World, change: str) -> None:
    item, channel = approve(world, world.person(), world.item(message={"conversation": DM})), FakeChannel()
    world.edit(world.key(item), EDITED) if change == "edit" else world.delete(world.key(item))
    run(world, channel)

    assert channel.sent == []
    assert world.reload(item).status == (S.PENDING if change == "edit" else S.WITHDRAWN)


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_change_during_the_sending_stops_the_attempts_that_are_left(world: World, change: str) -> None:
    item = approve(world, world.person(), world.item(message={"conversation": DM}))
    channel = FakeChannel(errors=[DeliveryNotMade("down")])
    run(world, channel)
    world.edit(world.key(item), EDITED) if change == "edit" else world.delete(world.key(item))
    run(world, channel)

    assert channel.sent == []
    assert world.reload(item).status == (S.PENDING if change == "edit" else S.WITHDRAWN)


def test_nobody_can_approve_a_reply_to_a_deleted_message(world: World) -> None:
    lead, item = world.person(Role.LEAD), in_status(world, S.UNCERTAIN)
    world.delete(world.key(item))
    with world.database.writing() as session:
        back = decisions.take_back(
            session,
            lead,
            item.id or 0,
            version=world.reload(item).version,
            jobs=world.jobs,
            now=world.clock.now(),
        )

    with pytest.raises(Conflict, match="deleted the message"):
        approve(world, lead, back, accept_findings=True)


def test_a_part_that_is_deleted_leaves_the_rest(world: World) -> None:
    item = world.item(message={"conversation": DM, "external_id": "first"})
    world.message(conversation=DM, text=NEVER_MIND, posted_at=SOON, external_id="second")
    world.delete("first")

    now = world.reload(item)
    assert (now.status, shown(world, now)) == (S.PENDING, NEVER_MIND)
    assert "a part" in (now.notice or "")
    world.delete("second")
    assert world.reload(item).status == S.WITHDRAWN


def test_the_reply_goes_to_a_comment_that_still_stands(world: World) -> None:
    world.item(message={"conversation": DM, "external_id": "first"})
    world.message(conversation=DM, text="do you ship to Norway", posted_at=SOON, external_id="second")
    world.delete("first")
    work = worker(world)
    for _ in range(2):
        work.redraft(*world.jobs.take("redraft").arguments)
    (item,) = items(world)
    approve(world, world.person(), item, text="Hi Tom! We ship to 32 countries in Europe.", accept_findings=True)
    channel: Any = FakeChannel()
    run(world, channel)

    assert [reply.in_reply_to for reply in channel.sent] == ["second"]


def test_only_what_waits_counts_as_waiting(world: World) -> None:
    world.message(conversation=DM)
    world.delete("m-1")

    with world.database.reading() as session:
        assert [message.status for message in session.exec(select(Message))] == [MessageStatus.KEPT]


def test_a_deletion_at_the_moment_of_sending_never_breaks_either(world: World) -> None:
    who = world.person()
    for number in range(4):
        item = approve(world, who, world.item(message={"external_id": f"key-{number}"}))
        channel = FakeChannel()

        def act(side: int, key: str = f"key-{number}", channel: FakeChannel = channel) -> None:
            world.delete(key) if side else run(world, channel)

        at_once(2, act)
        now = world.reload(item)
        assert (now.status, len(channel.sent)) in [(S.SENT, 1), (S.WITHDRAWN, 0)]
        assert now.notice == "The author deleted the message."


def test_an_edit_and_an_approval_at_once_never_send_an_answer_to_other_words(world: World) -> None:
    who = world.person()
    for number in range(4):
        item, channel = world.item(message={"external_id": f"key-{number}"}), FakeChannel()

        def act(side: int, key: str = f"key-{number}", item: ReviewItem = item) -> None:
            if side:
                world.edit(key, EDITED)
                return
            with suppress(VersionConflict):
                approve(world, who, item)

        at_once(2, act)
        if any(job.name == "deliver" for job, _ in world.jobs.planned):
            run(world, channel)
        now = world.reload(item)
        assert (now.status, channel.sent, now.notice) == (S.PENDING, [], "The author edited the message.")
