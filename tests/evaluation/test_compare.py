"""Two runs on the same cases: what became better or worse, and whether chance could have done it."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.compare import Comparison, MeasureDifference, compare
from replyassist.evaluation.record import EvaluationRun
from tests.evaluation.builders import result, run


def assertions(name: str, values: list[bool]) -> EvaluationRun:
    return run(*(result(number, assertions={name: value}) for number, value in enumerate(values)))


def scores(name: str, values: list[float]) -> EvaluationRun:
    return run(*(result(number, scores={name: value}) for number, value in enumerate(values)))


def measure(comparison: Comparison, name: str) -> MeasureDifference:
    return next(difference for difference in comparison.measures if difference.measure == name)


def test_a_rate_that_fell_in_many_cases_is_significantly_worse() -> None:
    before, after = [True] * 30, [False] * 12 + [True] * 18

    found = measure(compare(assertions("grounded", before), assertions("grounded", after)), "grounded")

    assert (found.won, found.lost, found.tied) == (0, 12, 18)
    assert found.difference.value == pytest.approx(-0.4)
    assert found.difference.high < 0
    assert found.p_value == pytest.approx(2 * 0.5**12)
    assert found.effect_name == "cohens_h"
    assert found.is_worse


def test_a_few_cases_each_way_are_no_difference() -> None:
    before, after = [True, False] * 10, [False, True] + [True, False] * 9

    found = measure(compare(assertions("grounded", before), assertions("grounded", after)), "grounded")

    assert (found.won, found.lost) == (1, 1)
    assert found.p_value == 1.0
    assert not found.is_worse
    assert not found.is_better


def test_a_score_is_compared_by_the_mean_of_its_pairs() -> None:
    before = [number / 40 for number in range(40)]
    after = [value + 0.05 + 0.001 * (number % 3) for number, value in enumerate(before)]

    found = measure(compare(scores("chrf", before), scores("chrf", after)), "chrf")

    assert found.is_better
    assert found.difference.low > 0.04
    assert found.effect_name == "cohens_d"


def test_more_seconds_are_worse_not_better() -> None:
    before, after = [1.0 + number / 100 for number in range(30)], [2.0 + number / 50 for number in range(30)]

    found = measure(compare(scores("seconds", before), scores("seconds", after)), "seconds")

    assert found.is_worse
    assert found.lost == 30


def test_the_worst_regressions_come_first() -> None:
    comparison = compare(scores("chrf", [0.9, 0.8, 0.7]), scores("chrf", [0.1, 0.7, 0.9]))

    found = measure(comparison, "chrf")

    assert [(movement.case_id, movement.before, movement.after) for movement in found.regressions] == [
        ("c0", 0.9, 0.1),
        ("c1", 0.8, 0.7),
    ]


def test_a_case_that_now_fails_altogether_counts_as_lost() -> None:
    before = run(result(1), result(2))
    after = run(result(1), result(2, proposal=None, error="the model is away"))

    assert measure(compare(before, after), "completed").lost == 1


def test_several_measures_share_the_chance_of_a_false_alarm() -> None:
    names = [f"measure-{number}" for number in range(10)]
    before = run(*(result(number, assertions=dict.fromkeys(names, True)) for number in range(6)))
    after = run(*(result(number, assertions=dict.fromkeys(names, False)) for number in range(6)))

    found = measure(compare(before, after), "measure-0")

    assert found.p_value == pytest.approx(0.03125)
    assert found.p_adjusted > 0.05


def test_runs_of_other_cases_are_refused_unless_that_is_wanted() -> None:
    before, after = run(result(1), result(2)), run(result(2), result(3), dataset_digest="cases-2")

    with pytest.raises(InvalidInput, match="different cases"):
        compare(before, after)
    comparison = compare(before, after, allow_different=True)
    assert comparison.pairs == 1
    assert (comparison.only_before, comparison.only_after) == (1, 1)


def test_runs_without_a_common_case_cannot_be_compared() -> None:
    with pytest.raises(InvalidInput, match="no case in common"):
        compare(run(result(1)), run(result(2)), allow_different=True)


def called_ready(*values: bool | None, **overrides: Any) -> EvaluationRun:
    """Cases whose draft is ready and right (True), ready and wrong (False), or not called ready (None)."""
    assertions = ({} if value is None else {"ready_right": value} for value in values)
    return run(*(result(number, assertions=made) for number, made in enumerate(assertions)), **overrides)


def test_what_ready_is_worth_is_compared_though_not_the_same_cases_are_ready() -> None:
    before, after = called_ready(*[True] * 30, *[None] * 10), called_ready(*[True] * 30, *[False] * 10)

    found = measure(compare(before, after), "ready_right")

    assert (found.before, found.after, found.test) == (1.0, 0.75, "randomisation")
    assert (found.won, found.lost, found.tied) == (0, 10, 30)
    assert found.p_adjusted == found.p_value == 2 / 2**10
    assert found.is_worse
    assert [movement.case_id for movement in found.regressions] == ["c30", "c31", "c32", "c33", "c34"]


def test_a_run_that_calls_nothing_ready_has_no_share_to_compare() -> None:
    comparison = compare(called_ready(True, True), called_ready(None, None))

    assert "ready_right" not in [found.measure for found in comparison.measures]


def test_runs_with_different_voices_say_so() -> None:
    before = called_ready(True, voice_digests={"a": "1" * 64, "b": "2" * 64}, voice_sources={"a": "the database"})
    after = called_ready(True, voice_digests={"a": "3" * 64, "b": "2" * 64}, voice_sources={"a": "new.yaml"})

    (found,) = compare(before, after).other_voices

    assert (found.brand, found.before, found.after) == (
        "a",
        "1" * 12 + " from the database",
        "3" * 12 + " from new.yaml",
    )
    assert compare(before, before).other_voices == ()
