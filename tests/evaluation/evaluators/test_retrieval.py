"""Ranks, abstention and routes of one case."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.evaluation.evaluators.retrieval import Abstention, Retrieval, Routing
from replyassist.triage import Route

from ..labelled import case, matches, outcome, proposal

RIGHT = "shipping-abroad"


@pytest.mark.parametrize(
    ("ranked", "hit_at_1", "hit_at_3", "reciprocal"),
    [
        ((RIGHT, "b"), True, True, 1.0),
        (("a", "b", RIGHT), False, True, 1 / 3),
        (("a", "b", "c", RIGHT), False, False, 0.25),
        (("a",), False, False, 0.0),
        ((), False, False, 0.0),
    ],
)
def test_the_rank_of_the_right_template_counts(
    ranked: tuple[str, ...], hit_at_1: bool, hit_at_3: bool, reciprocal: float
) -> None:
    values = Retrieval().evaluate(outcome(proposal(templates=matches(*ranked))))

    assert (values["hit_at_1"], values["hit_at_3"]) == (hit_at_1, hit_at_3)
    assert values["reciprocal_rank"] == pytest.approx(reciprocal)
    assert values["best_score"] == (0.9 if ranked else 0.0)


def test_another_right_template_is_as_good() -> None:
    twofold = case(expected={"also_template_ids": ["shipping-cost"]})

    assert Retrieval().evaluate(outcome(proposal(templates=matches("shipping-cost")), of=twofold))["hit_at_1"] is True


def test_a_case_out_of_scope_has_a_score_and_no_rank() -> None:
    values = Retrieval().evaluate(outcome(proposal(templates=matches("a")), of=case(expected={"template_id": None})))

    assert sorted(values) == ["answerable", "best_score", "encode_ms", "search_ms"]


@pytest.mark.parametrize(
    ("template_id", "abstained", "found", "right"),
    [
        (RIGHT, False, RIGHT, True),
        (RIGHT, False, "a", False),
        (RIGHT, True, RIGHT, False),
        (None, True, "a", True),
        (None, False, "a", False),
    ],
)
def test_only_what_a_template_answers_should_be_answered(
    template_id: str | None, abstained: bool, found: str, right: bool
) -> None:
    made = proposal(templates=matches(found), abstained=abstained)

    values = Abstention().evaluate(outcome(made, of=case(expected={"template_id": template_id})))

    assert values == {"abstention": "abstained" if abstained else "answered", "right_or_abstained": right}


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        (None, {"route": "escalate"}),
        ("escalate", {"route": "escalate", "route_right": True}),
        ("draft", {"route": "escalate", "route_right": False}),
    ],
)
def test_a_route_is_judged_where_one_is_labelled(expected: str | None, values: dict[str, Any]) -> None:
    made = proposal("", route=Route.ESCALATE)

    assert Routing().evaluate(outcome(made, of=case(expected={"route": expected}))) == values
