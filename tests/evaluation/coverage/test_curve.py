"""The curve finds again what trials were drawn from."""

from __future__ import annotations

import numpy as np
import pytest

from replyassist.evaluation.coverage.curve import fitted, growth, interval
from replyassist.evaluation.coverage.trials import Trial

TEMPLATES, QUESTIONS = 40, 12


def drawn(*, slope: float, seed: int = 0) -> tuple[list[Trial], np.ndarray]:
    draw = np.random.default_rng(seed)
    levels = draw.normal(0.2, 0.8, TEMPLATES)
    trials = []
    for template in range(TEMPLATES):
        for question in range(QUESTIONS):
            known = question % 6
            share = 1 / (1 + np.exp(-(levels[template] + slope * float(growth(known)))))
            found = template if draw.random() < share else (template + 1) % TEMPLATES
            trials.append(Trial(template, question, known, found, known == 5))
    return trials, levels


@pytest.mark.parametrize("slope", [0.5, 0.8, 1.2])
def test_share_and_gain_of_the_whole_are_found_again(slope: float) -> None:
    trials, levels = drawn(slope=slope)
    curve = fitted(trials, templates=TEMPLATES)
    true = [float(np.mean(1 / (1 + np.exp(-(levels + slope * float(growth(known))))))) for known in (5, 8)]
    now, more = (curve.of_all(np.full(TEMPLATES, known)) for known in (5, 8))

    assert float(now.mean()) == pytest.approx(true[0], abs=0.06)
    assert interval(now, n=1).low <= float(now.mean()) <= interval(now, n=1).high
    assert float((more - now).mean()) == pytest.approx(true[1] - true[0], abs=0.015)


def test_the_interval_of_most_templates_holds_the_true_share() -> None:
    trials, levels = drawn(slope=0.8)
    curve = fitted(trials, templates=TEMPLATES)
    inside = []
    for template in range(TEMPLATES):
        found = interval(curve.shares(template, 5), n=1)
        inside.append(found.low <= 1 / (1 + np.exp(-(levels[template] + 0.8 * float(growth(5))))) <= found.high)

    assert np.mean(inside) >= 0.85


def test_a_template_that_was_never_tried_is_told_from_the_others_and_less_surely() -> None:
    trials, _ = drawn(slope=0.8)
    curve = fitted(trials, templates=TEMPLATES + 1)
    tried, untried = (interval(curve.shares(number, 5), n=1) for number in (0, TEMPLATES))

    assert untried.high - untried.low > tried.high - tried.low
    assert abs(untried.value - interval(curve.of_all(np.full(TEMPLATES + 1, 5)), n=1).value) < 0.1


def test_without_any_trial_nearly_everything_is_possible() -> None:
    found = interval(fitted([], templates=3).shares(0, 0), n=0)

    assert found.low < 0.25
    assert found.high > 0.75


def test_asking_the_same_again_makes_nothing_surer() -> None:
    trials, _ = drawn(slope=0.8)
    once, often = (fitted(trials * times, templates=TEMPLATES) for times in (1, 5))

    assert once.level.std() == pytest.approx(often.level.std())


def test_the_first_way_of_asking_is_worth_most() -> None:
    steps = np.diff(growth(np.arange(6)))

    assert (float(growth(0)), float(growth(1))) == (0.0, 1.0)
    assert (np.diff(steps) < 0).all()
