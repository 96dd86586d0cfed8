"""How sure it is that the first template answers: that any does, times that it is the right one if any does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.optimize import minimize
from scipy.special import expit

from replyassist.core.errors import InvalidInput

from .learnt import Usual
from .ranking import LOOKED_AT, Ranking

ANSWERABLE_SIGNALS = ("best", "lead", "elsewhere", "parts")
RIGHT_SIGNALS = ("share", "parts")
MOST_PARTS = 6
ENOUGH = 10  # templates from which a ranking speaks for itself
NOWHERE = 1e-6  # of a softmax over the totals: no template is quite certain
OUT_OF_SCOPE_SHARE = 0.2  # of the cases' weight, as in our own labelled cases: clinc150 val has 3 %, an inbox far more
PENALTY = 1e-3  # L2 on the weights of standardised signals, so that a hundred cases do not make it certain
FEWEST_CASES = 30
SURE_FROM = 0.8
"""Probability from which a draft may be ready: of the messages of eval/cases/dev.jsonl and eval/brands/dev from here on
88 of 100 are about the first template, between the threshold and here 56 of 100."""
FOLDS = 5
Rows = NDArray[np.float64]


class Band(StrEnum):
    """What people need to know of a probability."""

    SURE = "sure"  # the template is right seven times of eight; the checks decide the rest
    LOOK = "look"  # right a little more than every second time: drafted, but a person looks whether it answers
    NONE = "none"  # more likely than not no template answers, or another one: nothing is drafted


def band_of(probability: float, *, threshold: float, abstained: bool) -> Band:
    """The band of the first template's probability; ``threshold`` is the brand's.

    ``abstained``: retrieval drafts from none, whatever the probability.
    """
    if abstained or probability < threshold:
        return Band.NONE
    return Band.SURE if probability >= SURE_FROM else Band.LOOK


class Head(BaseModel):
    """A logistic model over signals, standardised by ``means`` and ``scales``; fitted on ``cases`` messages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    cases: int

    def probabilities(self, signals: Rows, *, shift: Rows | float = 0.0) -> Rows:
        """For each row of signals, shape (rows,); ``shift`` is added to the log-odds."""
        standard = (signals - np.array(self.means)) / np.array(self.scales)
        return np.asarray(expit(standard @ np.array(self.weights) + self.bias + shift))


class Calibration(BaseModel):
    """Two heads: ``answerable``, that any template answers, and ``right``, that the first does if any does.

    ``encoder`` is the digest of the model whose scores it was fitted on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str
    answerable: Head
    right: Head

    def probabilities(self, signals: Sequence[Signals]) -> Rows:
        """That the first template of each message answers it, shape (messages,)."""
        shift = np.array([each.shift for each in signals])
        answerable = self.answerable.probabilities(np.array([each.answerable for each in signals]), shift=shift)
        return np.asarray(answerable * self.right.probabilities(np.array([each.right[0] for each in signals])))


@dataclass(frozen=True)
class Signals:
    """What tells how sure to be of one message's templates.

    ``answerable`` (4,) in the order of ``ANSWERABLE_SIGNALS``: the logarithm of the sum of the totals' exponentials,
    and how far the first total leads the mean of those behind it, both less what is usual for messages from elsewhere
    (as in the normalisation of speaker scores by a cohort, Auckenthaler and others 2000); the cosine with the nearest
    message from elsewhere; and in how many parts the message falls. ``right`` (templates chosen, 2) in the order of
    ``RIGHT_SIGNALS``: the log-odds of each one's share in a softmax over the totals, and the parts. ``shift`` of the
    log-odds of *answerable*: a brand with few templates answers fewer of its messages (``_shift``).
    """

    answerable: Rows
    right: Rows
    shift: float = 0.0


def signals_of(
    ranking: Ranking,
    *,
    allowed: NDArray[np.bool_],
    chosen: NDArray[np.int64],
    usual: Usual,
    elsewhere: float,
    parts: int,
) -> Signals:
    """The signals of a ranking for the ``chosen`` templates; there is at least one that is ``allowed``.

    Few templates have little to lead, and share all there is between them: the fewer they are than ``ENOUGH``, the more
    they are compared with what is usual for messages from elsewhere instead; a lone one with nothing else.
    """
    best, lead = best_and_lead(ranking, allowed=allowed)
    counted = float(min(parts, MOST_PARTS))
    above = best - usual.best
    company = min(1.0, (np.count_nonzero(allowed) - 1) / (ENOUGH - 1))
    shares = np.exp(ranking.total[chosen].astype(np.float64) - best)
    others = np.maximum(1.0 - shares, 0.0) + NOWHERE + (1.0 - company) * np.exp(-above)
    log_odds = np.log(shares / others)
    ahead = company * (lead - usual.lead) + (1.0 - company) * above
    return Signals(
        answerable=np.array([above, ahead, elsewhere, counted]),
        right=np.stack([log_odds, np.full(len(chosen), counted)], axis=1),
        shift=_shift(int(np.count_nonzero(allowed))),
    )


def _shift(templates: int) -> float:
    """The log-odds of a prior in proportion to so many templates, less those that were fitted with (Saerens 2002).

    Fitted was with four of five messages in scope and 20 templates or more. That ``ENOUGH`` templates answer as many
    and fewer in proportion is an assumption: with the prior as fitted, a brand of two templates drafted for nine of
    ten messages that none of them answers.
    """
    fitted = 1.0 - OUT_OF_SCOPE_SHARE
    prior = fitted * min(1.0, templates / ENOUGH) ** 0.5  # the root: half-way between proportion and none
    return float(np.log(prior / (1.0 - prior)) - np.log(fitted / OUT_OF_SCOPE_SHARE))


def best_and_lead(ranking: Ranking, *, allowed: NDArray[np.bool_]) -> tuple[float, float]:
    """The logarithm of the summed exponentials of the totals, and the first one's lead over those looked at behind it.

    The lead is 0 where there is no other.
    """
    totals = np.sort(ranking.total[allowed].astype(np.float64))[::-1]
    behind = totals[1:LOOKED_AT]
    best = totals[0] + np.log(np.exp(totals - totals[0]).sum())
    return float(best), float(totals[0] - behind.mean()) if len(behind) else 0.0


def case_weights(in_scope: NDArray[np.bool_]) -> Rows:
    """Weights of labelled cases, summing to 1, so that a fifth of the weight is on those that no template answers.

    Without any of them, or with nothing else, all cases weigh the same.
    """
    if in_scope.all() or not in_scope.any():
        return np.full(len(in_scope), 1 / len(in_scope))
    inside, outside = (1 - OUT_OF_SCOPE_SHARE) / in_scope.sum(), OUT_OF_SCOPE_SHARE / (~in_scope).sum()
    return np.asarray(np.where(in_scope, inside, outside), dtype=np.float64)


def fit_calibration(
    signals: Sequence[Signals],
    *,
    right: NDArray[np.bool_],
    in_scope: NDArray[np.bool_],
    weights: Rows,
    before: Calibration,
    encoder: str,
) -> Calibration:
    """Fit both heads on the signals of each message's first template, whether it was right, and whether any could be.

    ``weights`` (messages,) as of ``case_weights``. A head that these cases cannot tell anything about (too few, or all
    alike) stays as it was ``before``. Raise InvalidInput when that holds for both.
    """
    shift = np.array([each.shift for each in signals])
    answerable = _fitted(np.array([each.answerable for each in signals]), in_scope, weights, shift=shift)
    there = np.array([each.right[0] for each in signals])[in_scope]
    first = _fitted(there, right[in_scope], weights[in_scope])
    if answerable is None and first is None:
        raise InvalidInput(f"at least {FEWEST_CASES} cases are needed, with right and wrong templates among them")
    return Calibration(encoder=encoder, answerable=answerable or before.answerable, right=first or before.right)


def _fitted(signals: Rows, truth: NDArray[np.bool_], weights: Rows, *, shift: Rows | float = 0.0) -> Head | None:
    """None where there are too few rows, or all are true or all false; ``shift`` is added to the log-odds of each."""
    if len(truth) < FEWEST_CASES or truth.all() or not truth.any():
        return None
    share = weights / weights.sum()
    means = share @ signals
    scales = np.maximum(np.sqrt(share @ (signals - means) ** 2), 1e-4)  # not 0 when rounded
    standard = np.hstack([(signals - means) / scales, np.ones((len(truth), 1))])
    sign = np.where(truth, 1.0, -1.0)

    def loss(parameters: Rows) -> tuple[float, Rows]:
        scores = sign * (standard @ parameters + shift)
        kept = np.append(parameters[:-1], 0.0)
        value = float((share * np.logaddexp(0.0, -scores)).sum() + 0.5 * PENALTY * (kept @ kept))
        return value, standard.T @ (share * -sign * expit(-scores)) + PENALTY * kept

    found = minimize(loss, np.zeros(standard.shape[1]), jac=True, method="L-BFGS-B").x
    rows = [tuple(round(float(value), 5) for value in row) for row in (means, scales, found)]
    return Head(means=rows[0], scales=rows[1], weights=rows[2][:-1], bias=rows[2][-1], cases=len(truth))


def held_out_probabilities(
    signals: Sequence[Signals],
    *,
    right: NDArray[np.bool_],
    in_scope: NDArray[np.bool_],
    weights: Rows,
    before: Calibration,
) -> Rows:
    """What each message gets from a fit on the others (five folds, every fifth one), shape (messages,)."""
    fold = np.arange(len(right)) % FOLDS
    found = np.zeros(len(right))
    for number in range(FOLDS):
        kept, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        fitted = fit_calibration(
            [signals[int(place)] for place in kept],
            right=right[kept],
            in_scope=in_scope[kept],
            weights=weights[kept],
            before=before,
            encoder="",
        )
        found[held] = fitted.probabilities([signals[int(place)] for place in held])
    return found


def expected_calibration_error(
    probabilities: Sequence[float] | Rows, right: Sequence[bool] | NDArray[np.bool_], *, bins: int = 15
) -> float:
    """Mean distance of stated probability and share of right ones over equally wide bins, weighted by their size.

    Naeini et al., AAAI 2015; 15 bins as in Guo et al., ICML 2017.
    """
    stated, correct = np.asarray(probabilities, dtype=np.float64), np.asarray(right, dtype=np.float64)
    places = np.minimum((stated * bins).astype(np.int64), bins - 1)
    gaps = [abs(float((stated[places == place] - correct[places == place]).sum())) for place in range(bins)]
    return sum(gaps) / max(1, len(stated))
