"""What holds for facts of any size and wording."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.guardrails import Severity
from replyassist.guardrails.advice import forbidden_advice
from replyassist.guardrails.claims import unsupported_promises
from replyassist.guardrails.context import Rule
from replyassist.guardrails.grounding import grounded_mentions
from replyassist.guardrails.limits import turned_limits
from replyassist.guardrails.names import unsupported_names

from .builders import context, template
from .facts import fact_findings

RULES: tuple[Rule, ...] = (
    grounded_mentions,
    turned_limits,
    unsupported_promises,
    forbidden_advice,
    unsupported_names,
)
amounts = st.integers(min_value=2, max_value=999)
PARTS = [
    "orders over €50 ship free",
    "if it is unopened",
    "you can return it within 30 days",
    "except on Sunday",
    "we refund the price",
    "a 10 % discount for members",
    "up to 2 days before",
    "twice a week",
    "€3 in Ireland, €8 abroad",
    "only in Galway",
    "we'll call you right away",
    "it is safe for kids",
    "half past nine",
    "no free entry",
    "at Christmas",
    "1.000 g",
    "and",
    "but",
    ",",
    ".",
    "?",
    "(",
    "-",
]
replies = st.lists(st.sampled_from(PARTS), min_size=1, max_size=8).map(" ".join)


@pytest.mark.parametrize("rule", RULES, ids=[rule.__name__ for rule in RULES])
@given(reply=replies)
def test_no_rule_blocks_a_templates_own_words(rule: Rule, reply: str) -> None:
    own = template(reply)
    found = list(rule(own.rendered_reply, context(template=own)))
    assert not [finding for finding in found if finding.severity is Severity.BLOCK]


@given(amounts, st.sampled_from(["over", "above", "from", "at least", "more than"]))
def test_what_is_free_above_an_amount_is_not_free_under_it(amount: int, limit: str) -> None:
    there = context(reply=f"Orders {limit} €{amount} ship free.")
    assert list(turned_limits(f"Orders under €{amount} ship free.", there))
    assert not list(turned_limits(f"Orders of at least €{amount} ship free.", there))


@given(
    st.integers(min_value=0, max_value=23),
    st.integers(min_value=0, max_value=59),
    st.sampled_from(["at {h}:{m:02}", "at {h:02}.{m:02}", "at {h:02}:{m:02}", "until {h}.{m:02}"]),
)
def test_a_time_of_day_is_the_same_in_any_form(hour: int, minute: int, form: str) -> None:
    there = context(reply=f"It opens at {hour}:{minute:02} and that is it.")
    assert not fact_findings(f"It is {form.format(h=hour, m=minute)} then.", there)


@given(amounts, st.sampled_from(["{} times", "{} times a week"]))
def test_how_often_is_never_taken_from_another_number(count: int, form: str) -> None:
    there = context(reply=f"We have {count} shops and {count} bags.")
    assert fact_findings(f"It comes {form.format(count)}.", there, "grounding.unsupported_number")


@given(st.integers(min_value=1, max_value=999), st.integers(min_value=0, max_value=999))
def test_thousands_are_the_same_with_any_separator(thousands: int, rest: int) -> None:
    there = context(reply=f"It costs €{thousands * 1000 + rest} here.")
    for separator in (",", ".", " "):
        assert not fact_findings(f"It costs €{thousands}{separator}{rest:03} here.", there)
