"""Accounts that do not answer are left alone, and nobody takes more slots than their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from replyassist.brands.counting import Counting
from replyassist.channels import breaker
from replyassist.channels.http import error_for
from replyassist.channels.models import Connection
from replyassist.channels.repository import open_circuits
from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryRefused, InvalidInput
from replyassist.delivery.repository.health import channels_of
from replyassist.delivery.service import OpenConnection, deliver
from replyassist.delivery.slots import LONGEST_WAIT, Slots
from replyassist.delivery.waiting import SILENT, TURN
from replyassist.review.models import ReviewStatus
from tests.delivery.test_delivery import FakeChannel, approved, run
from tests.delivery.test_waiting import NIGHT, connection, delivery
from tests.world import BRAND, World


class Narrow(FakeChannel):
    """Takes ten characters at most."""

    def counting(self, visibility: str) -> Counting:
        return Counting(most=10)


class TestBreaker:
    def fail(self, world: World, times: int) -> tuple[Connection, FakeChannel]:
        kept = connection(world)
        channel = FakeChannel(errors=[DeliveryNotMade("no connection")] * times)
        for _ in range(times):
            approved(world)
            run(world, channel, kept.id)
            world.jobs.planned.clear()
        return kept, channel

    def state(self, world: World, kept: Connection) -> tuple[int, datetime | None]:
        with world.database.reading() as session:
            found = session.get_one(Connection, kept.id)
            return found.failures_in_row, found.open_until

    def test_an_account_that_does_not_answer_is_left_alone_and_replies_wait_without_using_up_attempts(
        self, world: World
    ) -> None:
        kept, channel = self.fail(world, breaker.FAILURES)
        now = world.clock.now()
        assert self.state(world, kept) == (breaker.FAILURES, now + timedelta(seconds=breaker.FIRST_PAUSE_SECONDS))
        item = approved(world)
        run(world, channel, kept.id)

        assert (world.reload(item).status, world.reload(item).notice) == (ReviewStatus.APPROVED, SILENT)
        ((_, delay),) = [(job, wait) for job, wait in world.jobs.planned if job.name == "deliver"]
        assert delay == breaker.FIRST_PAUSE_SECONDS
        assert channel.sent == []
        with world.database.reading() as session:
            assert open_circuits(session, now=now) == 1
            health = channels_of(session, BRAND, now=now)[0]
        assert health.open_until == now + timedelta(seconds=breaker.FIRST_PAUSE_SECONDS)

    def test_after_the_pause_one_reply_is_tried_and_when_it_arrives_all_leave(self, world: World) -> None:
        kept, channel = self.fail(world, breaker.FAILURES)
        first, second = approved(world), approved(world)
        world.clock.advance(seconds=breaker.FIRST_PAUSE_SECONDS)
        channel.errors = []
        run(world, channel, kept.id)
        run(world, channel, kept.id)

        assert [world.reload(each).status for each in (first, second)] == [ReviewStatus.SENT, ReviewStatus.SENT]
        assert self.state(world, kept) == (0, None)

    def test_while_it_is_tried_the_others_wait_and_a_failure_leaves_it_alone_for_longer(self, world: World) -> None:
        kept, channel = self.fail(world, breaker.FAILURES)
        world.clock.advance(seconds=breaker.FIRST_PAUSE_SECONDS)
        other = approved(world)

        class Meanwhile(FakeChannel):
            def send(self, reply: Any) -> str:
                run(world, channel, kept.id)
                raise DeliveryNotMade("no connection")

        tried = approved(world)
        world.jobs.planned.reverse()
        run(world, Meanwhile(), kept.id)
        assert {world.reload(each).notice for each in (other, tried)} == {SILENT, "no connection"}
        pause = timedelta(seconds=2 * breaker.FIRST_PAUSE_SECONDS)
        assert self.state(world, kept) == (breaker.FAILURES + 1, world.clock.now() + pause)

    def test_attempts_that_were_on_their_way_at_once_open_it_once(self, world: World) -> None:
        kept = connection(world)

        class AllAtOnce(FakeChannel):
            def send(self, reply: Any) -> str:
                if any(job.name == "deliver" and not delay < 5 for job, delay in world.jobs.planned):
                    run(world, self, kept.id)
                world.clock.advance(seconds=1)
                raise DeliveryNotMade("no connection")

        for _ in range(breaker.FAILURES + 3):
            approved(world)
        run(world, AllAtOnce(), kept.id)
        failures, open_until = self.state(world, kept)
        assert failures == breaker.FAILURES
        assert open_until is not None
        assert open_until - world.clock.now() == timedelta(seconds=breaker.FIRST_PAUSE_SECONDS - 3)

    def test_a_refusal_is_an_answer(self, world: World) -> None:
        kept, channel = self.fail(world, breaker.FAILURES - 1)
        channel.errors = [DeliveryRefused("no")]
        approved(world)
        run(world, channel, kept.id)

        assert self.state(world, kept) == (0, None)

    def test_what_was_refused_before_anybody_was_called_is_no_answer(self, world: World) -> None:
        kept, _ = self.fail(world, breaker.FAILURES)
        world.clock.advance(seconds=breaker.FIRST_PAUSE_SECONDS)
        approved(world)
        run(world, Narrow(), kept.id)
        failures, open_until = self.state(world, kept)
        assert failures == breaker.FAILURES
        assert open_until is not None

    def test_a_refusal_after_a_doubtful_attempt_is_an_answer(self, world: World) -> None:
        kept, channel = self.fail(world, breaker.FAILURES - 2)
        channel.errors = [DeliveryError("no answer"), DeliveryRefused("no")]
        item = approved(world)
        for _ in range(2):
            run(world, channel, kept.id)
        assert world.reload(item).status == ReviewStatus.UNCERTAIN
        assert self.state(world, kept) == (0, None)

    @pytest.mark.parametrize(
        "error", [error_for(429, "", host="a", now=NIGHT), error_for(404, "", host="a", now=NIGHT)]
    )
    def test_a_status_below_500_is_an_answer(self, world: World, error: DeliveryError) -> None:
        kept, channel = self.fail(world, breaker.FAILURES - 1)
        channel.errors = [error]
        approved(world)
        run(world, channel, kept.id)
        assert self.state(world, kept) == (0, None)

    def test_an_error_of_our_own_says_nothing_of_the_account(self, world: World) -> None:
        kept, channel = self.fail(world, breaker.FAILURES - 1)
        channel.errors = [InvalidInput("ours")]
        approved(world)
        run(world, channel, kept.id)
        assert self.state(world, kept) == (breaker.FAILURES - 1, None)

    def test_pauses_grow_to_their_longest(self) -> None:
        now = NIGHT
        kept = Connection(brand_id=BRAND, channel="*", platform="webhook", created_at=now, updated_at=now)
        pauses = []
        for _ in range(60):
            now += timedelta(seconds=1)
            is_open = breaker.note_outcome(kept, has_answered=False, began_at=now, now=now)
            if is_open and kept.open_until is not None:
                pauses.append((kept.open_until - now).total_seconds())
        assert pauses[:4] == [15, 30, 60, 120]
        assert pauses[-1] == breaker.LONGEST_PAUSE_SECONDS


class TestSlots:
    def test_an_account_and_a_brand_have_no_more_than_their_own(self) -> None:
        slots = Slots(per_brand=3, per_connection=2)
        taken = [slots.take("a", 1) == 0 for _ in range(3)]
        more = [slots.take("a", 2) == 0 for _ in range(2)]
        assert (taken, more, slots.take("b", 3)) == ([True, True, False], [True, False], 0)

        slots.give_back("a", 1, seconds=1)
        assert slots.take("a", 2) == 0

    def test_those_that_find_none_come_back_one_after_the_other_at_the_pace_that_it_has(self) -> None:
        slots = Slots(per_brand=1, per_connection=1, now=lambda: 100.0)
        slots.take("a", 1)
        waits = [slots.take("a", 1) for _ in range(4)]
        assert waits == sorted(waits)
        assert len(set(waits)) == len(waits)
        assert max(slots.take("a", 1) for _ in range(1000)) <= LONGEST_WAIT

    @pytest.mark.parametrize("seconds", [0.25, 4.0])
    def test_the_pace_is_that_of_the_attempts_that_were_seen(self, seconds: float) -> None:
        slots = Slots(per_brand=1, per_connection=1, now=lambda: 100.0)
        for _ in range(30):
            slots.take("a", 1)
            slots.give_back("a", 1, seconds=seconds)
        slots.take("a", 1)
        first, second = (slots.take("a", 1) for _ in range(2))
        assert second - first == pytest.approx(seconds, rel=0.01)

    def test_a_reply_that_finds_none_is_sent_later_and_uses_up_no_attempt(self, world: World) -> None:
        kept, slots, channel = connection(world), Slots(per_brand=1, per_connection=1), FakeChannel()
        item = approved(world)
        with slots.held() as other:
            other.take(BRAND, kept.id)
            attempt(world, channel, kept, slots)
            assert (world.reload(item).status, delivery(world).error) == (ReviewStatus.APPROVED, TURN)
            assert (delivery(world).postponed, world.reload(item).notice) == (1, None)
        attempt(world, channel, kept, slots)
        assert world.reload(item).status == ReviewStatus.SENT
        assert slots.take(BRAND, kept.id) == 0


def attempt(world: World, channel: FakeChannel, kept: Connection, slots: Slots) -> None:
    deliver(
        *world.jobs.take("deliver").arguments,
        database=world.database,
        connect=lambda _session, _item: OpenConnection("webhook", channel, connection_id=kept.id),
        jobs=world.jobs,
        clock=world.clock,
        settings=world.settings,
        slots=slots,
    )
