"""The passages that a reply shares with its template."""

from __future__ import annotations

import pytest

from replyassist.evaluation.decided import passages

TEMPLATE = "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days and costs €4.50."


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("Hi! To 32 countries in Europe, in 4 to 7 working days.", ("32 countries in Europe", "4 to 7 working days")),
        ("Hi! It is €4.50 for you.", ("€4.50",)),
        ("Hi! It takes 9 days.", ()),
        ("No figure at all.", ()),
        ("32 of them. 32 of them.", ("32",)),
    ],
)  # fmt: skip
def test_they_are_around_a_figure_that_both_have(reply: str, found: tuple[str, ...]) -> None:
    assert passages(reply, TEMPLATE) == found
