from __future__ import annotations

import pytest

from .builders import context
from .facts import fact_findings


@pytest.mark.parametrize(
    ("wording", "template_says"),
    [
        ("twice", "two times"),
        ("2 times", "twice"),
        ("three times", "thrice"),
        ("three times", "the third time"),
        ("3x a week", "three times each week"),
        ("half of the bag", "half the bag"),
        ("half the price", "50 % of the price"),
        ("double the points", "twice the points"),
    ],
)
def test_how_often_may_be_said_in_other_words(wording: str, template_says: str) -> None:
    assert not fact_findings(f"It is {wording} for you.", context(reply=f"It is {template_says} here."), "grounding")


@pytest.mark.parametrize(
    "wording",
    ["twice", "three times", "10 times", "half of the bag", "half the price", "a third off", "double the points"],
)
def test_how_often_that_no_source_says_blocks(wording: str) -> None:
    found = fact_findings(f"It is {wording} now.", context(reply="It has 2 parts and 3 shops."), "grounding")
    assert [finding.rule for finding in found] == ["grounding.unsupported_number"]


def test_what_the_author_counted_may_be_taken_up() -> None:
    there = context(message="THIRD time this is late, and half the beans are gone")
    assert not fact_findings("Late three times and half your beans, sorry.", there, "grounding")


def test_the_first_time_counts_nothing() -> None:
    assert not fact_findings(
        "Is it the first time for you, or the first time in Galway?", context(), "grounding.unsupported_n"
    )
