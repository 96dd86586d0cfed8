"""Approved replies that a person wants to be sent at a certain time: then, once, and never earlier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlmodel import select

from replyassist.backlog import Backlog
from replyassist.brands.model_use import ModelLimits
from replyassist.brands.quiet import set_quiet_hours
from replyassist.core.errors import DeliveryNotMade, InvalidTransition
from replyassist.delivery.models import Delivery
from replyassist.delivery.repository.health import channels_of
from replyassist.delivery.switch import resume_sending, stop_sending
from replyassist.delivery.waiting import QUIET, SCHEDULED
from replyassist.reconciling import Reconciler
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.scheduling import SendLater
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.test_decisions import approve
from tests.world import BRAND, LATER, World

AHEAD = timedelta(hours=20)


def scheduled(world: World, ahead: timedelta = AHEAD, **overrides: Any) -> ReviewItem:
    later = SendLater(world.clock.now() + ahead, lambda _session, _stored: None)
    return approve(world, world.person(), world.item(**overrides), later=later)


def deliver_jobs(world: World) -> list[float]:
    return [delay for job, delay in world.jobs.planned if job.name == "deliver"]


def test_it_is_sent_once_at_its_time_and_says_nothing_while_it_waits(world: World) -> None:
    item, channel = scheduled(world), FakeChannel()
    assert deliver_jobs(world) == [AHEAD.total_seconds()]
    assert (world.reload(item).status, world.reload(item).notice) == (ReviewStatus.APPROVED, None)

    world.clock.advance(hours=20)
    run(world, channel)
    assert (world.reload(item).status, len(channel.sent), deliver_jobs(world)) == (ReviewStatus.SENT, 1, [])


def test_a_time_within_the_time_to_take_it_back_shortens_that_by_nothing(world: World) -> None:
    scheduled(world, timedelta(seconds=2))
    assert deliver_jobs(world) == [5]


@pytest.mark.parametrize("short_by", [timedelta(microseconds=1), AHEAD])
def test_a_job_that_comes_too_early_sends_nothing_and_waits_for_the_rest(world: World, short_by: timedelta) -> None:
    item, channel = scheduled(world), FakeChannel()
    world.clock.time += AHEAD - short_by
    run(world, channel)
    assert (world.reload(item).status, channel.sent) == (ReviewStatus.APPROVED, [])
    assert deliver_jobs(world) == [short_by.total_seconds()]

    world.clock.time += short_by
    run(world, channel)
    assert (world.reload(item).status, len(channel.sent)) == (ReviewStatus.SENT, 1)


def test_a_lost_job_comes_again_and_a_live_one_is_left_alone(world: World) -> None:
    item, channel = scheduled(world), FakeChannel()
    reconciler = Reconciler(world.database, world.jobs, world.clock, world.settings)
    world.clock.advance(hours=1)
    assert reconciler.reconcile() == 0

    world.jobs.take("deliver")
    assert reconciler.reconcile() == 1
    run(world, channel)
    assert (channel.sent, deliver_jobs(world)) == ([], [timedelta(hours=19).total_seconds()])

    world.clock.advance(hours=19)
    run(world, channel)
    assert (world.reload(item).status, len(channel.sent)) == (ReviewStatus.SENT, 1)


def test_days_of_waiting_use_up_no_attempt_and_none_of_the_day_in_which_it_has_to_leave(world: World) -> None:
    item = scheduled(world, timedelta(days=29))
    channel = FakeChannel(errors=[DeliveryNotMade("no connection")])
    for _ in range(world.settings.delivery_attempts + 2):
        run(world, channel)  # each too early
    world.clock.advance(days=29)
    run(world, channel)
    assert world.reload(item).status == ReviewStatus.SENDING
    run(world, channel)
    assert (world.reload(item).status, len(channel.sent)) == (ReviewStatus.SENT, 1)


def test_quiet_hours_count_after_it(world: World) -> None:
    world.clock.time = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with world.database.writing() as session:
        set_quiet_hours(session, BRAND, "22:00", "07:00")
    item, channel = scheduled(world, timedelta(hours=11)), FakeChannel()
    world.clock.advance(hours=11)
    run(world, channel)
    assert (world.reload(item).notice, channel.sent) == (QUIET, [])
    assert deliver_jobs(world) == [timedelta(hours=8).total_seconds()]

    world.clock.advance(hours=8)
    run(world, channel)
    assert world.reload(item).status == ReviewStatus.SENT


def test_resuming_sends_nothing_before_its_time(world: World) -> None:
    item, channel = scheduled(world), FakeChannel()
    with world.database.writing() as session:
        stop_sending(session, BRAND, actor="Lea", reason="", now=world.clock.now())
        resume_sending(session, BRAND, actor="Lea", jobs=world.jobs, now=world.clock.now())
    while deliver_jobs(world) != [AHEAD.total_seconds()]:
        run(world, channel)
    assert (world.reload(item).status, channel.sent) == (ReviewStatus.APPROVED, [])


def _write_again(world: World, item: ReviewItem) -> None:
    conversation = {"external_id": f"post-{world.key(item)[2:]}", "visibility": "public"}
    world.message(text="hello? still there?", conversation=conversation, posted_at=LATER)


def _answer_elsewhere(world: World, item: ReviewItem) -> None:
    conversation = {"external_id": f"post-{world.key(item)[2:]}", "visibility": "public"}
    us = {"external_id": "us", "handle": "fernhill"}
    place = {"conversation": conversation, "in_reply_to": world.key(item), "author": us}
    world.message(text="Yes, we do.", direction="out", posted_at=LATER, **place)


@pytest.mark.parametrize("change", [_write_again, _answer_elsewhere])
def test_what_became_stale_meanwhile_goes_back_to_a_person(world: World, change: Any) -> None:
    item, channel = scheduled(world), FakeChannel()
    change(world, item)
    world.clock.advance(hours=20)
    run(world, channel)
    assert (world.reload(item).status, channel.sent, deliver_jobs(world)) == (ReviewStatus.PENDING, [], [])
    assert "Not sent" in (world.reload(item).notice or "")


def test_an_edit_takes_it_back_at_once_and_its_job_does_nothing(world: World) -> None:
    item, channel = scheduled(world), FakeChannel()
    world.edit(world.key(item), "and to Sweden?")
    assert world.reload(item).status == ReviewStatus.PENDING
    world.clock.advance(hours=20)
    run(world, channel)
    assert channel.sent == []


def test_a_person_takes_it_back_until_its_time_has_come(world: World) -> None:
    item, who, channel = scheduled(world), world.person(), FakeChannel()
    world.clock.advance(hours=19)
    assert world.take_back(world.reload(item), who).status == ReviewStatus.PENDING
    again = approve(world, who, world.reload(item))
    run(world, channel)  # the job of the first approval, an hour early
    assert channel.sent == []
    run(world, channel)
    assert (world.reload(again).status, len(channel.sent)) == (ReviewStatus.SENT, 1)


def test_it_counts_as_waiting_only_from_its_time_on(world: World) -> None:
    scheduled(world)
    world.connect("webhook", "instagram", url="https://a.example", secret="whsec_x")
    run(world, FakeChannel())  # too early
    assert (waited(world), health(world)) == (0.0, (1, None, 0))

    world.clock.advance(hours=20, minutes=1)
    assert waited(world) == 60.0
    assert health(world) == (1, world.clock.now() - timedelta(minutes=1), 0)


def waited(world: World) -> float:
    found = {
        sample.labels["status"]: sample.value
        for family in Backlog(world.database, world.clock, ModelLimits()).collect()
        for sample in family.samples
        if family.name == "replyassist_longest_wait_seconds"
    }
    return found["approved"]


def health(world: World) -> tuple[int, datetime | None, int]:
    with world.database.reading() as session:
        (found,) = channels_of(session, BRAND, now=world.clock.now())
        planned = session.exec(select(Delivery)).one()
        assert planned.error == SCHEDULED
    return found.waiting, found.oldest_waiting, found.retrying


def test_the_time_to_be_sent_is_measured_from_its_time_on(world: World) -> None:
    def measured() -> float:
        return REGISTRY.get_sample_value("replyassist_wait_seconds_sum", {"stage": "sending"}) or 0.0

    scheduled(world)
    before = measured()
    world.clock.advance(hours=20, seconds=3)
    run(world, FakeChannel())
    assert measured() - before == pytest.approx(3.0)


def test_two_hands_cannot_both_have_it(world: World) -> None:
    item = scheduled(world)
    with pytest.raises(InvalidTransition):
        approve(world, world.person(), world.reload(item))
