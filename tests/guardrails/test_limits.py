from __future__ import annotations

import pytest

from replyassist.guardrails import Severity
from replyassist.guardrails.limits import turned_limits

from .builders import context

FREE = "Delivery costs €4.50, and orders over €50 ship free."


def turned(text: str, reply: str | None) -> list[tuple[str, Severity]]:
    return [(finding.rule, finding.severity) for finding in turned_limits(text, context(reply=reply))]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Orders under €50 ship free.", FREE),
        ("Kids over 5 ride for free.", "Kids under 5 ride for free."),
        ("Seniors under 65 get a discount.", "There is a 10% discount for seniors over 65 years of age."),
        ("Orders after 11:00 leave the same day.", "Orders before 11:00 leave the same day."),
        ("Up to 20 guests can book the room.", "At least 20 guests can book the room."),
    ],
)
def test_a_limit_that_is_turned_round_blocks(text: str, reply: str) -> None:
    assert turned(text, reply) == [("grounding.condition_changed", Severity.BLOCK)]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Delivery is free from €50.", FREE),
        ("Delivery costs €4.50.", FREE),
        ("Orders above €50 ship free, and those under €50 cost €4.50.", FREE),
        ("Cancel at least 24 hours before.", "You can cancel up to 24 hours before."),
        ("Kids 5 and under ride for free.", "Kids up to 5 ride for free."),
        ("Open from 9:00 until 18:00.", "Open 9:00 to 18:00."),
        ("Your tent may come back within 30 days.", "Shoes that fell apart after 30 days are covered."),
    ],
)
def test_the_same_limit_its_other_side_and_another_matter_are_fine(text: str, reply: str) -> None:
    assert turned(text, reply) == []


def test_without_a_template_there_is_no_limit_to_turn() -> None:
    assert turned("Orders under €50 ship free.", None) == []
