"""What must hold when people and machines do things at the same time, or in an order that nobody planned."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from replyassist.channels import Repeat
from replyassist.core.errors import Conflict, DeliveryUncertain, Forbidden, ReplyassistError, VersionConflict
from replyassist.core.security import Role
from replyassist.delivery.service import OpenConnection, channels_from, deliver, outbox_folder
from replyassist.review import decisions
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.queue import enqueue_proposal, give_up_redraft, replace_proposal
from replyassist.review.transitions import PIPELINE, Move, make
from tests.delivery.test_delivery import FakeChannel, approved, run
from tests.review.test_decisions import approve
from tests.test_worker import worker
from tests.world import LATER, World

THREAD = {"external_id": "thread-1", "visibility": "private"}


def test_a_newer_message_that_is_not_drafted_yet_stops_the_approval(world: World) -> None:
    item, who = world.item(message={"conversation": THREAD}), world.person()
    world.message(conversation=THREAD, text="STOP, cancel it all", posted_at=LATER)

    with pytest.raises(VersionConflict):
        approve(world, who, item)
    assert "written again" in (world.reload(item).notice or "")


def test_an_item_that_is_drafted_after_a_newer_message_knows_of_it(world: World) -> None:
    first = world.message(conversation=THREAD)
    world.item(message={"conversation": THREAD, "text": "and also decaf?", "posted_at": LATER})
    with world.database.writing() as session:
        late = enqueue_proposal(session, first, world.proposal(), now=world.clock.now())
    assert late is not None

    assert approve(world, world.person(), late).status == ReviewStatus.APPROVED


def test_a_message_of_somebody_else_under_the_post_does_not_hold_up_the_approval(world: World) -> None:
    post = {"external_id": "post-1", "visibility": "public"}
    item = world.item(message={"conversation": post})
    world.message(conversation=post, author={"external_id": "other"})

    assert approve(world, world.person(), item).status == ReviewStatus.APPROVED


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_deciding_during_a_redraft_ends_the_redraft(world: World, act: str) -> None:
    who = world.person()
    item = world.redraft(world.item(), who, "shorter")
    decided = approve(world, who, item) if act == "approve" else world.reject(item, who, "already answered")
    world.clock.advance(minutes=5)
    world.jobs.live.clear()
    work = worker(world)
    work.redraft(*world.jobs.take("redraft").arguments)
    with world.database.writing() as session:
        current = session.get(ReviewItem, item.id)
        assert current is not None
        give_up_redraft(session, current, now=world.clock.now())
        assert not replace_proposal(session, current, world.proposal(), redraft_attempt=1, now=world.clock.now())

    assert not decided.is_redrafting
    assert world.reload(item).draft == item.draft
    work.reconciler.reconcile()


def test_an_agent_cannot_undo_a_leads_decision_on_an_escalated_item(world: World) -> None:
    agent, lead = world.person(Role.AGENT), world.person(Role.LEAD)
    item = world.item()
    item = world.escalate(item, agent, "unsure")
    with world.database.writing() as session:
        item = decisions.reject(
            session, lead, item.id or 0, version=item.version, reason="no", jobs=world.jobs, now=world.clock.now()
        )

    with pytest.raises(Forbidden), world.database.writing() as session:
        decisions.take_back(session, agent, item.id or 0, version=item.version, jobs=world.jobs, now=world.clock.now())
    back = world.take_back(item, lead)
    assert back.status == ReviewStatus.ESCALATED, "a lead's item comes back to a lead"


def test_an_agent_cannot_redraft_what_a_lead_is_reading(world: World) -> None:
    agent, item = world.person(Role.AGENT), world.item()
    item = world.escalate(item, agent, "unsure")

    with pytest.raises(Forbidden):
        world.redraft(item, agent, "shorter")


def test_a_channel_that_breaks_between_attempts_leaves_the_item_with_a_person(world: World) -> None:
    item = approved(world)
    run(world, FakeChannel(errors=[DeliveryUncertain("timeout")]))
    world.connect("webhook", url="http://example.com", secret="x")
    deliver(
        *world.jobs.take("deliver").arguments,
        database=world.database,
        connect=channels_from(world.connections),
        jobs=world.jobs,
        clock=world.clock,
        settings=world.settings,
    )

    assert world.reload(item).status == ReviewStatus.UNCERTAIN


def test_a_reply_that_may_have_landed_is_not_sent_to_another_address(world: World) -> None:
    item = approved(world)
    run(world, FakeChannel(errors=[DeliveryUncertain("timeout")]))
    deliver(
        *world.jobs.take("deliver").arguments,
        database=world.database,
        connect=channels_from(world.connections),
        jobs=world.jobs,
        clock=world.clock,
        settings=world.settings,
    )

    now = world.reload(item)
    assert now.status == ReviewStatus.UNCERTAIN
    assert "another address" in (now.notice or "")
    assert not outbox_folder(world.settings).exists()


def test_an_unforeseen_error_of_a_channel_goes_to_a_person_and_is_not_repeated(world: World) -> None:
    class Broken(FakeChannel):
        def send(self, reply: Any) -> str:
            raise KeyError("a bug")

    item = approved(world)
    run(world, Broken())

    assert world.reload(item).status == ReviewStatus.UNCERTAIN
    assert not [job for job, _ in world.jobs.planned if job.name == "deliver"]


def test_attempts_whose_workers_die_come_to_an_end(world: World) -> None:
    item, channel = approved(world), FakeChannel(Repeat.IDEMPOTENCY_KEY)

    class Dies(FakeChannel):
        def send(self, reply: Any) -> str:
            raise SystemExit

    for _ in range(world.settings.delivery_attempts):
        with pytest.raises(SystemExit):
            run(world, Dies())
        world.clock.advance(minutes=5)
        world.jobs.live.clear()
        worker(world).reconciler.reconcile()
    run(world, channel)

    assert channel.sent == []
    assert world.reload(item).status == ReviewStatus.UNCERTAIN


def test_a_message_that_kills_its_worker_reaches_a_person_in_the_end(world: World) -> None:
    message_id, work = world.message(), worker(world)
    work.draft(message_id, 0)
    poison = world.message(text="poison")
    with world.database.writing() as session:
        from replyassist.inbox import repository as inbox

        for attempt in range(work.settings.draft_attempts):
            assert inbox.next_attempt(session, poison, attempt=attempt)
    work.draft(poison, work.settings.draft_attempts)

    with world.database.reading() as session:
        from replyassist.review.repository import find_by_message

        item = find_by_message(session, poison)
    assert item is not None
    assert item.route == "escalate"


def test_of_several_approvals_at_once_exactly_one_counts(world: World) -> None:
    item = world.item()
    people = [world.person() for _ in range(4)]

    def try_it(who: Any) -> str:
        try:
            return approve(world, who, item).status
        except (Conflict, ReplyassistError) as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(try_it, people))

    assert sorted(outcomes) == ["approved", *["version_conflict"] * 3]
    assert len([job for job, _ in world.jobs.planned if job.name == "deliver"]) == 1


def test_taking_back_and_sending_at_once_never_does_both(world: World) -> None:
    who = world.person()
    for _ in range(5):
        item, channel = approve(world, who, world.item()), FakeChannel()
        job = world.jobs.take("deliver")

        def send(job: Any = job, channel: FakeChannel = channel) -> None:
            deliver(
                *job.arguments,
                database=world.database,
                connect=lambda _session, _item: OpenConnection("webhook", channel),
                jobs=world.jobs,
                clock=world.clock,
                settings=world.settings,
            )

        def undo(item: ReviewItem = item) -> None:
            world.take_back(item, who)

        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(send), pool.submit(undo)]
        assert all(isinstance(future.exception(), ReplyassistError | None) for future in futures)
        status = world.reload(item).status
        assert (status, len(channel.sent)) in [(ReviewStatus.SENT, 1), (ReviewStatus.PENDING, 0)]


def test_a_move_of_a_row_that_changed_since_it_was_read_is_refused(world: World) -> None:
    item = world.item()
    move = Move("rejected", ReviewStatus.REJECTED, reason="no")
    with world.database.writing() as session:
        read = session.get_one(ReviewItem, item.id)
        session.connection().execute(
            update(ReviewItem).where(col(ReviewItem.id) == item.id).values(version=item.version + 1)
        )
        with pytest.raises(VersionConflict):
            make(session, read, move, actor=PIPELINE, now=world.clock.now())
    assert world.reload(item).status == ReviewStatus.PENDING
