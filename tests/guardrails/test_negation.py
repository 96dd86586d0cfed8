from __future__ import annotations

import pytest

from replyassist.guardrails import Severity
from replyassist.testing.encoder import FakeEncoder

from .builders import context, excerpts, findings, template

RULE = "grounding.negation_flipped"


@pytest.mark.parametrize(
    ("reply", "flipped", "faithful"),
    [
        ("We don't ship to Norway.", "Yes, we ship to Norway.", "No, we do not ship to Norway."),
        ("We ship to Norway.", "We don't ship to Norway.", "Yes, shipping to Norway works."),
        ("Decaf is not available.", "Decaf is available.", "Decaf is unavailable at the moment."),
        ("The bar is open on holidays.", "The bar is closed on holidays.", "The bar is also open on holidays."),
        ("Breakfast is included.", "Breakfast is excluded.", "Breakfast is included in it."),
        ("Smoking is prohibited.", "Smoking is allowed.", "Smoking is not allowed."),
        ("Parking is free.", "Parking costs a fee.", "There is no charge for parking."),
        ("WiFi is not free.", "WiFi is free of charge.", "There is a fee for the Wi-Fi."),
        ("The coffee comes without sugar.", "The coffee comes with sugar.", "The coffee comes with no sugar."),
        ("The deposit is non-refundable.", "The deposit is refundable.", "The deposit is not refundable."),
        ("We deliver everywhere except Norway.", "We deliver to Norway.", "We deliver everywhere, except to Norway."),
    ],
)
@pytest.mark.parametrize("encoder", [None, FakeEncoder()])
def test_the_opposite_of_the_template_blocks_and_its_paraphrase_does_not(
    reply: str, flipped: str, faithful: str, encoder: FakeEncoder | None
) -> None:
    there = context(reply=reply, encoder=encoder)
    assert [finding.severity for finding in findings(flipped, there, RULE)] == [Severity.BLOCK]
    assert not findings(faithful, there, RULE)


def test_only_the_clause_that_is_flipped_is_objected_to() -> None:
    there = context(reply="All trains are accessible and have assisted travel. Dogs are not allowed.")
    assert excerpts("All trains have assisted travel. Dogs are allowed.", there, RULE) == ["Dogs are allowed."]


def test_a_state_that_the_template_only_awaits_is_no_fact() -> None:
    there = context(reply="Harvest is sold out. Tap 'notify me' and you get an e-mail when it is back.")
    assert excerpts("Good news, it is back in stock now!", there, RULE)
    assert not findings("You get an e-mail when it is back.", there, RULE)


def test_a_bare_answer_is_held_against_the_templates_own_question() -> None:
    full = template("No, seats cannot be reserved.", title="Can I reserve a seat?")
    assert findings("Yes, you can.", context(template=full, message="Can I reserve a seat?"), RULE)
    assert not findings("No, sorry, you can't.", context(template=full, message="Can I reserve a seat?"), RULE)
    assert not findings("Yes, you can.", context(template=full, message="Is it a pity?"), RULE)


def test_the_no_of_the_template_denies_its_title() -> None:
    full = template("No, you have to ask for a refund and buy another ticket.", title="Can I change my ticket?")
    assert findings("You may change your ticket.", context(template=full), RULE)
    assert not findings("You can't change your ticket, but you can ask for a refund.", context(template=full), RULE)


@pytest.mark.parametrize(
    "text",
    [
        "Don't worry, we ship to Norway.",
        "No problem, we ship to Norway!",
        "We ship not only to Norway.",
        "Do you not live in Norway?",
        "If you don't live in Norway, look here.",
        "A restaurant payment in Norway is one we ship.",
    ],
)
def test_negations_that_deny_nothing_do_not_count(text: str) -> None:
    assert not findings(text, context(reply="We ship to Norway."), RULE)


def test_a_template_that_says_both_contradicts_neither() -> None:
    there = context(reply="Our Meadow coffees are certified. Our other coffees are not certified.")
    assert not findings("Our other coffees aren't.", there, RULE)
    assert not findings("Our Meadow coffees are certified, our other coffees aren't.", there, RULE)


def test_without_a_template_there_is_nothing_to_contradict() -> None:
    assert not findings("We don't ship to Norway.", context(reply=None, message="Do you ship to Norway?"), RULE)
