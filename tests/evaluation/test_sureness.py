"""What the numbers of the reliability picture and of the choice of a threshold say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.evaluation.sureness import (
    BINS,
    Sureness,
    choice,
    coverage_curve,
    reliability,
    sureness_by_brand,
    sureness_of,
)
from tests.evaluation.builders import case, result

MESSAGES = st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.booleans()), min_size=1, max_size=60)


def sureness(*messages: tuple[float, bool, bool]) -> Sureness:
    stated, right, in_scope = zip(*messages, strict=True)
    return Sureness(np.array(stated, float), np.array(right, bool), np.array(in_scope, bool))


SAMPLE = sureness((0.95, True, True), (0.9, True, True), (0.6, False, True), (0.5, False, False), (0.1, True, True))


def test_a_case_counts_with_its_first_template_and_one_without_an_answer_does_not() -> None:
    results = [
        result(1, scores={"best_score": 0.8}, assertions={"hit_at_1": True}),
        result(2, case=case(2, expected={"template_id": None}), scores={"best_score": 0.3}),
        result(3, proposal=None, error="the model is away"),
    ]
    found = sureness_of(results)

    assert found.stated.tolist() == [0.8, 0.3]
    assert found.right.tolist() == found.in_scope.tolist() == [True, False]


def test_brands_are_told_apart() -> None:
    results = [
        result(number, case=case(number, brand=brand), scores={"best_score": 0.5})
        for number, brand in enumerate(["harbour", "fernhill", "harbour"])
    ]

    assert {brand: len(found.stated) for brand, found in sureness_by_brand(results).items()} == {
        "fernhill": 1,
        "harbour": 2,
    }


def test_a_bin_shows_the_share_of_right_ones_with_its_interval() -> None:
    found = reliability(sureness(*[(0.81, number < 3, True) for number in range(4)], (0.2, False, False)))

    assert [(part.low, part.high) for part in found] == [(3 / BINS, 4 / BINS), (12 / BINS, 13 / BINS)]
    assert found[1].stated == pytest.approx(0.81)
    assert (found[1].right.value, found[1].right.n) == (0.75, 4)
    assert found[1].right.low < 0.75 < found[1].right.high


def test_one_is_in_the_last_bin() -> None:
    assert reliability(sureness((1.0, True, True)))[0].high == 1.0


def test_a_threshold_shows_what_it_costs_and_gives() -> None:
    found = choice(SAMPLE, 0.5)

    assert (found.messages, found.drafted, found.answered_outside, found.declined_inside) == (5, 4, 1, 1)
    assert found.right is not None
    assert found.right.value == 0.5


def test_a_threshold_that_nothing_reaches_has_no_share_of_right_ones() -> None:
    found = choice(SAMPLE, 0.99)

    assert (found.drafted, found.right) == (0, None)


def test_the_curve_goes_from_the_surest_message_to_all() -> None:
    found = coverage_curve(SAMPLE)

    assert [(round(point.drafted, 2), round(point.right, 2)) for point in found] == [
        (0.2, 1.0),
        (0.4, 1.0),
        (0.6, 0.67),
        (0.8, 0.5),
        (1.0, 0.6),
    ]


def test_messages_of_equal_sureness_are_one_point() -> None:
    assert len(coverage_curve(sureness((0.5, True, True), (0.5, False, True)))) == 1


def test_without_messages_there_is_nothing_to_show() -> None:
    empty = Sureness(np.zeros(0), np.zeros(0, bool), np.zeros(0, bool))

    assert (reliability(empty), coverage_curve(empty), empty.calibration_error) == ([], [], 0.0)


@given(MESSAGES)
def test_the_bins_hold_every_message_and_give_the_calibration_error(messages: list[tuple[float, bool, bool]]) -> None:
    given_messages = sureness(*messages)
    found = reliability(given_messages)
    gaps = sum(part.right.n * abs(part.stated - part.right.value) for part in found)

    assert sum(part.right.n for part in found) == len(messages)
    assert gaps / len(messages) == pytest.approx(given_messages.calibration_error, abs=1e-9)


@given(MESSAGES)
def test_every_point_of_the_curve_is_what_its_threshold_does(messages: list[tuple[float, bool, bool]]) -> None:
    given_messages = sureness(*messages)
    for point in coverage_curve(given_messages):
        found = choice(given_messages, point.threshold)
        assert found.right is not None
        assert (found.drafted / len(messages), found.right.value) == pytest.approx((point.drafted, point.right))
