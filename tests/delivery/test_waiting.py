"""Approved replies that wait: for somebody to resume, for the end of quiet hours, for their turn, for an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from replyassist.brands.quiet import quiet_end, set_quiet_hours
from replyassist.brands.service import get_brand, set_time_zone
from replyassist.channels import Budget
from replyassist.channels.models import Connection, SendingAct
from replyassist.channels.repository import sending_acts
from replyassist.core.errors import DeliveryNotMade, InvalidInput, NotFound
from replyassist.delivery.models import Delivery
from replyassist.delivery.repository.health import channels_of
from replyassist.delivery.switch import resume_sending, stop_sending
from replyassist.delivery.waiting import OVERDUE, QUIET, STOPPED, waiting_sends
from replyassist.review.models import ReviewItem, ReviewStatus
from tests.delivery.test_delivery import FakeChannel, approved, run
from tests.review.test_decisions import approve
from tests.world import BRAND, World

NIGHT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


def connection(world: World, channel: str = "*") -> Connection:
    return world.connect("webhook", channel, url="https://a.example", secret="whsec_x")


def stop(world: World, channel: str = "") -> bool:
    with world.database.writing() as session:
        return stop_sending(session, BRAND, channel, actor="Lea", reason="wrong price", now=world.clock.now())


def resume(world: World, channel: str = "") -> bool:
    with world.database.writing() as session:
        return resume_sending(session, BRAND, channel, actor="Max", jobs=world.jobs, now=world.clock.now())


def delivery(world: World) -> Delivery:
    with world.database.reading() as session:
        return session.exec(select(Delivery)).one()


class TestStopping:
    @pytest.mark.parametrize("channel", ["", "*"])
    def test_nothing_leaves_until_somebody_resumes_and_the_item_says_why(self, world: World, channel: str) -> None:
        kept, sent = connection(world), FakeChannel()
        item = approved(world)
        assert stop(world, channel)
        for _ in range(12):  # more often than it may be tried
            run(world, sent, kept.id)
            world.clock.advance(days=1)
        waits = world.reload(item)
        assert (waits.status, waits.notice, sent.sent) == (ReviewStatus.APPROVED, STOPPED, [])

        assert resume(world, channel)
        run(world, sent, kept.id)  # the one that waited for five minutes, which does nothing any more
        run(world, sent, kept.id)
        assert (world.reload(item).status, world.reload(item).notice) == (ReviewStatus.SENT, None)

    def test_another_account_of_the_brand_goes_on(self, world: World) -> None:
        stopped, other, sent = connection(world), connection(world, "instagram"), FakeChannel()
        stop(world, stopped.channel)
        item = approved(world)
        run(world, sent, other.id)

        assert world.reload(item).status == ReviewStatus.SENT

    def test_drafting_goes_on(self, world: World) -> None:
        stop(world)
        assert world.item().status == ReviewStatus.PENDING

    def test_who_did_it_and_why_is_written_down_once(self, world: World) -> None:
        assert [stop(world), stop(world), resume(world), resume(world)] == [True, False, True, False]
        with world.database.reading() as session:
            assert sending_acts(session, BRAND)[""].actor == "Max"
            acts = session.exec(select(SendingAct).order_by(col(SendingAct.id)))
            stopped = [(act.act, act.actor, act.reason) for act in acts]
        assert stopped == [("stopped", "Lea", "wrong price"), ("resumed", "Max", "")]

    def test_what_is_not_there_cannot_be_stopped(self, world: World) -> None:
        with pytest.raises(NotFound):
            stop(world, "facebook")

    def test_the_channels_say_who_stopped_them(self, world: World) -> None:
        connection(world, "instagram")
        stop(world)
        world.item()
        with world.database.reading() as session:
            (health,) = channels_of(session, BRAND, now=world.clock.now())
        assert (health.stopped_by, health.is_well) == ("Lea", False)


class TestQuietHours:
    def test_what_is_approved_then_leaves_when_they_end(self, world: World) -> None:
        with world.database.writing() as session:
            set_time_zone(session, BRAND, "Europe/Berlin")
            set_quiet_hours(session, BRAND, "22:00", "07:00")
        world.clock.time = NIGHT
        item, sent = approved(world), FakeChannel()
        run(world, sent)
        assert (world.reload(item).notice, sent.sent) == (QUIET, [])
        assert delivery(world).next_try_at == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)

        world.clock.advance(hours=6, minutes=30)
        run(world, sent)
        assert (world.reload(item).status, world.reload(item).notice) == (ReviewStatus.SENT, None)

    @pytest.mark.parametrize(
        ("start", "end", "now", "ends"),
        [
            ("22:00", "07:00", "2026-11-22T20:59:59", None),
            ("22:00", "07:00", "2026-11-22T21:00:00", "2026-11-23T06:00:00"),
            ("22:00", "07:00", "2026-11-23T05:59:59", "2026-11-23T06:00:00"),
            ("22:00", "07:00", "2026-11-23T06:00:00", None),
            ("12:00", "13:30", "2026-11-23T11:15:00", "2026-11-23T12:30:00"),
            ("12:00", "13:30", "2026-11-23T12:30:00", None),
            ("22:00", "02:30", "2026-03-28T23:00:00", "2026-03-29T01:30:00"),  # 02:30 is left out that night
            ("22:00", "07:00", "2026-10-24T23:00:00", "2026-10-25T06:00:00"),  # a night of ten hours
        ],
    )
    def test_they_are_by_the_clock_of_the_brand(
        self, world: World, start: str, end: str, now: str, ends: str | None
    ) -> None:
        with world.database.writing() as session:
            set_time_zone(session, BRAND, "Europe/Berlin")
            brand = set_quiet_hours(session, BRAND, start, end)
        found = quiet_end(brand, datetime.fromisoformat(now).replace(tzinfo=UTC))
        assert found == (datetime.fromisoformat(ends).replace(tzinfo=UTC) if ends else None)

    @pytest.mark.parametrize(
        ("start", "end"), [("24:00", "07:00"), ("7:00", "08:00"), ("22:00", None), (None, "07:00"), ("07:00", "07:00")]
    )
    def test_what_are_no_hours_is_refused(self, world: World, start: Any, end: Any) -> None:
        with pytest.raises(InvalidInput), world.database.writing() as session:
            set_quiet_hours(session, BRAND, start, end)

    def test_they_can_be_taken_away(self, world: World) -> None:
        with world.database.writing() as session:
            set_quiet_hours(session, BRAND, "22:00", "07:00")
            assert quiet_end(set_quiet_hours(session, BRAND, None, None), NIGHT) is None


def test_a_reply_that_was_sent_says_nothing_of_a_failure_before(world: World) -> None:
    item, channel = approved(world), FakeChannel(errors=[DeliveryNotMade("no connection to a.example")])
    run(world, channel)
    assert world.reload(item).notice == "no connection to a.example"
    run(world, channel)

    sent: ReviewItem = world.reload(item)
    assert (sent.status, sent.notice) == (ReviewStatus.SENT, None)
    with world.database.reading() as session:
        assert get_brand(session, BRAND).quiet_from is None


class TestOneAfterTheOther:
    """Replies that a budget keeps back: each is given a moment of its own."""

    def approved(self, world: World, *conversations: str) -> list[ReviewItem]:
        """Messages of different people in these conversations, and then a yes to each."""
        items = []
        for conversation in conversations:
            name = f"m{next(world.numbers)}"
            place = {"external_id": conversation, "visibility": "public"}
            message = {"external_id": name, "author": {"external_id": name}, "conversation": place}
            items.append(world.item(message=message))
        return [approve(world, world.person(), item) for item in items]

    def waits(self, world: World) -> dict[int, float]:
        """The seconds that each planned attempt waits, by approval."""
        return {job.arguments[0]: delay for job, delay in world.jobs.planned if job.name == "deliver"}

    def test_they_wake_in_the_order_of_their_age_and_each_leaves_at_its_first_waking(self, world: World) -> None:
        kept, sent = connection(world), FakeChannel(budgets=(Budget(1, seconds=60),))
        items = self.approved(world, *"abcd")
        for _ in items:
            run(world, sent, kept.id)
        assert list(self.waits(world).values()) == [60, 120, 180]
        for count in (2, 3, 4):
            world.clock.advance(seconds=60)
            run(world, sent, kept.id)
            assert [world.reload(each).status for each in items[:count]] == [ReviewStatus.SENT] * count
            assert len(sent.sent) == count
        with world.database.reading() as session:
            postponed = session.exec(select(Delivery.postponed).order_by(col(Delivery.approval_id))).all()
        assert postponed == [0, 1, 1, 1]

    def test_who_comes_when_there_is_room_again_does_not_overtake_who_waits(self, world: World) -> None:
        kept, sent = connection(world), FakeChannel(budgets=(Budget(2, seconds=60),))
        items = self.approved(world, *"abcd")
        for _ in items:
            run(world, sent, kept.id)
        world.clock.advance(seconds=60)  # nobody has woken yet
        waiting = [world.jobs.take("deliver") for _ in range(2)]
        (late,) = self.approved(world, "z")
        run(world, sent, kept.id)
        assert (world.reload(late).status, list(self.waits(world).values())) == (ReviewStatus.APPROVED, [60])
        assert len(waiting) == 2

    def test_a_conversation_that_has_no_room_keeps_no_other_back(self, world: World) -> None:
        kept, sent = (
            connection(world),
            FakeChannel(budgets=(Budget(10, seconds=1), Budget(1, seconds=60, scope="conversation"))),
        )
        *_, other = self.approved(world, *["busy"] * 4, "other")
        for _ in range(5):
            run(world, sent, kept.id)
        assert list(self.waits(world).values()) == [60, 120, 180]
        assert world.reload(other).status == ReviewStatus.SENT

    def test_who_does_not_come_is_waited_for_only_so_long(self, world: World) -> None:
        kept, sent = connection(world), FakeChannel(budgets=(Budget(1, seconds=60),))
        for _ in self.approved(world, "a", "b"):
            run(world, sent, kept.id)
        world.jobs.take("deliver")  # its job is lost
        world.clock.advance(seconds=60 + OVERDUE.total_seconds())
        (late,) = self.approved(world, "z")
        run(world, sent, kept.id)
        assert world.reload(late).status == ReviewStatus.SENT

    def test_a_reply_that_was_taken_back_keeps_nobody_back(self, world: World) -> None:
        kept, sent = connection(world), FakeChannel(budgets=(Budget(1, seconds=60),))
        items = self.approved(world, *"abc")
        for _ in range(2):
            run(world, sent, kept.id)
        world.take_back(world.reload(items[1]), world.person())
        run(world, sent, kept.id)
        assert 60 in self.waits(world).values()
        assert 120 not in self.waits(world).values()

    def test_readings_of_the_account_know_of_those_that_wait_until_they_are_overdue(self, world: World) -> None:
        kept, sent = connection(world, "instagram"), FakeChannel(budgets=(Budget(1, seconds=60),))
        items = self.approved(world, *"abcd")
        for _ in items:
            run(world, sent, kept.id)
        world.take_back(world.reload(items[-1]), world.person())
        begin = world.clock.now()
        due = [(begin + timedelta(seconds=60), "b"), (begin + timedelta(seconds=120), "c")]

        assert self.known(world, kept) == due
        for another in ({"brand_id": "another"}, {"channel": "facebook"}, {"platform": "mastodon"}):
            assert self.known(world, kept.model_copy(update=another)) == []
        world.clock.time = due[0][0] + OVERDUE
        assert self.known(world, kept) == due[1:]

    def known(self, world: World, kept: Connection) -> list[tuple[datetime, str]]:
        with world.database.reading() as session:
            return [(each.at, each.conversation) for each in waiting_sends(session, kept, now=world.clock.now())]
