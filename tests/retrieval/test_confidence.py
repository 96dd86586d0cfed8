from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from replyassist.core.errors import InvalidInput
from replyassist.retrieval.confidence import (
    ANSWERABLE_SIGNALS,
    ENOUGH,
    MOST_PARTS,
    RIGHT_SIGNALS,
    Calibration,
    Head,
    Signals,
    best_and_lead,
    case_weights,
    expected_calibration_error,
    fit_calibration,
    held_out_probabilities,
    signals_of,
)
from replyassist.retrieval.learnt import Usual
from replyassist.retrieval.ranking import LOOKED_AT, Ranking

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
    answerable=Head(means=(0.0,) * 4, scales=(1.0,) * 4, weights=(1.0, 1.0, 0.0, 0.0), bias=0.0, cases=7),
    right=Head(means=(0.0,) * 2, scales=(1.0,) * 2, weights=(1.0, 0.0), bias=1.0, cases=7),
)


def fitted(
    *, rows: slice = slice(None), right: np.ndarray = RIGHT, in_scope: np.ndarray = IN_SCOPE, encoder: str = "e"
) -> Calibration:
    return fit_calibration(
        SIGNALS[rows], right=right[rows], in_scope=in_scope[rows], weights=EVEN[rows], before=BEFORE, encoder=encoder
    )


def ranking(*totals: float) -> Ranking:
    scores = np.array(totals, dtype=np.float32)
    return Ranking(total=scores, features=scores[:, None], entry=np.arange(len(totals)), cosine=scores)


def signals(
    *totals: float,
    chosen: tuple[int, ...] = (0,),
    allowed: list[bool] | None = None,
    usual: Usual | None = None,
    elsewhere: float = 0.0,
    parts: int = 1,
) -> Signals:
    return signals_of(
        ranking(*totals),
        allowed=np.array(allowed or [True] * len(totals)),
        chosen=np.array(chosen),
        usual=usual or Usual(),
        elsewhere=elsewhere,
        parts=parts,
    )


def answerable(found: Signals, name: str) -> float:
    return float(found.answerable[ANSWERABLE_SIGNALS.index(name)])


def share(found: Signals, *, of: int = 0) -> float:
    return float(found.right[of, RIGHT_SIGNALS.index("share")])


class TestSignals:
    def test_how_good_the_totals_are_and_how_far_the_first_leads(self) -> None:
        best, lead = best_and_lead(ranking(3.0, 1.0, 2.0), allowed=np.array([True] * 3))

        assert best == pytest.approx(np.log(np.exp([3.0, 1.0, 2.0]).sum()))
        assert lead == pytest.approx(1.5)

    def test_the_lead_is_over_those_that_were_looked_at(self) -> None:
        found = signals(*[3.0] + [1.0] * (LOOKED_AT - 1) + [-100.0] * 50)

        assert answerable(found, "lead") == pytest.approx(2.0)

    def test_both_are_less_what_is_usual_for_messages_from_elsewhere(self) -> None:
        totals = [3.0] + [1.0] * (ENOUGH - 1)
        plain, above = signals(*totals), signals(*totals, usual=Usual(best=2.0, lead=0.5))

        assert plain.answerable - above.answerable == pytest.approx([2.0, 0.5, 0.0, 0.0])

    def test_the_nearest_message_from_elsewhere_and_the_parts_are_told(self) -> None:
        found = signals(3.0, elsewhere=0.4, parts=MOST_PARTS + 3)

        assert answerable(found, "elsewhere") == 0.4
        assert answerable(found, "parts") == found.right[0, RIGHT_SIGNALS.index("parts")] == MOST_PARTS

    def test_a_template_has_its_share_of_the_odds(self) -> None:
        found = signals(2.0, 1.0, 0.0, *[-50.0] * ENOUGH, chosen=(0, 2))

        assert share(found) == pytest.approx(2.0 - np.log(np.exp(1.0) + 1.0), abs=1e-4)
        assert share(found, of=1) == pytest.approx(-np.log(np.exp(2.0) + np.exp(1.0)), abs=1e-4)

    def test_a_rival_that_may_not_be_used_here_does_not_count(self) -> None:
        found, alone = signals(1.2, 1.15, allowed=[True, False]), signals(1.2)

        assert np.array_equal(found.answerable, alone.answerable)
        assert np.array_equal(found.right, alone.right)

    def test_a_lone_template_is_compared_with_what_is_usual_for_messages_from_elsewhere(self) -> None:
        found = signals(5.0, usual=Usual(best=3.0))

        assert [answerable(found, name) for name in ("best", "lead")] == pytest.approx([2.0, 2.0])
        assert share(found) == pytest.approx(2.0, abs=1e-4)

    def test_fewer_templates_are_held_to_answer_fewer_messages(self) -> None:
        shifts = [signals(*[1.0] * count).shift for count in (1, 2, 4, ENOUGH, 3 * ENOUGH)]

        assert shifts == sorted(shifts)
        assert shifts[-2:] == pytest.approx([0.0, 0.0])
        lone = BEFORE.probabilities([signals(1.0)])
        assert lone < BEFORE.probabilities([replace(signals(1.0), shift=0.0)])


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

    def test_a_signal_that_never_changes_weighs_nothing(self) -> None:
        rows = [Signals(np.append(each.answerable[:3], 1.0), each.right) for each in SIGNALS]
        found = fit_calibration(rows, right=RIGHT, in_scope=IN_SCOPE, weights=EVEN, before=BEFORE, encoder="e")

        assert found.answerable.weights[3] == 0.0
        assert np.isfinite(found.probabilities(rows)).all()

    @pytest.mark.parametrize("right", [[True] * 40, [False] * 40, [True, False] * 14])
    def test_too_few_cases_or_only_one_kind_cannot_be_fitted(self, right: list[bool]) -> None:
        found = np.array(right)

        with pytest.raises(InvalidInput, match="at least 30"):
            fitted(rows=slice(len(right)), right=found, in_scope=found)


def test_overconfidence_is_an_error_and_honesty_is_none() -> None:
    assert expected_calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0)
    assert expected_calibration_error([1.0] * 10, [True] * 6 + [False] * 4) == pytest.approx(0.4)


def test_cases_out_of_scope_get_a_fifth_of_the_weight_however_few_they_are() -> None:
    weights = case_weights(np.array([True] * 99 + [False]))

    assert weights.sum() == pytest.approx(1)
    assert weights[-1] == pytest.approx(0.2)
    assert case_weights(np.array([True, True])).tolist() == [0.5, 0.5]
