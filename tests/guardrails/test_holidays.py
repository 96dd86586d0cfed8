from __future__ import annotations

import pytest

from .builders import context
from .facts import fact_findings


@pytest.mark.parametrize(
    "day", ["Christmas", "Easter Monday", "New Year's Eve", "bank holidays", "Good Friday", "Halloween"]
)
def test_a_holiday_that_no_source_names_blocks(day: str) -> None:
    found = fact_findings(f"We are open on {day}.", context(), "grounding")
    assert [finding.rule for finding in found] == ["grounding.unsupported_date"]


@pytest.mark.parametrize(
    ("day", "template_says"),
    [
        ("Xmas", "Christmas"),
        ("Christmas Day", "Christmas"),
        ("St. Stephen's Day", "Boxing Day"),
        ("Easter", "public holidays"),
        ("bank holidays", "public holidays"),
    ],
)
def test_a_holiday_has_several_names(day: str, template_says: str) -> None:
    there = context(reply=f"We are closed on {template_says}.")
    assert not fact_findings(f"We're closed on {day}.", there, "grounding.unsupported_date")


def test_a_wish_promises_nothing() -> None:
    assert not fact_findings("Yes. Merry Christmas and a happy new year!", context(), "grounding.unsupported_date")
