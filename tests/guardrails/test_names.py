from __future__ import annotations

from typing import Any

import pytest

from replyassist.guardrails.names import unsupported_names

from .builders import context, template

REPLY = (
    "Our decaf is called Lullaby. We ship to 32 countries in Europe from our bar on Mill Lane. "
    "Pay with American Express."
)


def named(text: str, **fields: Any) -> list[str]:
    there = context(template=template(REPLY, questions=["do you know Hollow?"]), **fields)
    return [finding.excerpt for finding in unsupported_names(text, there)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("It's called Moonlight and it's lovely.", ["Moonlight"]),
        ("Ask for the Bramble Reserve Blend at the bar.", ["Bramble Reserve Blend"]),
        ("Yes, we ship to Norway and Iceland.", ["Norway", "Iceland"]),
        ("norway is fine, and so is the united kingdom.", ["norway", "united kingdom"]),
        ("Come to our shop in Galway.", ["Galway"]),
        ("My colleague Fiona knows more.", ["Fiona"]),
    ],
)
def test_a_name_that_no_source_has_is_found(text: str, names: list[str]) -> None:
    assert named(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Hi Ana! Lullaby is our decaf.",
        "Hello there Tom, try Lullaby.",
        "You'll find it on Mill Lane.",
        "It's the Lulaby decaf.",
        "We ship within Europe.",
        "Enjoy! Sunday is a day for Lullaby.",
        "Open on Monday and in December at 9 AM.",
        "I'm happy, and so am I.",
        "Do you mean Hollow?",
        "Are you in Norway?",
        "We don't ship to Norway.",
        "“Great choice”: You picked well.",
        "Our Decaf Is Called Lullaby.",
        "Pay with Amex, or ask for a PDF.",
        "It's Lullaby's taste.",
        "See https://Fernhill.example/Moon or write to Help@fernhill.example.",
        "Fernhill has it.",
    ],
)
def test_known_names_and_capitals_that_are_no_names_are_fine(text: str) -> None:
    assert named(text) == []


def test_the_message_the_author_and_the_conversation_are_sources() -> None:
    text = "Yes, we ship to Norway, so tell Ingrid from Bergen."
    fields: dict[str, Any] = {
        "message": "do you ship to norway?",
        "author_name": "Ingrid",
        "parent_text": "Hello Bergen!",
    }
    assert named(text, **fields) == []


def test_in_other_languages_capitals_are_no_names() -> None:
    assert named("Hallo Ana, das dauert drei Werktage bis Norwegen.", language="de") == []


def test_a_person_without_a_template_may_name_whom_they_like() -> None:
    assert list(unsupported_names("It's in Galway.", context(reply=None))) == []


def test_a_cards_brand_is_known_where_the_template_takes_cards() -> None:
    cards = context(template=template("We take all major credit cards."))
    assert not list(unsupported_names("Yes, you can pay with Mastercard or AMEX.", cards))
    cash = context(template=template("We take cash."))
    assert [finding.excerpt for finding in unsupported_names("Yes, you can pay with Mastercard.", cash)] == [
        "Mastercard"
    ]
