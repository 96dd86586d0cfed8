"""A labelled passage is found in any notation of the same figures, and in no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from replyassist.evaluation.evaluators.passages import said, says

GUIDE = Path(__file__).parents[3] / "docs" / "evaluation.md"
ROW = re.compile(r"^\| (.+) \| (.+) \| (yes|no) \|$", re.MULTILINE)
EXAMPLES = ROW.findall(GUIDE.read_text(encoding="utf-8"))


def test_the_guide_has_examples_of_both() -> None:
    assert [sum(row[2] == said for row in EXAMPLES) >= 10 for said in ("yes", "no")] == [True, True]


@pytest.mark.parametrize(("passage", "draft", "expected"), EXAMPLES)
def test_every_example_of_the_guide_is_true(passage: str, draft: str, expected: str) -> None:
    assert says(draft, passage) is (expected == "yes")


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("Delivery takes 4 to 7 working days.", "4 to 7 working days"),
        ("Delivery takes four to seven working days.", "4-7 working days"),
        ("That's FREE  Shipping for you!", "free shipping"),
        ("It’s on us.", "it's on us"),
        ("You get 20 % off.", "20% off"),
        ("See https://fernhill.example/shipping for more.", "fernhill.example/shipping"),
        ("That is €5.", "€5"),
        ("European countries, 32 of them", "32 countries"),
    ],
)
def test_a_passage_is_said(text: str, passage: str) -> None:
    assert says(text, passage)


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("Delivery takes 4 to 9 working days.", "4 to 7 working days"),
        ("Shipping is not free.", "free shipping"),
        ("It takes 2.5 days.", "5 days"),
        ("We ship to 32,000 people.", "32"),
        ("Returns take 30 days. Delivery is quick.", "delivery in 30 days"),
        ("Good to hear.", "€5"),
        ("Choose a grind of 1 to 3.", "€1 more"),
        ("It costs 3.50.", "€3.50"),
    ],
)
def test_another_passage_is_not(text: str, passage: str) -> None:
    assert not says(text, passage)


def test_the_passages_that_are_said_are_listed() -> None:
    assert said("Free shipping over £30.", ["free shipping", "£30", "£50"]) == ("free shipping", "£30")
