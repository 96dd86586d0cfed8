"""How the share of right templates grows with the ways of asking that a template knows: for each, and for new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replyassist.evaluation.statistics import Interval

from .trials import Trial

Numbers = NDArray[np.float64]
# Seen on brands made of development sets: banking77 train, clinc150 train and val, bitext, hwu64, vira.
HALF = 2.0  # ways; with 1, .5 or .25, or a root or a fraction for the logarithm, share and gain are told no better
LEVEL, SLOPE = (0.5, 1.0), (0.8, 0.4)  # log-odds, mean and spread before anything of the brand itself is measured
SPREADS = (0.4, 0.7, 1.0, 1.4, 2.0)  # between templates, in log-odds: the likeliest is taken
SAMPLES = 1000
STEPS = 50


def growth(known: NDArray[np.int64] | int) -> Numbers:
    """What so many ways of asking are worth, in units of the slope: nothing 0, the first 1, the next ones less."""
    return np.asarray(np.log1p(np.asarray(known) / HALF) / np.log1p(1 / HALF), dtype=np.float64)


@dataclass(frozen=True)
class Curve:
    """Draws from what the trials leave open: a ``level`` and a ``slope`` each, and by template its distance from it.

    ``level`` and ``slope`` (draws,), ``own`` (draws, templates). A template that was never tried has the spread
    between the others.
    """

    level: Numbers
    slope: Numbers
    own: Numbers

    def shares(self, template: int, known: int) -> Numbers:
        """Share of a template's messages that find it when it knows so many ways of asking, one for each draw."""
        return _share(self.level + self.own[:, template] + self.slope * growth(known))

    def of_all(self, known: NDArray[np.int64]) -> Numbers:
        """Mean share over all templates, each weighing the same; ``known`` (templates,), one for each draw."""
        return np.asarray(_share((self.level[:, None] + self.own) + self.slope[:, None] * growth(known)).mean(axis=1))


def interval(draws: Numbers, *, n: int) -> Interval:
    """The mean of some draws and where 95 % of them lie; ``n``: questions behind it."""
    low, high = np.quantile(draws, (0.025, 0.975))
    return Interval(round(float(draws.mean()), 4), round(float(low), 4), round(float(high), 4), n)


def fitted(trials: Sequence[Trial], *, templates: int, seed: int = 0) -> Curve:
    """Logistic regression on the known ways with a level of its own for each template, drawn to the common one.

    Posterior by Laplace's approximation (Tierney and Kadane 1986), the spread between templates by its evidence. A
    question that was asked again at the same number of known ways tells nothing new and weighs less. Without trials,
    what was seen elsewhere.
    """
    asked = sorted({trial.template for trial in trials})
    place = {number: at for at, number in enumerate(asked)}
    times = Counter((trial.template, trial.question, trial.known) for trial in trials)
    seen = _Seen(
        own=np.array([place[trial.template] for trial in trials], dtype=np.int64),
        grown=growth(np.array([trial.known for trial in trials], dtype=np.int64)),
        right=np.array([trial.is_right for trial in trials], dtype=np.float64),
        weight=np.array([1.0 / times[trial.template, trial.question, trial.known] for trial in trials]),
        count=len(asked),
    )
    spread, peak = max(((spread, _peak(seen, spread)) for spread in SPREADS), key=lambda found: found[1].evidence)
    draw = np.random.default_rng(seed)
    common = np.linalg.solve(np.linalg.cholesky(peak.schur).T, draw.standard_normal((2, SAMPLES))).T
    every = spread * draw.standard_normal((SAMPLES, templates))
    every[:, asked] *= 1.0 / (spread * np.sqrt(peak.diagonal))
    every[:, asked] += peak.own - (common @ peak.coupling) / peak.diagonal
    return Curve(peak.common[0] + common[:, 0], peak.common[1] + common[:, 1], every)


@dataclass(frozen=True)
class _Seen:
    """Trials as arrays of shape (trials,); ``own`` counts the ``count`` templates that were asked."""

    own: NDArray[np.int64]
    grown: Numbers
    right: Numbers
    weight: Numbers
    count: int

    def by_template(self, values: Numbers) -> Numbers:
        return np.bincount(self.own, weights=values, minlength=self.count).astype(np.float64)


@dataclass(frozen=True)
class _Peak:
    """The likeliest level and slope (``common``) and distances (``own``), and how narrow the peak is.

    Its precision is an arrow: ``diagonal`` (templates,) between the distances, ``coupling`` (2, templates) to level and
    slope, and ``schur`` (2, 2) what is left of theirs.
    """

    common: Numbers
    own: Numbers
    diagonal: Numbers
    coupling: Numbers
    schur: Numbers
    evidence: float


def _peak(seen: _Seen, spread: float) -> _Peak:
    """By Newton's method; all is concave."""
    before = np.array([LEVEL[0], SLOPE[0]])
    tightness = np.array([LEVEL[1], SLOPE[1]]) ** -2
    common, own = before.copy(), np.zeros(seen.count)
    for _ in range(STEPS):
        share = _share(common[0] + common[1] * seen.grown + own[seen.own])
        error, curved = seen.weight * (seen.right - share), seen.weight * share * (1 - share)
        steepness = np.array([error.sum(), (error * seen.grown).sum()]) - tightness * (common - before)
        own_steepness = seen.by_template(error) - own / spread**2
        diagonal = seen.by_template(curved) + spread**-2
        coupling = np.stack([seen.by_template(curved), seen.by_template(curved * seen.grown)])
        moments = [(curved * seen.grown**power).sum() for power in range(3)]
        corner = np.array([moments[:2], moments[1:]]) + np.diag(tightness)
        schur = corner - (coupling / diagonal) @ coupling.T
        step = np.linalg.solve(schur, steepness - coupling @ (own_steepness / diagonal))
        own_step = (own_steepness - step @ coupling) / diagonal
        common, own = common + step, own + own_step
        if max(np.abs(step).max(), np.abs(own_step).max(initial=0.0)) < 1e-6:
            break
    odds = common[0] + common[1] * seen.grown + own[seen.own]
    fit = float((seen.weight * (seen.right * odds - np.logaddexp(0.0, odds))).sum())
    fit -= 0.5 * float((tightness * (common - before) ** 2).sum() + (own**2).sum() / spread**2)
    size = np.linalg.slogdet(schur)[1] + float(np.log(diagonal).sum()) + 2 * seen.count * float(np.log(spread))
    return _Peak(common, own, diagonal, coupling, schur, fit - 0.5 * float(size))


def _share(odds: Numbers) -> Numbers:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30))))
