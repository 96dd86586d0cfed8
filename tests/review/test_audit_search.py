"""Looking through the audit, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from replyassist.core.security import Role
from replyassist.review.models import ReviewItem
from replyassist.review.repository import audit_search
from replyassist.review.repository.audit_search import AuditQuery, export, search
from tests.review.test_decisions import approve
from tests.world import BRAND, World

DAY = date(2026, 11, 22)


@pytest.fixture
def decided(world: World) -> ReviewItem:
    """One item queued at noon, and approved by a lead at half past nine in the evening (UTC)."""
    item, who = world.item(), world.person(Role.LEAD)
    world.clock.advance(hours=9, minutes=30)
    return approve(world, who, item)


def acts(world: World, query: AuditQuery | None = None, **wanted: Any) -> list[str]:
    with world.database.reading() as session:
        found = search(session, query or AuditQuery(**({"brands": frozenset({BRAND})} | wanted)), limit=10)
        return [entry.act for entry in found]


def test_filters_leave_what_fits_the_newest_first(world: World, decided: ReviewItem) -> None:
    both = ["approved", "queued"]
    assert acts(world) == acts(world, brands=None) == acts(world, brands=frozenset({BRAND, "other"})) == both
    assert acts(world, brands=frozenset({"other"})) == acts(world, brands=frozenset()) == []
    assert acts(world, act="queued") == ["queued"]
    assert acts(world, item_id=decided.id) == both
    assert acts(world, item_id=(decided.id or 0) + 1) == []


@pytest.mark.parametrize(
    ("person", "found"),
    [
        ("LEAD", ["approved"]),
        ("lead1@test", []),
        ("@test.example", ["approved"]),
        ("Pipeline", ["queued"]),
        ("%", []),
        ("_", []),
        ("\\", []),
    ],
)
def test_people_are_found_by_a_part_of_their_name(
    world: World, decided: ReviewItem, person: str, found: list[str]
) -> None:
    assert acts(world, person=person) == found


@pytest.mark.parametrize(
    ("zone", "days", "found"),
    [
        ("UTC", (DAY, DAY), ["approved", "queued"]),
        ("UTC", (None, date(2026, 11, 21)), []),
        ("UTC", (date(2026, 11, 23), None), []),
        ("Asia/Tokyo", (date(2026, 11, 23), None), ["approved"]),
        ("Asia/Tokyo", (None, DAY), ["queued"]),
        ("America/Los_Angeles", (DAY, DAY), ["approved", "queued"]),
    ],
)
def test_days_are_those_of_the_readers_zone(
    world: World, decided: ReviewItem, zone: str, days: tuple[date | None, date | None], found: list[str]
) -> None:
    query = AuditQuery(frozenset({BRAND})).on_days(*days, ZoneInfo(zone))

    assert acts(world, query) == found


def test_pages_and_exports_go_on_where_the_one_before_ended(
    world: World, decided: ReviewItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_search, "CHUNK", 1)
    for _ in range(3):
        world.item()
    everything = AuditQuery(frozenset({BRAND}))
    with world.database.reading() as session:
        (newest,) = search(session, everything, limit=1)
        rest = search(session, everything, before=newest.id, limit=10)

    ids = [entry.id for entry in export(world.database, everything, limit=100)]
    assert ids == [newest.id, *(entry.id for entry in rest)]
    assert len(ids) == 5
    assert [entry.id for entry in export(world.database, everything, limit=2)] == ids[:2]
