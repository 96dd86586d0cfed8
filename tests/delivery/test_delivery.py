from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import Session, select, text

from replyassist.brands.service import get_brand, set_voice
from replyassist.channels import Budget, OutgoingReply, Platform, Repeat, Traits
from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain, RateLimited, ReplyassistError
from replyassist.core.jobs import Fence
from replyassist.delivery import attempts, outbox, settling
from replyassist.delivery.models import Delivery, DeliveryStatus
from replyassist.delivery.service import OpenConnection, channels_from, deliver, outbox_folder, route_of
from replyassist.faq.service import delete_template, import_templates
from replyassist.review import decisions
from replyassist.review.models import ReviewItem, ReviewStatus
from tests.review.test_decisions import approve
from tests.statements import counted
from tests.world import BRAND, DRAFT, LATER, World, shipping, voice


@dataclass
class FakeChannel(Platform):
    """A platform in memory that fails as told, one error for each attempt."""

    repeat: Repeat = Repeat.IDEMPOTENCY_KEY
    errors: list[ReplyassistError | None] = field(default_factory=list)
    sent: list[OutgoingReply] = field(default_factory=list)
    budgets: tuple[Budget, ...] = ()

    @property
    def traits(self) -> Traits:
        return Traits("fake", "Fake", self.repeat, budgets=self.budgets)

    def find(self, reply: OutgoingReply) -> str | None:
        return next((f"p-{reply.key}" for known in self.sent if known.key == reply.key), None)

    def send(self, reply: OutgoingReply) -> str:
        error = self.errors.pop(0) if self.errors else None
        if error is not None and not isinstance(error, DeliveryUncertain):
            raise error
        if all(known.key != reply.key for known in self.sent):
            self.sent.append(reply)
        if error is not None:
            raise error
        return f"p-{reply.key}"


def run(world: World, channel: Any, connection_id: int | None = None) -> None:
    job = world.jobs.take("deliver")
    deliver(
        *job.arguments,
        database=world.database,
        connect=lambda _session, _item: OpenConnection("webhook", channel, connection_id=connection_id),
        jobs=world.jobs,
        clock=world.clock,
        settings=world.settings,
    )


def approved(world: World, **overrides: Any) -> ReviewItem:
    return approve(world, world.person(), world.item(**overrides))


def test_an_approved_reply_is_sent_once_as_approved(world: World) -> None:
    item, channel = approved(world), FakeChannel()
    run(world, channel)

    assert [reply.text for reply in channel.sent] == [DRAFT]
    assert world.reload(item).status == ReviewStatus.SENT
    assert not [job for job, _ in world.jobs.planned if job.name == "deliver"]


def test_the_thread_is_held_against_the_approval_once_an_attempt(world: World) -> None:
    approved(world)
    with counted(world.database) as statements:
        run(world, FakeChannel())

    assert len([each for each in statements if "review_item.moved_at DESC" in each]) == 1
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 39


def test_what_is_decided_keeps_the_verdict_that_it_was_decided_with(world: World) -> None:
    item = approved(world)
    decided_with = world.reload(item).verdict
    run(world, FakeChannel())

    assert (world.reload(item).status, world.reload(item).verdict) == (ReviewStatus.SENT, decided_with)


@pytest.mark.parametrize("seconds", [2_592_000.0, 1e300, float("inf")])
@pytest.mark.parametrize("kind", [RateLimited, DeliveryNotMade])
def test_a_platform_that_asks_to_wait_for_too_long_is_not_waited_for(world: World, kind: Any, seconds: float) -> None:
    item = approved(world)
    world.clock.advance(seconds=1)
    run(world, FakeChannel(errors=[kind("slow down", retry_after_s=seconds)]))

    assert world.reload(item).status == ReviewStatus.FAILED
    assert not [job for job, _ in world.jobs.planned if job.name == "deliver"]


def _edit_template(session: Session, world: World, item: ReviewItem) -> None:
    import_templates(session, BRAND, [shipping(facts={"countries_count": 31})], now=world.clock.now())


def _delete_template(session: Session, world: World, item: ReviewItem) -> None:
    delete_template(session, BRAND, "shipping-abroad", now=world.clock.now())


def _edit_voice(session: Session, world: World, item: ReviewItem) -> None:
    set_voice(session, get_brand(session, BRAND), voice(exclamations_max=0))


def _edit_text(session: Session, world: World, item: ReviewItem) -> None:
    session.connection().execute(text("UPDATE review_item SET final_text = 'Everything is free!'"))


def _edit_message(session: Session, world: World, item: ReviewItem) -> None:
    session.connection().execute(text("UPDATE message SET text = 'do you ship to Mars?'"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_edit_template, "the template has changed"),
        (_delete_template, "the template has changed"),
        (_edit_voice, "the brand's voice has changed"),
        (_edit_text, "the text is not the one that was approved"),
        (_edit_message, "the message has changed"),
    ],
)
def test_what_changes_after_approval_stops_the_sending(world: World, change: Any, reason: str) -> None:
    item, channel = approved(world), FakeChannel()
    with world.database.writing() as session:
        change(session, world, item)
    run(world, channel)

    now = world.reload(item)
    assert channel.sent == []
    assert now.status == ReviewStatus.PENDING
    assert reason in (now.notice or "")
    assert world.jobs.take("learn") == decisions.learn_job(item)  # of the approval
    assert world.jobs.take("learn") == decisions.learn_job(now)  # for it fell


def test_a_new_message_in_the_conversation_stops_the_sending(world: World) -> None:
    conversation = {"external_id": "thread-1", "visibility": "private"}
    item, channel = approved(world, message={"conversation": conversation}), FakeChannel()
    world.message(conversation=conversation, text="forget it, I am cancelling", posted_at=LATER)
    run(world, channel)

    now = world.reload(item)
    assert channel.sent == []
    assert now.status == ReviewStatus.PENDING
    assert "there is a new message" in (now.notice or "")


def test_an_approval_that_was_taken_back_is_not_sent(world: World) -> None:
    who, channel = world.person(), FakeChannel()
    item = approve(world, who, world.item())
    with world.database.writing() as session:
        decisions.take_back(session, who, item.id or 0, version=item.version, jobs=world.jobs, now=world.clock.now())
    run(world, channel)

    assert channel.sent == []


def test_a_refusal_fails_and_a_person_can_put_it_back(world: World) -> None:
    who, channel = world.person(), FakeChannel(errors=[DeliveryRefused("the comment is gone")])
    item = approve(world, who, world.item())
    run(world, channel)

    now = world.reload(item)
    assert now.status == ReviewStatus.FAILED
    assert now.notice == "the comment is gone"
    with world.database.writing() as session:
        back = decisions.take_back(
            session, who, item.id or 0, version=now.version, jobs=world.jobs, now=world.clock.now()
        )
    assert back.status == ReviewStatus.PENDING


def test_what_was_surely_not_sent_is_tried_again_and_then_given_up(world: World) -> None:
    item = approved(world)
    channel = FakeChannel(errors=[DeliveryNotMade("down")] * world.settings.delivery_attempts)
    delays = []
    for _ in range(world.settings.delivery_attempts):
        delays.append(next(delay for job, delay in world.jobs.planned if job.name == "deliver"))
        run(world, channel)

    assert delays == [5, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert world.reload(item).status == ReviewStatus.FAILED


def test_waits_that_the_platform_asked_for_do_not_lengthen_those_of_failures(world: World) -> None:
    approved(world)
    channel = FakeChannel(errors=[RateLimited("slow down", retry_after_s=5.0)] * 2 + [DeliveryNotMade("no connection")])
    for _ in range(3):
        run(world, channel)

    ((_, wait),) = [(job, wait) for job, wait in world.jobs.planned if job.name == "deliver"]
    assert wait == settling.FIRST_RETRY_SECONDS


def test_a_failure_that_says_when_to_come_back_uses_up_no_attempt(world: World) -> None:
    item = approved(world)
    channel = FakeChannel(errors=[DeliveryUncertain("answered 503", retry_after_s=25.0)] * 12)
    delays = []
    for _ in range(12):
        run(world, channel)
        delays += [delay for job, delay in world.jobs.planned if job.name == "deliver"]
        world.clock.advance(seconds=26)
    assert world.settings.delivery_attempts < len(delays)
    assert set(delays) == {25.0}
    run(world, channel)
    assert (world.reload(item).status, len(channel.sent)) == (ReviewStatus.SENT, 1)


def test_an_uncertain_outcome_is_repeated_under_the_same_key_and_arrives_once(world: World) -> None:
    item, channel = approved(world), FakeChannel(errors=[DeliveryUncertain("timeout")])
    run(world, channel)
    run(world, channel)

    assert len(channel.sent) == 1
    assert world.reload(item).status == ReviewStatus.SENT


def test_an_uncertain_outcome_without_any_safety_goes_to_a_person(world: World) -> None:
    item, channel = approved(world), FakeChannel(Repeat.NEITHER, errors=[DeliveryUncertain("timeout")])
    run(world, channel)

    assert world.reload(item).status == ReviewStatus.UNCERTAIN
    assert not [job for job, _ in world.jobs.planned if job.name == "deliver"]


def test_a_reply_that_may_have_landed_is_never_called_unsent(world: World) -> None:
    conversation = {"external_id": "thread-1", "visibility": "private"}
    item = approved(world, message={"conversation": conversation})
    channel = FakeChannel(errors=[DeliveryUncertain("timeout")])
    run(world, channel)
    world.message(conversation=conversation, text="hello?", posted_at=LATER)
    run(world, channel)

    now = world.reload(item)
    assert now.status == ReviewStatus.UNCERTAIN
    assert "may have arrived" in (now.notice or "")


def held_twice(world: World, channel: FakeChannel) -> list[attempts.Claimed]:
    """The same attempt, claimed by a worker that then stood still, and by another one afterwards."""
    job = world.jobs.take("deliver")
    claims = []
    for _ in range(2):
        with world.database.writing() as session:
            claimed = outbox.claim(
                session,
                *job.arguments,
                route=outbox.Destination("webhook", "there", channel.traits),
                jobs=world.jobs,
                attempts=6,
                attempt_seconds=20.0,
                now=world.clock.now(),
            )
            assert claimed is not None
            assert outbox.begin(session, claimed, now=world.clock.now())
            claims.append(claimed)
    return claims


def is_written(world: World, claimed: attempts.Claimed, result: attempts.AttemptResult) -> bool:
    with world.database.writing() as session:
        return settling.settle(session, claimed, result, jobs=world.jobs, attempts=6, now=world.clock.now())


def test_a_frozen_workers_late_verdict_is_dropped(world: World) -> None:
    item, channel = approved(world), FakeChannel()
    frozen, second = held_twice(world, channel)
    assert second.may_have_landed
    results = [attempts.send(claimed, channel, Fence(15)) for claimed in (second, frozen)]
    assert is_written(world, second, results[0])
    assert not is_written(world, frozen, results[1])

    assert len(channel.sent) == 1
    assert world.reload(item).status == ReviewStatus.SENT


def test_a_frozen_workers_failure_is_not_written_while_another_sends(world: World) -> None:
    item, channel = approved(world), FakeChannel(errors=[DeliveryRefused("gone")])
    frozen, second = held_twice(world, channel)
    late = attempts.send(frozen, channel, Fence(15))
    assert not is_written(world, frozen, late)
    assert world.reload(item).status == ReviewStatus.SENDING
    assert is_written(world, second, attempts.send(second, channel, Fence(15)))
    assert world.reload(item).status == ReviewStatus.SENT


def test_a_deletion_while_it_is_sent_stays_on_the_sent_item(world: World) -> None:
    item, channel = approved(world), FakeChannel()
    _, second = held_twice(world, channel)
    world.delete(world.key(item))
    assert is_written(world, second, attempts.send(second, channel, Fence(15)))
    now = world.reload(item)
    assert (now.status, now.notice) == (ReviewStatus.SENT, "The author deleted the message.")


def test_a_worker_that_stood_still_for_too_long_sends_nothing(world: World) -> None:
    approved(world)
    channel = FakeChannel()
    frozen, _ = held_twice(world, channel)
    result = attempts.send(frozen, channel, Fence(0))
    assert (result.status, channel.sent) == (DeliveryStatus.RETRY, [])
    assert "paused" in (result.error or "")


def test_a_worker_that_stands_still_again_and_again_uses_up_no_attempt(world: World) -> None:
    """Nor does the wait for the next one grow: the platform was not asked."""
    item, channel = approved(world), FakeChannel()
    _, second = held_twice(world, channel)
    assert is_written(world, second, attempts.send(second, channel, Fence(0)))
    with world.database.reading() as session:
        delivery = session.exec(select(Delivery)).one()
    assert (delivery.status, delivery.postponed) == (DeliveryStatus.RETRY, 1)
    assert world.reload(item).status == ReviewStatus.SENDING


def test_the_file_channel_writes_one_line_even_when_the_worker_died_after_writing(world: World) -> None:
    item = approved(world)
    connect = channels_from(world.connections)
    job = world.jobs.take("deliver")
    with world.database.writing() as session:
        connected = connect(session, item)
        claimed = outbox.claim(
            session,
            *job.arguments,
            route=route_of(connected),
            jobs=world.jobs,
            attempts=6,
            attempt_seconds=20.0,
            now=world.clock.now(),
        )
        assert claimed is not None
        assert outbox.begin(session, claimed, now=world.clock.now())
    attempts.send(claimed, connected.channel, Fence(15))
    deliver(
        *job.arguments,
        database=world.database,
        connect=connect,
        jobs=world.jobs,
        clock=world.clock,
        settings=world.settings,
    )

    lines = (outbox_folder(world.settings) / f"{BRAND}.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == [DRAFT]
    assert world.reload(item).status == ReviewStatus.SENT


def test_a_channel_that_is_misconfigured_fails_the_item_with_the_reason(world: World) -> None:
    world.connect("webhook", url="http://example.com/hook", secret="whsec_AAAA")
    item = approved(world)
    job = world.jobs.take("deliver")
    deliver(
        *job.arguments,
        database=world.database,
        connect=channels_from(world.connections),
        jobs=world.jobs,
        clock=world.clock,
        settings=world.settings,
    )

    now = world.reload(item)
    assert now.status == ReviewStatus.FAILED
    assert "https" in (now.notice or "")


def test_a_delivery_row_holds_the_approved_texts_digest(world: World) -> None:
    item = approved(world)
    run(world, FakeChannel())

    with world.database.reading() as session:
        delivery = session.exec(select(Delivery).where(Delivery.review_item_id == item.id)).one()
        assert delivery.status == DeliveryStatus.SENT
