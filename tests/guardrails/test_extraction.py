from __future__ import annotations

import pytest

from replyassist.guardrails.extraction import mentions

from .builders import context
from .facts import fact_findings


@pytest.mark.parametrize(
    "text",
    [
        "This one is for you, and no one else.",
        "One of our team is one-on-one with you.",
        "Two things: thank you, and enjoy.",
        "First, open the bag; second, grind it.",
        "May I ask what you may need?",
        "Have a lovely weekend!",
        "Keep up the march of progress, sun and all.",
        "We sat down with our mon ami.",
        "1. Open the bag.\n2) Grind it.",
        "Thanks a million, high five!",
        "A day at the bar is fun, and today is nice.",
    ],
)
def test_words_that_only_look_like_numbers_or_dates_are_fine(text: str) -> None:
    assert not fact_findings(text, context(), "grounding.unsupported_")


@pytest.mark.parametrize(
    ("wording", "template_says"),
    [
        ("5-7 days", "five to seven days"),
        ("5 – 7 days", "5-7 days"),
        ("two weeks", "14 days"),
        ("24 hours", "one day"),
        ("a year", "12 months"),
        ("half an hour", "30 minutes"),
        ("half price", "50 % off"),
        ("1,000", "1000"),
        ("10 000 euros", "€10,000"),
        ("20k euros", "20,000 euros"),
        ("4,50 €", "€4.50"),
        ("two hundred and fifty g", "250g"),
        ("0.75 kg", "750 g"),
        ("2.4 percent", "2.4 %"),
        ("twenty-five", "25"),
        ("a dozen", "12"),
        ("from 1300 to 1900", "13:00 to 19:00"),
        ("midnight", "0:00"),
        ("5 to 9 pm", "17:00 - 21:00"),
        ("24/7", "24 hours a day"),
        ("round the clock", "24/7"),
        ("7 days a week", "every day"),
        ("Tuesday", "every day"),
        ("the 1st of the month", "the first of each month"),
        ("70 x 120 cm", "70x120cm"),
        ("50 MB per day", "50MB daily"),
        ("version 5.12.1", "v5.12.1 or 5.12.1"),
        ("2026", "1 November 2026"),
        ("November 2026", "01.11.2026"),
        ("1st November", "2026-11-01"),
        ("in May", "12 May"),
        ("at 9.00", "9:00"),
        ("from 09.30 to 17.15", "9:30 - 17:15"),
        ("half past nine", "9:30"),
        ("a quarter to six", "17:45"),
        ("EUR 5,00", "5 euros"),
        ("1.000 people", "1000 people"),
        ("€1.000,50", "€1,000.50"),
        ("1.000 €", "EUR 1000"),
        ("24 h", "one day"),
        ("open 24 hours", "open 24 hours a day"),
        ("open 24 hours a day", "open 24 hours"),
        ("these two options", "a choice"),
        ("1 bis 3 Werktage", "1 to 3 working days"),
        ("14 jours", "14 days"),
        ("2 jours ouvrés", "two working days"),
        ("4 tot 7 werkdagen", "4-7 working days"),
        ("open every day", "open Monday to Sunday"),
    ],
)
def test_different_ways_to_write_the_same_are_the_same(wording: str, template_says: str) -> None:
    there = context(reply=f"It is {template_says} here.")
    assert not fact_findings(f"It takes {wording} then.", there, "grounding.unsupported_")
    assert not fact_findings(f"It takes {wording} then.", there, "grounding.unit_changed")


def test_mentions_come_in_the_order_of_the_text() -> None:
    found = mentions("On Monday at 9:00 it costs €5, see fernhill.example.")
    assert [mention.kind for mention in found] == ["weekday", "time", "price", "link"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("FH-30982", "code"), ("v60", "code"), ("5.12.1", "code"), ("48213777111222", "code"), ("4711", "number")],
)
def test_codes_and_numbers_are_told_apart(text: str, kind: str) -> None:
    assert [mention.kind for mention in mentions(f"it is {text} now")] == [kind]
