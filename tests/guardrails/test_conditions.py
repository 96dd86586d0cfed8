from __future__ import annotations

import pytest

from replyassist.guardrails import Severity
from replyassist.guardrails.conditions import dropped_conditions

from .builders import context

FREE = "Delivery costs €4.50, and orders over €50 ship free."
RETURN = "If it is unopened, you can return it within 30 days."
SENIOR = "There is a 10% discount for seniors over 65 years of age."
SECOND = "From the second bag on, delivery is free."
IRELAND = "We deliver only in Ireland."


def dropped(text: str, reply: str, message: str = "") -> list[tuple[str, Severity]]:
    found = dropped_conditions(text, context(reply=reply, message=message))
    return [(finding.rule.removeprefix("grounding.condition_"), finding.severity) for finding in found]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Hi! Delivery is free.", FREE),
        ("Orders ship free.", FREE),
        ("You can return it within 30 days.", RETURN),
        ("There's a 10% discount.", SENIOR),
        ("Delivery is free!", SECOND),
        ("Delivery costs nothing!", SECOND),
        ("You can cancel for free.", "Until 24 hours before the trip you can cancel for free."),
        ("We take back every bag, just send it back.", "We take things back as long as the seal is whole."),
        ("The tour is free.", "The tour is free, except on Saturdays."),
    ],
)
def test_what_is_granted_without_its_condition_blocks(text: str, reply: str) -> None:
    assert dropped(text, reply) == [("dropped", Severity.BLOCK)]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("You can send coffee back.", "Unopened coffee can come back to us."),
        ("We deliver!", IRELAND),
        ("We refund it.", "We refund the price once we have it here."),
        ("We're open every day.", "We are open every day except Monday."),
    ],
)
def test_a_dropped_attribute_or_narrowing_is_a_warning(text: str, reply: str) -> None:
    assert dropped(text, reply) == [("dropped", Severity.WARN)]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Delivery is free from €50.", FREE),
        ("Spend €50 and delivery is on us, it's free.", FREE),
        ("It's free over a certain amount.", FREE),
        ("Delivery costs €4.50.", FREE),
        ("It can come back.", "It can come back to us, and the price is refunded once we have it."),
        ("The sealed bag can come back.", "Unopened coffee can come back."),
        ("You can return it within 30 days if it's unopened.", RETURN),
        ("Unopened? You can return it within 30 days.", RETURN),
        ("If it's still sealed, you can return it within 30 days.", RETURN),
        ("Seniors over 65 get 10% off.", SENIOR),
        ("It's free from the second bag on.", SECOND),
        ("Delivery isn't free.", FREE),
        ("Would you like free delivery?", FREE),
        ("We deliver in Ireland.", IRELAND),
        ("Feel free to ask.", FREE),
        ("Delivery is free!", "Delivery is free. Express delivery is free over €50."),
        ("There's a 10% discount for seniors.", SENIOR),
        ("You can cancel for free.", "You can cancel for free, and we charge €10 after the cancellation time frame."),
    ],
)
def test_a_condition_that_is_kept_is_fine(text: str, reply: str) -> None:
    assert dropped(text, reply) == []


def test_the_message_may_state_the_condition() -> None:
    assert dropped("Yes, there's a 10% discount.", SENIOR, "I'm over 65 years of age, any discount?") == []


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Orders under €50 ship free.", FREE),
        ("Kids over 5 ride for free.", "Kids under 5 ride for free."),
        ("Seniors under 65 get a discount.", SENIOR),
        ("Orders after 11:00 leave the same day.", "Orders before 11:00 leave the same day."),
        ("Up to 20 guests can book the room.", "At least 20 guests can book the room."),
    ],
)
def test_a_limit_that_is_turned_round_blocks(text: str, reply: str) -> None:
    assert ("changed", Severity.BLOCK) in dropped(text, reply)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Orders above €50 ship free, and those under €50 cost €4.50.", FREE),
        ("Cancel at least 24 hours before.", "You can cancel up to 24 hours before."),
        ("Kids 5 and under ride for free.", "Kids up to 5 ride for free."),
        ("Open from 9:00 until 18:00.", "Open 9:00 to 18:00."),
    ],
)
def test_the_other_side_of_a_limit_may_be_told_as_well(text: str, reply: str) -> None:
    assert dropped(text, reply) == []


def test_without_a_template_nothing_is_dropped() -> None:
    assert list(dropped_conditions("Delivery is free.", context(reply=None))) == []
