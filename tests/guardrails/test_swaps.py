from __future__ import annotations

import pytest

from replyassist.guardrails import Severity
from replyassist.guardrails.swaps import swapped_facts

from .builders import context

PLACES = "Delivery costs €3 in Ireland, €8 abroad."
HOURS = "We are open Monday to Saturday 05:00 - 23:00, and on Sundays 07:00 - 22:55."
RECIPE = "Start with 18 g in and 36 g out. A filter brew takes 15 g, a French press takes 30 g."


def swapped(text: str, reply: str) -> list[tuple[str, Severity]]:
    return [(finding.excerpt, finding.severity) for finding in swapped_facts(text, context(reply=reply))]


@pytest.mark.parametrize(
    "text",
    [
        "It's €8 in Ireland, €3 abroad.",
        "It's €8 in Ireland and €3 abroad!",
        "In Ireland, delivery is €8. Abroad, it's €3.",
        "Abroad it's €3, in Ireland €8.",
    ],
)
def test_two_prices_that_changed_places_block(text: str) -> None:
    assert {severity for _, severity in swapped(text, PLACES)} == {Severity.BLOCK}


@pytest.mark.parametrize(
    ("text", "reply", "excerpt"),
    [
        ("Delivery to Ireland is €8.", PLACES, "€8"),
        ("It's open from 7:00 on Saturday.", HOURS, "7:00"),
        ("It opens at 5 on Sunday.", HOURS, "5"),
    ],
)
def test_one_fact_beside_the_telling_word_of_another_is_a_warning(text: str, reply: str, excerpt: str) -> None:
    assert swapped(text, reply) == [(excerpt, Severity.WARN)]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        (PLACES, PLACES),
        ("Abroad it's €8, in Ireland €3.", PLACES),
        ("In Ireland you pay €3 and abroad you pay €8.", PLACES),
        ("It's €3 or €8, it depends on the country.", PLACES),
        ("It opens at 5 every day except on Sundays, when it opens at 7.", HOURS),
        ("Open Mon-Sat from 5 to 23:00 and on Sundays from 7:00 to 22:55.", HOURS),
        ("Tuesday is 5:00 to 23:00.", HOURS),
        ("Go for 18 g in and 36 g out.", RECIPE),
        ("Your order ships for €4.50.", "Delivery costs €4.50, and orders over €35 ship free."),
        ("Check-in is between 4:00 PM and 6:00 PM for guests.", "The check-in is between 4:00pm and 6:00pm."),
    ],
)
def test_facts_that_stay_where_they_belong_are_fine(text: str, reply: str) -> None:
    assert swapped(text, reply) == []


def test_without_a_template_there_is_nothing_to_swap() -> None:
    assert list(swapped_facts("€8 in Ireland, €3 abroad", context(reply=None))) == []
