"""Fits how sure to be on labelled messages: the heads that travel along, and a brand's own, which start from those."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from replyassist.core.errors import InvalidInput

from .confidence import OUT_OF_SCOPE_SHARE, Calibration, Head, Rows, Signals

PENALTY = 1e-3  # L2 on the weights of standardised signals, so that a hundred cases do not make it certain
FEWEST_CASES = 30
PRIOR_CASES = 3.0
"""How strongly a brand's own head is held to the shipped one: the inverse variance of a normal prior on its
standardised weights. Mean log loss of messages that 14 sets (eval/brands/dev, our samples, covidqa, hwu64, vira; the
brand or family left out of the head that it starts from) had over, after a fit on 30 drawn ones: .501; at .1 it is
.518, at 30 .507, as shipped .514. On 300 (four sets): .425, .427, .430 and .460."""
FOLDS = 5


def case_weights(in_scope: NDArray[np.bool_]) -> Rows:
    """Weights of labelled cases, summing to 1, so that a fifth of the weight is on those that no template answers.

    Without any of them, or with nothing else, all cases weigh the same.
    """
    if in_scope.all() or not in_scope.any():
        return np.full(len(in_scope), 1 / len(in_scope))
    inside, outside = (1 - OUT_OF_SCOPE_SHARE) / in_scope.sum(), OUT_OF_SCOPE_SHARE / (~in_scope).sum()
    return np.asarray(np.where(in_scope, inside, outside), dtype=np.float64)


def answerable_head(
    signals: Sequence[Signals], *, in_scope: NDArray[np.bool_], weights: Rows, before: Head | None = None
) -> Head | None:
    """That any template answers, fitted on whether one could; None where the cases cannot tell (too few, or all alike).

    ``weights`` (messages,) as of ``case_weights``. With a head ``before`` only as far from it as the cases say.
    """
    rows, shift = np.array([each.answerable for each in signals]), np.array([each.shift for each in signals])
    return _fitted(rows, in_scope, weights, shift=shift, before=before)


def right_head(
    signals: Sequence[Signals],
    *,
    right: NDArray[np.bool_],
    in_scope: NDArray[np.bool_],
    weights: Rows,
    before: Head | None = None,
) -> Head | None:
    """That the first template is right if any is, fitted on messages that any answers; else as ``answerable_head``."""
    rows = np.array([each.right[0] for each in signals])[in_scope]
    return _fitted(rows, right[in_scope], weights[in_scope], before=before)


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
    answerable = answerable_head(signals, in_scope=in_scope, weights=weights, before=before.answerable)
    first = right_head(signals, right=right, in_scope=in_scope, weights=weights, before=before.right)
    if answerable is None and first is None:
        raise InvalidInput(f"at least {FEWEST_CASES} cases are needed, with right and wrong templates among them")
    heads = {"answerable": answerable or before.answerable, "right": first or before.right}
    return before.model_copy(update={"encoder": encoder, **heads})


def _fitted(
    signals: Rows,
    truth: NDArray[np.bool_],
    weights: Rows,
    *,
    shift: Rows | float = 0.0,
    before: Head | None,
) -> Head | None:
    """None where there are too few rows, or all are true or all false; ``shift`` is added to the log-odds of each."""
    if len(truth) < FEWEST_CASES or truth.all() or not truth.any():
        return None
    share = weights / weights.sum()
    if before is None:
        means = share @ signals
        scales = np.maximum(np.sqrt(share @ (signals - means) ** 2), 1e-4)  # not 0 when rounded
        centre = np.zeros(signals.shape[1] + 1)
        penalty = np.append(np.full(signals.shape[1], PENALTY), 0.0)
    else:
        means, scales, centre = (
            np.array(before.means),
            np.array(before.scales),
            np.array([*before.weights, before.bias]),
        )
        penalty = np.full(len(centre), PRIOR_CASES / len(truth))
    standard = np.hstack([(signals - means) / scales, np.ones((len(truth), 1))])
    sign = np.where(truth, 1.0, -1.0)

    def loss(parameters: Rows) -> tuple[float, Rows]:
        scores = sign * (standard @ parameters + shift)
        moved = parameters - centre
        value = float((share * np.logaddexp(0.0, -scores)).sum() + 0.5 * (penalty * moved) @ moved)
        return value, standard.T @ (share * -sign * expit(-scores)) + penalty * moved

    found = minimize(loss, centre, jac=True, method="L-BFGS-B").x
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
