"""What waited for long, by a stop or quiet hours, leaves like any other once it may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from replyassist.channels import breaker
from replyassist.channels.models import Connection
from replyassist.core.errors import DeliveryNotMade, RateLimited
from replyassist.delivery.models import Delivery
from replyassist.delivery.switch import wake
from replyassist.review.models import ReviewStatus
from tests.delivery.test_delivery import FakeChannel, approved, run
from tests.delivery.test_waiting import connection, resume, stop
from tests.test_worker import worker
from tests.world import BRAND, World


class TestAfterALongStop:
    def stopped_for_days(self, world: World) -> Connection:
        """Nobody is there to look every few minutes."""
        kept = connection(world)
        stop(world)
        self.item = approved(world)
        run(world, FakeChannel(), kept.id)
        world.clock.advance(days=3)
        assert resume(world)
        world.jobs.take("deliver")  # the one that looked while it was stopped
        return kept

    def test_a_platform_may_ask_to_wait_a_little(self, world: World) -> None:
        kept, channel = self.stopped_for_days(world), FakeChannel(errors=[RateLimited("slowly", retry_after_s=30)])
        run(world, channel, kept.id)
        assert world.reload(self.item).status == ReviewStatus.SENDING
        world.clock.advance(seconds=30)
        run(world, channel, kept.id)
        assert world.reload(self.item).status == ReviewStatus.SENT

    def test_an_account_may_be_silent_for_a_moment(self, world: World) -> None:
        kept, channel = self.stopped_for_days(world), FakeChannel()
        with world.database.writing() as session:
            known = session.get_one(Connection, kept.id)
            known.failures_in_row = breaker.FAILURES
            known.open_until = world.clock.now() + timedelta(seconds=15)
        run(world, channel, kept.id)
        assert world.reload(self.item).status == ReviewStatus.APPROVED
        world.clock.advance(seconds=15)
        run(world, channel, kept.id)
        assert world.reload(self.item).status == ReviewStatus.SENT

    def test_but_not_for_a_day(self, world: World) -> None:
        kept, channel = self.stopped_for_days(world), FakeChannel(errors=[RateLimited("no", retry_after_s=86_400)])
        world.clock.advance(minutes=10)
        run(world, channel, kept.id)
        assert world.reload(self.item).status == ReviewStatus.FAILED


def test_waking_uses_up_no_attempt(world: World) -> None:
    channel = FakeChannel(errors=[DeliveryNotMade("down")])
    stop(world)
    item = approved(world)
    run(world, channel)
    for _ in range(2 * world.settings.delivery_attempts):  # as each saving of the quiet hours does
        with world.database.writing() as session:
            assert wake(session, BRAND, jobs=world.jobs, now=world.clock.now()) == 1
    with world.database.reading() as session:
        assert session.exec(select(Delivery)).one().postponed == world.reload(item).attempt
    resume(world)
    while world.reload(item).status == ReviewStatus.APPROVED:
        run(world, channel)
    assert (world.reload(item).status, world.reload(item).notice) == (ReviewStatus.SENDING, "down")
    run(world, channel)
    assert world.reload(item).status == ReviewStatus.SENT


def test_however_many_wait_all_are_woken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replyassist.delivery.switch.WOKEN_AT_ONCE", 3)
    stop(world)
    items = [approved(world) for _ in range(8)]
    for _ in items:
        run(world, FakeChannel())
    world.jobs.planned.clear()
    resume(world)
    work = worker(world)
    for _ in range(2):
        work.wake(*world.jobs.take("wake").arguments)
    woken = [(job.arguments[0], delay) for job, delay in world.jobs.planned if job.name == "deliver"]
    assert woken == [(world.reload(each).approval_id, 0.0) for each in items]
    assert all(job.name != "wake" for job, _ in world.jobs.planned)
