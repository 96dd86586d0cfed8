"""At which times a reply can be sent: by the brand's clock, still to come, not too far, and within the window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from replyassist.brands.quiet import set_quiet_hours
from replyassist.brands.service import set_time_zone
from replyassist.core.errors import Forbidden, InvalidInput
from replyassist.core.security import Role
from replyassist.inbox.threads import StoredMessage
from replyassist.review.models import Approval, ReviewItem, ReviewStatus
from replyassist.review.repository import audit_of
from replyassist.review.repository.approved import send_times
from replyassist.review.scheduling import LONGEST_AHEAD, SendLater, morning
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday


@pytest.fixture(autouse=True)
def _berlin(world: World) -> None:
    world.clock.time = NOON
    with world.database.writing() as session:
        set_time_zone(session, BRAND, "Europe/Berlin")


def no_end(_session: Session, _stored: StoredMessage) -> None:
    return None


def approved(world: World, at: str, *, closes: datetime | None = None, **overrides: Any) -> ReviewItem:
    later = SendLater(datetime.fromisoformat(at), lambda _session, _stored: closes)
    return approve(world, world.person(), world.item(), later=later, **overrides)


def kept(world: World, item: ReviewItem) -> datetime | None:
    with world.database.reading() as session:
        return session.get_one(Approval, item.approval_id).send_at


@pytest.mark.parametrize(
    ("at", "kept_as"),
    [
        ("2026-11-23T09:00", "2026-11-23T08:00"),
        ("2026-11-23T09:00+00:00", "2026-11-23T09:00"),
        ("2026-11-22T12:00:01+00:00", "2026-11-22T12:00:01"),
        ("2026-12-22T13:00", "2026-12-22T12:00"),
    ],
)
def test_a_time_without_an_offset_is_by_the_clock_of_the_brand(world: World, at: str, kept_as: str) -> None:
    item = approved(world, at)
    assert item.status == ReviewStatus.APPROVED
    assert kept(world, item) == datetime.fromisoformat(kept_as).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "at", "kept_as"),
    [
        ("2027-03-27T12:00", "2027-03-28T02:30", "2027-03-28T01:30"),  # left out that night
        ("2026-10-24T12:00", "2026-10-25T02:30", "2026-10-25T00:30"),  # comes twice: the first
    ],
)
def test_a_change_of_clocks_is_counted_as_for_quiet_hours(world: World, now: str, at: str, kept_as: str) -> None:
    world.clock.time = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert kept(world, approved(world, at)) == datetime.fromisoformat(kept_as).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2026-11-22T13:00", "still to come"),
        ("2026-11-22T12:00:00+00:00", "still to come"),
        ("0001-01-01T00:00:00+14:00", "still to come"),
        ("2026-12-22T13:00:01", "within the next 30 days"),
        ("9999-12-31T23:59:59-14:00", "within the next 30 days"),
        ("9999-12-31T23:59:59", "within the next 30 days"),
    ],
)
def test_what_is_over_or_too_far_away_is_refused(world: World, at: str, why: str) -> None:
    assert timedelta(days=30) == LONGEST_AHEAD
    with pytest.raises(InvalidInput, match=why):
        approved(world, at)


class TestTheWindow:
    closes = NOON + timedelta(hours=20)

    def test_a_time_within_it_is_taken(self, world: World) -> None:
        assert approved(world, "2026-11-23T08:59:59", closes=self.closes).status == ReviewStatus.APPROVED

    def test_a_time_after_it_is_refused_with_its_end(self, world: World) -> None:
        with pytest.raises(InvalidInput, match=r"until 2026-11-23 09:00 \(Europe/Berlin\)"):
            approved(world, "2026-11-23T09:00", closes=self.closes)

    def test_quiet_hours_that_outlast_it_are_counted(self, world: World) -> None:
        with world.database.writing() as session:
            set_quiet_hours(session, BRAND, "22:00", "09:30")
        with pytest.raises(InvalidInput, match="until 2026-11-23 09:00"):
            approved(world, "2026-11-22T23:00", closes=self.closes)
        assert approved(world, "2026-11-22T21:59", closes=self.closes).status == ReviewStatus.APPROVED


def test_the_approval_and_the_audit_say_when(world: World) -> None:
    item = approved(world, "2026-11-23T09:00", text=DRAFT.replace("Hi", "Hello"))
    with world.database.reading() as session:
        entry = audit_of(session, item.id or 0)[-1]
        assert send_times(session, [item]) == {item.id: datetime(2026, 11, 23, 8, tzinfo=UTC)}
    assert (entry.act, entry.reason) == ("edited_and_approved", "to be sent at 2026-11-23T09:00+01:00")


def test_nothing_of_a_time_is_told_of_what_is_sent_at_once_or_was_taken_back(world: World) -> None:
    at_once, later = approve(world, world.person(), world.item()), approved(world, "2026-11-23T09:00")
    back = world.take_back(later, world.person())
    with world.database.reading() as session:
        assert send_times(session, [at_once, back]) == {}


def test_whoever_may_approve_may_say_when_and_nobody_else(world: World) -> None:
    later = SendLater(NOON + timedelta(hours=20), no_end)
    for role in (Role.AGENT, Role.MANAGER, Role.LEAD):
        assert approve(world, world.person(role), world.item(), later=later).status == ReviewStatus.APPROVED
    with pytest.raises(Forbidden):
        approve(world, world.service(), world.item(), later=later)


@pytest.mark.parametrize(
    ("choice", "now", "means"),
    [
        ("tomorrow", "2026-11-22T22:59", "2026-11-23T08:00"),
        ("tomorrow", "2026-11-22T23:00", "2026-11-24T08:00"),  # it is Monday there
        ("monday", "2026-11-22T12:00", "2026-11-23T08:00"),
        ("monday", "2026-11-23T07:00", "2026-11-30T08:00"),
        ("tomorrow", "2026-03-28T12:00", "2026-03-29T07:00"),
    ],
)
def test_the_times_that_are_offered_are_mornings_of_the_brand(choice: str, now: str, means: str) -> None:
    found = morning(choice, now=datetime.fromisoformat(now).replace(tzinfo=UTC), time_zone="Europe/Berlin")
    assert found == datetime.fromisoformat(means).replace(tzinfo=UTC)


def test_another_word_is_no_time() -> None:
    with pytest.raises(InvalidInput):
        morning("hour", now=NOON, time_zone="UTC")
