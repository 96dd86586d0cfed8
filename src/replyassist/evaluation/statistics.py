"""Intervals, paired tests, effect sizes and agreement: how sure a measured difference is.

scipy.stats, which takes a second to load, is loaded where it is called: every command imports this file.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Z_95 = NormalDist().inv_cdf(0.975)
CONFIDENCE = 0.95
RESAMPLES = 2000  # the bounds of a percentile bootstrap settle to two digits at about this many (Efron 1987)
SEED = 0
ACCELERATE_UP_TO = 1000  # BCa needs n x n memory for its jackknife; past this the percentile bounds are as good
PERMUTATIONS = 9999  # a p-value of 1/10,000 at the least; with up to 13 pairs every sign is counted instead


@dataclass(frozen=True)
class Interval:
    """A measured value with the bounds of its 95 % confidence interval, from ``n`` cases."""

    value: float
    low: float
    high: float
    n: int


def proportion_interval(successes: int, n: int) -> Interval:
    """A share of cases, with Wilson's score interval (Wilson 1927; recommended by Newcombe 1998).

    It stays within 0 and 1, and none of ten is not certainly none. Raises ValueError without cases.
    """
    if n <= 0:
        raise ValueError("a share of no cases")
    share = successes / n
    centre = share + Z_95**2 / (2 * n)
    spread = Z_95 * math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n))
    scale = 1 + Z_95**2 / n
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return Interval(share, min(share, max(0.0, low)), max(share, min(1.0, high)), n)


def bootstrap_interval(values: Sequence[float], *, resamples: int = RESAMPLES) -> Interval:
    """The mean of the values with its bootstrap interval (BCa: Efron 1987; percentile for more than 1,000 values).

    Values that are all alike have no spread to resample, and get an interval of width 0: for a yes-or-no measure use
    ``proportion_interval``. Raises ValueError without values.
    """
    if not len(values):
        raise ValueError("the mean of no values")
    sample = np.asarray(values, dtype=np.float64)
    mean = float(sample.mean())
    if len(sample) == 1 or np.ptp(sample) == 0.0:
        return Interval(mean, mean, mean, len(sample))
    method = "BCa" if len(sample) <= ACCELERATE_UP_TO else "percentile"
    low, high = _resampled(sample, method, resamples=resamples)
    if math.isnan(low) or math.isnan(high):
        low, high = _resampled(sample, "percentile", resamples=resamples)
    return Interval(mean, min(low, mean), max(high, mean), len(sample))


def paired_bootstrap(a: Sequence[float], b: Sequence[float]) -> Interval:
    """The mean of ``b - a`` over pairs, with its bootstrap interval (cases are resampled, never the runs).

    Raises ValueError when the lengths differ or are 0.
    """
    if len(a) != len(b):
        raise ValueError(f"pairs need equal lengths, not {len(a)} and {len(b)}")
    return bootstrap_interval([after - before for before, after in zip(a, b, strict=True)])


@dataclass(frozen=True)
class Shares:
    """Two shares over the same cases, each of its own denominator, and how sure their difference is."""

    before: float
    after: float
    difference: Interval
    p_value: float


def paired_shares(before: Sequence[bool | None], after: Sequence[bool | None]) -> Shares | None:
    """The share of True among what is not None, before and after; None where one side has nothing to count.

    A case may count on one side alone, so that no test of pairs fits. The p-value is two-sided, of a randomisation
    test that swaps the two values of a case (Edgington and Onghena 2007): exact for up to 13 cases that differ, else
    from 9,999 random swaps. The interval is a percentile bootstrap over cases.
    """
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if (old, new) != (None, None)]
    counts = np.array([[[v is True, v is not None] for v in pair] for pair in pairs], dtype=np.float64)
    if not pairs or not counts[:, :, 1].sum(axis=0).all():
        return None
    old, new = (float(value) for value in _shares_of(counts.sum(axis=0)))
    generator = np.random.default_rng(SEED)
    drawn = generator.integers(0, len(pairs), size=(RESAMPLES, len(pairs)))
    spread = _differences(np.array([counts[row].sum(axis=0) for row in drawn]))
    low, high = np.nanquantile(spread, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    interval = Interval(new - old, min(float(low), new - old), max(float(high), new - old), len(pairs))
    return Shares(old, new, interval, _swapped(counts, abs(new - old), generator))


def _swapped(counts: NDArray[np.float64], observed: float, generator: np.random.Generator) -> float:
    """The share of swaps whose difference is as large; a swap that leaves one side without a case counts as such."""
    moved = counts[(counts[:, 0] != counts[:, 1]).any(axis=1)]
    fixed = counts.sum(axis=0) - moved.sum(axis=0)
    exact = 2 ** len(moved) <= PERMUTATIONS
    if exact:
        swaps = (np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1
    else:
        swaps = generator.integers(0, 2, size=(PERMUTATIONS, len(moved)))
    kept, other = 1.0 - swaps, swaps.astype(np.float64)
    totals = np.stack(
        [np.tensordot(a, moved[:, 0], 1) + np.tensordot(b, moved[:, 1], 1) for a, b in ((kept, other), (other, kept))],
        axis=1,
    )
    differences = np.nan_to_num(np.abs(_differences(totals + fixed)), nan=np.inf)
    extreme = int(np.count_nonzero(differences >= observed - 1e-9))
    return extreme / len(swaps) if exact else (extreme + 1) / (PERMUTATIONS + 1)


def _shares_of(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Passed over counted (the last axis); not a number where nothing is counted."""
    with np.errstate(invalid="ignore"):
        return np.asarray(totals[..., 0] / totals[..., 1])


def _differences(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    shares = _shares_of(totals)
    return np.asarray(shares[..., 1] - shares[..., 0])


def mcnemar_exact(b01: int, b10: int) -> float:
    """Two-sided exact p-value of McNemar's test (1947): ``b01`` pairs went one way, ``b10`` the other."""
    if b01 + b10 == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(b01, b01 + b10, 0.5).pvalue)


def permutation_test(differences: Sequence[float]) -> float:
    """Two-sided p-value that the mean of paired differences is 0, by flipping signs (Fisher 1935, section 21).

    Exact for up to 13 differences that are not 0 (those never move the mean), else from 9,999 random flips.
    """
    moved = np.array([value for value in differences if value != 0.0], dtype=np.float64)
    if moved.size == 0:
        return 1.0
    observed = abs(float(moved.sum())) - 1e-9 * float(np.abs(moved).sum())
    if 2**moved.size <= PERMUTATIONS:
        signs = 1.0 - 2.0 * ((np.arange(2**moved.size)[:, None] >> np.arange(moved.size)) & 1)
        return float(np.mean(np.abs(signs @ moved) >= observed))
    generator = np.random.default_rng(SEED)
    extreme = 0
    for _ in range(9):
        signs = generator.integers(0, 2, size=(PERMUTATIONS // 9, moved.size)) * 2.0 - 1.0
        extreme += int(np.count_nonzero(np.abs(signs @ moved) >= observed))
    return (extreme + 1) / (PERMUTATIONS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for being several (Holm 1979), in their order: the chance of any false alarm stays 5 %."""
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda number: p_values[number])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def cohens_h(before: float, after: float) -> float:
    """Effect size of a difference of two shares (Cohen 1988, section 6.2); .2 is small, .5 medium, .8 large."""
    return 2 * math.asin(math.sqrt(after)) - 2 * math.asin(math.sqrt(before))


def cohens_d_paired(differences: Sequence[float]) -> float | None:
    """Mean difference in units of the differences' own spread (Cohen 1988, d_z); None where they do not spread."""
    sample = np.asarray(differences, dtype=np.float64)
    if len(sample) < 2 or np.ptp(sample) == 0.0:
        return None
    return float(sample.mean() / sample.std(ddof=1))


def cohens_kappa(labels_a: Sequence[Hashable], labels_b: Sequence[Hashable]) -> Interval | None:
    """Agreement beyond chance of two readers (Cohen 1960), 1 at the most.

    The interval is from the large-sample standard error of Fleiss, Cohen and Everitt (1969). None when both used one
    and the same label throughout, or labelled nothing: then chance alone would agree always.
    """
    if len(labels_a) != len(labels_b):
        raise ValueError(f"pairs need equal lengths, not {len(labels_a)} and {len(labels_b)}")
    table = _shares(labels_a, labels_b)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    by_chance = float(rows @ columns)
    if not len(labels_a) or by_chance >= 1.0:
        return None
    kappa = (float(np.trace(table)) - by_chance) / (1 - by_chance)
    on = float(np.sum(np.diag(table) * (1 - (rows + columns) * (1 - kappa)) ** 2))
    squares = table * (columns[:, None] + rows[None, :]) ** 2
    off = (1 - kappa) ** 2 * float(squares.sum() - np.trace(squares))
    variance = (on + off - (kappa - by_chance * (1 - kappa)) ** 2) / ((1 - by_chance) ** 2 * len(labels_a))
    spread = Z_95 * math.sqrt(max(0.0, variance))
    return Interval(kappa, max(-1.0, kappa - spread), min(1.0, kappa + spread), len(labels_a))


def _resampled(sample: NDArray[np.float64], method: str, *, resamples: int) -> tuple[float, float]:
    from scipy.stats import bootstrap

    found = bootstrap(
        (sample,),
        np.mean,
        n_resamples=resamples,
        batch=max(1, 1_000_000 // len(sample)),
        confidence_level=CONFIDENCE,
        method=method,
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def _shares(labels_a: Sequence[Hashable], labels_b: Sequence[Hashable]) -> NDArray[np.float64]:
    """Shares of all pairs, one row for each label of the first reader and one column for each of the second."""
    place = {label: number for number, label in enumerate(dict.fromkeys([*labels_a, *labels_b]))}
    table = np.zeros((len(place), len(place)))
    for first, second in zip(labels_a, labels_b, strict=True):
        table[place[first], place[second]] += 1.0
    return table / max(1, len(labels_a))
