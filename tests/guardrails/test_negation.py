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


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        (
            "Fixable, as long as the parcel hasn't left the roastery.",
            "We can change the address until the parcel leaves the roastery.",
        ),
        (
            "The newsletter code doesn't work on subscriptions.",
            "The newsletter code gives 10% off a first order. It works once, not on subscriptions.",
        ),
        ("Grounds yes, bag no: it isn't compostable.", "Our bags go in the recycling bin; they are not compostable."),
        (
            "There are no account fees: holding an account is free.",
            "Holding an account is free. The price list: https://harbour.example/fees",
        ),
        ("House blends are usually back soon.", "Sold-out house blends are usually back soon."),
        ("Private parking is available, no reservation is needed.", "Guests do not need to reserve a parking space."),
        ("There are no restrictions on children.", "Children are welcome."),
        ("Withdrawals take time, and Sunday does not count.", "Withdrawals take time. Sundays do not count."),
        ("There is no kitchen, just a kettle.", "The only thing in the room is a kettle."),
        ("Accounts keep the old rate.", "It is added without a code, and accounts keep the old rate."),
        ("Amex is not accepted.", "We take cash, Visa and debit cards."),
    ],
)
def test_what_means_the_same_or_something_else_is_no_contradiction(text: str, reply: str) -> None:
    assert not findings(text, context(reply=reply), RULE)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("There is no way to return it.", "You can return unopened bags within 30 days."),
        ("A reservation is needed for parking.", "No reservation is needed for parking."),
        ("You may cancel up to 24 hours for a fee, 10 GBP after.", "Cancel free up to 24 hours, 10 GBP charge after."),
        ("Folding bikes are not allowed.", "You can only bring a folding bike."),
        ("There are restrictions on children.", "Children are welcome."),
        ("Dogs, cats and birds are welcome.", "Dogs, cats and birds are not welcome."),
    ],
)
def test_a_need_and_a_fee_can_be_denied_too(text: str, reply: str) -> None:
    assert findings(text, context(reply=reply), RULE)


def test_an_until_is_turned_and_an_if_is_not() -> None:
    there = context(reply="We can change it until the parcel leaves the roastery.")
    assert findings("We can change it if the parcel leaves the roastery.", there, RULE)
    assert not findings("We can change it if the parcel has not left the roastery.", there, RULE)


def test_a_question_of_the_template_counts_as_its_title() -> None:
    full = template("No, seats cannot be reserved.", title="Can I reserve a seat?", questions=["may I book a seat?"])
    assert findings("Yes, you can.", context(template=full, message="May I book a seat?"), RULE)


def test_a_limit_that_was_asked_for_is_neither_yes_nor_no() -> None:
    full = template("Children are welcome.", title="Is there an age restriction?")
    assert not findings("No, children are welcome.", context(template=full), RULE)
