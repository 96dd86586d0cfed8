"""How the weeks went, on both databases."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from replyassist.core.security import Role
from replyassist.review.repository.weekly import Week, last_weeks, waiting_now
from replyassist.triage import triage
from replyassist.triage.message_reading import MessageReading
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.test_decisions import approve
from tests.review.test_outcomes import reject
from tests.world import BRAND, DRAFT, World

UTC = ZoneInfo("UTC")


def weeks(world: World, count: int = 2, zone: ZoneInfo = UTC) -> list[Week]:
    with world.database.reading() as session:
        return last_weeks(session, BRAND, now=world.clock.now(), zone=zone, count=count)


def test_a_week_tells_what_was_decided_and_how_long_people_waited(world: World) -> None:
    who, channel = world.person(Role.LEAD), FakeChannel()
    first, second = world.item(), world.item()
    world.clock.advance(hours=2)
    approve(world, who, first)
    run(world, channel)
    world.clock.advance(hours=2)
    approve(world, who, second, text=DRAFT + " Bye.")
    run(world, channel)
    reject(world, who, world.item())

    before, now = weeks(world)
    assert (before.monday, now.monday) == (date(2026, 11, 9), date(2026, 11, 16))
    assert (now.as_is, now.edited, now.rejected, now.decided) == (1, 1, 1, 3)
    assert now.median_hours == pytest.approx(3)
    assert now.late_hours == pytest.approx(3.8)
    assert (before.decided, before.median_hours, before.late_hours, before.sentiment) == (0, None, None, None)


def test_a_week_begins_on_monday_where_its_reader_is(world: World) -> None:
    world.clock.advance(hours=12, minutes=30)  # Monday, half past midnight in UTC
    reject(world, world.person(Role.LEAD), world.item())

    assert [week.rejected for week in weeks(world)] == [0, 1]
    assert [week.rejected for week in weeks(world, zone=ZoneInfo("America/New_York"))] == [0, 1]
    assert weeks(world)[-1].monday == date(2026, 11, 23)
    assert weeks(world, zone=ZoneInfo("America/New_York"))[-1].monday == date(2026, 11, 16)


def test_the_mood_is_the_mean_of_what_was_read(world: World) -> None:
    for sentiment in (-1.0, 0.5):
        reading = MessageReading(probabilities={"question": 0.9, "praise": 0.1}, sentiment=sentiment, digest="d" * 64)
        world.item(triage=triage("hm").model_copy(update={"reading": reading}))

    assert weeks(world)[-1].sentiment == pytest.approx(-0.25)


def test_what_waits_is_counted_with_its_oldest(world: World) -> None:
    came = world.clock.now()
    item = world.item()
    world.clock.advance(hours=1)
    world.item()
    with world.database.reading() as session:
        waiting = waiting_now(session, BRAND)
        nothing = waiting_now(session, "other")

    assert item.status == "pending"
    assert (waiting.pending, waiting.escalated, waiting.oldest) == (2, 0, came)
    assert (nothing.pending, nothing.oldest) == (0, None)
