"""What answering costs, and until when the platform takes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from replyassist.delivery.outlook import Outlook

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("micro_usd", "written"),
    [(None, ""), (0, ""), (15_000, "$0.015"), (200_000, "$0.20"), (1_000_000, "$1.00"), (12_345_678, "$12.345678")],
)
def test_a_cost_is_said_as_people_write_it(micro_usd: int | None, written: str) -> None:
    assert Outlook(micro_usd=micro_usd).cost == written


@pytest.mark.parametrize(
    ("left", "is_soon"),
    [(None, False), (timedelta(hours=2), False), (timedelta(hours=2, seconds=-1), True), (timedelta(hours=-1), True)],
)
def test_a_window_closes_soon_within_two_hours(left: timedelta | None, is_soon: bool) -> None:
    assert Outlook(closes_at=None if left is None else NOW + left).closes_soon(NOW) is is_soon
