from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import Session, select, text

from replyassist.brands.service import connect_channel, get_brand, set_voice
from replyassist.core.digests import text_digest
from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain, ReplyassistError
from replyassist.core.jobs import Fence
from replyassist.delivery import outbox
from replyassist.delivery.channels import OutgoingReply, Repeat
from replyassist.delivery.models import Delivery, DeliveryStatus
from replyassist.delivery.service import Connected, channels_from, deliver, outbox_folder
from replyassist.faq.service import delete_template, import_templates
from replyassist.review import decisions
from replyassist.review.models import ReviewItem, ReviewStatus
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, LATER, World, shipping, voice


@dataclass
class FakeChannel:
    """A platform in memory that fails as told, one error for each attempt."""

    repeat: Repeat = Repeat.IDEMPOTENCY_KEY
    errors: list[ReplyassistError | None] = field(default_factory=list)
    sent: list[OutgoingReply] = field(default_factory=list)

    def find(self, key: str) -> str | None:
        return next((f"p-{key}" for reply in self.sent if reply.key == key), None)

    def send(self, reply: OutgoingReply) -> str:
        error = self.errors.pop(0) if self.errors else None
        if error is not None and not isinstance(error, DeliveryUncertain):
            raise error
        if all(known.key != reply.key for known in self.sent):
            self.sent.append(reply)
        if error is not None:
            raise error
        return f"p-{reply.key}"


def run(world: World, channel: Any) -> None:
    job = world.jobs.take("deliver")
    deliver(
        *job.arguments,
        database=world.database,
        connect=lambda _session, _item: Connected("webhook", channel),
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


def test_a_frozen_workers_late_verdict_is_dropped(world: World) -> None:
    item, channel = approved(world), FakeChannel()
    job = world.jobs.take("deliver")
    claims = []
    for _ in range(2):
        with world.database.writing() as session:
            claims.append(
                outbox.claim(
                    session,
                    *job.arguments,
                    route=outbox.Destination("webhook", "there", channel.repeat),
                    attempts=6,
                    now=world.clock.now(),
                )
            )
    frozen, second = claims
    assert frozen is not None
    assert second is not None
    assert second.may_have_landed
    verdicts = [outbox.send(claimed, channel, Fence(15)) for claimed in (second, frozen)]
    with world.database.writing() as session:
        assert outbox.settle(session, second, verdicts[0], jobs=world.jobs, attempts=6, now=world.clock.now())
    with world.database.writing() as session:
        assert not outbox.settle(session, frozen, verdicts[1], jobs=world.jobs, attempts=6, now=world.clock.now())

    assert len(channel.sent) == 1
    assert world.reload(item).status == ReviewStatus.SENT


def test_the_file_channel_writes_one_line_even_when_the_worker_died_after_writing(world: World) -> None:
    item = approved(world)
    connect = channels_from(world.settings, world.clock)
    job = world.jobs.take("deliver")
    with world.database.writing() as session:
        connected = connect(session, item)
        claimed = outbox.claim(
            session,
            *job.arguments,
            route=outbox.Destination(connected.adapter, text_digest(connected.address), connected.channel.repeat),
            attempts=6,
            now=world.clock.now(),
        )
    assert claimed is not None
    outbox.send(claimed, connected.channel, Fence(15))
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
    with world.database.writing() as session:
        connect_channel(
            session,
            BRAND,
            "*",
            adapter="webhook",
            url="http://example.com/hook",
            secret="whsec_AAAA",
            now=world.clock.now(),
        )
    item = approved(world)
    job = world.jobs.take("deliver")
    deliver(
        *job.arguments,
        database=world.database,
        connect=channels_from(world.settings, world.clock),
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
