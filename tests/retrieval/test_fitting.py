from __future__ import annotations

import numpy as np
import pytest

from replyassist.core.errors import InvalidInput
from replyassist.retrieval.confidence import Calibration, Head, Signals, expected_calibration_error
from replyassist.retrieval.fitting import (
    FEWEST_CASES,
    answerable_head,
    case_weights,
    fit_calibration,
    held_out_probabilities,
    right_head,
)

RANDOM = np.random.default_rng(7)
COUNT = 2000
ROWS = RANDOM.normal(0, 1, (COUNT, 4))
SHARES = RANDOM.normal(0, 1, (COUNT, 2))
IN_SCOPE = RANDOM.uniform(size=COUNT) < 1 / (1 + np.exp(-(2 * ROWS[:, 0] + 0.5)))
RIGHT = IN_SCOPE & (RANDOM.uniform(size=COUNT) < 1 / (1 + np.exp(-(2 * SHARES[:, 0] + 0.5))))
SIGNALS = [Signals(answerable=row, right=share[None]) for row, share in zip(ROWS, SHARES, strict=True)]
EVEN = np.full(COUNT, 1 / COUNT)
BEFORE = Calibration(
    encoder="before",
    scores="those",
    answerable=Head(means=(0.0,) * 4, scales=(1.0,) * 4, weights=(1.0, 1.0, 0.0, 0.0), bias=0.0, cases=7),
    right=Head(means=(0.0,) * 2, scales=(1.0,) * 2, weights=(1.0, 0.0), bias=1.0, cases=7),
)


def fitted(
    *, rows: slice = slice(None), right: np.ndarray = RIGHT, in_scope: np.ndarray = IN_SCOPE, encoder: str = "e"
) -> Calibration:
    return fit_calibration(
        SIGNALS[rows], right=right[rows], in_scope=in_scope[rows], weights=EVEN[rows], before=BEFORE, encoder=encoder
    )


def distance(one: Head, other: Head) -> float:
    """How far the sureness of both is apart, on the mean."""
    return float(np.abs(one.probabilities(ROWS) - other.probabilities(ROWS)).mean())


class TestFit:
    def test_what_is_stated_comes_true_that_often(self) -> None:
        held_out = held_out_probabilities(SIGNALS, right=RIGHT, in_scope=IN_SCOPE, weights=EVEN, before=BEFORE)

        assert expected_calibration_error(fitted().probabilities(SIGNALS), RIGHT) < 0.03
        assert expected_calibration_error(held_out, RIGHT) < 0.04

    def test_each_head_learns_its_own_question(self) -> None:
        found = fitted()

        assert expected_calibration_error(found.answerable.probabilities(ROWS), IN_SCOPE) < 0.05
        assert expected_calibration_error(found.right.probabilities(SHARES[IN_SCOPE]), RIGHT[IN_SCOPE]) < 0.05
        assert (found.answerable.cases, found.right.cases) == (COUNT, int(IN_SCOPE.sum()))
        assert found.encoder == "e"

    def test_sureness_is_that_any_answers_times_that_this_one_does(self) -> None:
        found = fitted().probabilities(SIGNALS[:5])

        both = fitted().answerable.probabilities(ROWS[:5]) * fitted().right.probabilities(SHARES[:5])
        assert found == pytest.approx(both)

    def test_a_head_that_the_cases_say_nothing_about_stays(self) -> None:
        all_answered, all_right = fitted(in_scope=np.ones(COUNT, dtype=np.bool_)), fitted(right=IN_SCOPE)

        assert (all_answered.answerable, all_answered.right != BEFORE.right) == (BEFORE.answerable, True)
        assert (all_right.right, all_right.answerable != BEFORE.answerable) == (BEFORE.right, True)

    def test_from_nothing_it_is_fitted_as_well_and_a_signal_that_never_changes_weighs_nothing(self) -> None:
        rows = [Signals(np.append(each.answerable[:3], 1.0), each.right) for each in SIGNALS]
        answerable = answerable_head(rows, in_scope=IN_SCOPE, weights=EVEN)
        right = right_head(rows, right=RIGHT, in_scope=IN_SCOPE, weights=EVEN)

        assert answerable is not None
        assert right is not None
        assert answerable.weights[3] == 0.0
        found = BEFORE.model_copy(update={"answerable": answerable, "right": right}).probabilities(rows)
        assert expected_calibration_error(found, RIGHT) < 0.03

    def test_few_cases_move_it_less_than_a_fit_from_nothing_and_many_as_far(self) -> None:
        moved = {}
        for count in (FEWEST_CASES, COUNT):
            rows = slice(count)
            found = fitted(rows=rows).answerable
            alone = answerable_head(SIGNALS[rows], in_scope=IN_SCOPE[rows], weights=EVEN[rows])
            assert alone is not None
            moved[count] = distance(found, BEFORE.answerable) / distance(alone, BEFORE.answerable)

        assert 0 < moved[FEWEST_CASES] < 0.8
        assert moved[COUNT] == pytest.approx(1.0, abs=0.05)

    def test_where_cases_say_what_was_known_it_stays_near(self) -> None:
        known = fitted()
        again = fit_calibration(SIGNALS, right=RIGHT, in_scope=IN_SCOPE, weights=EVEN, before=known, encoder="e")

        assert distance(again.answerable, known.answerable) < 0.01

    @pytest.mark.parametrize("right", [[True] * 40, [False] * 40, [True, False] * 14])
    def test_too_few_cases_or_only_one_kind_cannot_be_fitted(self, right: list[bool]) -> None:
        found = np.array(right)

        with pytest.raises(InvalidInput, match="at least 30"):
            fitted(rows=slice(len(right)), right=found, in_scope=found)


def test_cases_out_of_scope_get_a_fifth_of_the_weight_however_few_they_are() -> None:
    weights = case_weights(np.array([True] * 99 + [False]))

    assert weights.sum() == pytest.approx(1)
    assert weights[-1] == pytest.approx(0.2)
    assert case_weights(np.array([True, True])).tolist() == [0.5, 0.5]
