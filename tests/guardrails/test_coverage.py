from __future__ import annotations

import pytest

from replyassist.guardrails import coverage

from .builders import TEMPLATE, template


def test_the_reply_itself_keeps_everything() -> None:
    assert coverage(TEMPLATE, template()) == 1.0


def test_a_template_without_facts_is_always_kept() -> None:
    assert coverage("Anything.", template("Please ask our team.")) == 1.0


def test_each_lost_fact_lowers_the_share() -> None:
    full = template("It takes 5 days, costs €3 and is at https://fernhill.example/a or help@fernhill.example.")
    assert coverage("It takes five days and costs 3 euros.", full) == 0.5
    assert coverage("It takes 5 weeks.", full) == 0.0


@pytest.mark.parametrize("text", ["5-7 days", "five to seven days", "5 – 7 days"])
def test_a_range_counts_at_both_ends(text: str) -> None:
    assert coverage(f"It takes {text}.", template("It takes 5 to 7 days.")) == 1.0
    assert coverage("It takes up to 7 days.", template("It takes 5 to 7 days.")) == 0.5
