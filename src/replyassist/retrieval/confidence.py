"""How sure it is that the first template answers: a probability from the scores, fitted on labelled messages."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scipy.optimize import minimize

from replyassist.core.errors import InvalidInput

from .ranking import Ranking

SIGNALS = ("cosine", "nearest", "centroid", "rivalry", "aligned", "belonging")
BELONGING = SIGNALS.index("belonging")
SHARPNESS = 10.0  # of the softmax over total scores in ``rivalry``; as wide as the spread of totals of one template
NO_RIVAL = 0.2  # the total score of what is not there: a lone template is held against it
OUT_OF_SCOPE_SHARE = 0.2  # of the cases' weight, as in our own labelled cases: clinc150 val has 3 %, an inbox far more
PENALTY = 1e-3  # L2 on the weights of standardised signals, so that a hundred cases do not make it certain
FEWEST_CASES = 30
CALIBRATION = "calibration.json"
FOLDS = 5
logger = logging.getLogger(__name__)

Weights = Annotated[tuple[float, ...], Field(min_length=len(SIGNALS), max_length=len(SIGNALS))]


class Calibration(BaseModel):
    """A logistic model over the signals, standardised by ``means`` and ``scales``.

    ``encoder`` is the digest of the model whose scores it was fitted on; ``cases`` is on how many messages. Where
    ``belonging`` is not known, for a brand with too few examples to learn from, ``cold_weights`` and ``cold_bias`` are
    taken: the other signals have to tell more then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str
    cases: int
    means: Weights
    scales: Weights
    weights: Weights
    bias: float
    cold_weights: Weights
    cold_bias: float

    def probabilities(self, signals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability for each row of signals, shape (rows,), that its template answers."""
        standard = (_without_gaps(signals, np.array(self.means)) - np.array(self.means)) / np.array(self.scales)
        warm = standard @ np.array(self.weights) + self.bias
        cold = standard @ np.array(self.cold_weights) + self.cold_bias
        odds = np.where(np.isnan(signals[:, BELONGING]), cold, warm)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30))))


def signals_of(ranking: Ranking, *, allowed: NDArray[np.bool_], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """What tells how sure to be of each chosen template, shape (len(chosen), 6), in the order of ``SIGNALS``.

    All but ``rivalry`` as in the ranking; ``aligned`` and ``belonging`` are NaN where they are not known.
    ``rivalry`` is the log-odds of a softmax over the total scores of all allowed templates: high
    when no other comes near.
    """
    totals = np.where(allowed, ranking.total, -np.inf).astype(np.float64)
    rows = []
    for number in chosen:
        others = np.delete(totals, number)
        others = others[np.isfinite(others)]
        crowd = np.exp(SHARPNESS * np.clip(others - totals[number], -2, 2)).sum()
        scores = (ranking.cosine[number], ranking.nearest[number], ranking.centroid[number])
        rivalry = -float(np.log(crowd + np.exp(SHARPNESS * (NO_RIVAL - totals[number]))))
        where_known = (_at(ranking.aligned, number), _at(ranking.belonging, number))
        rows.append([*map(float, scores), rivalry, *where_known])
    return np.array(rows, dtype=np.float64).reshape(len(chosen), len(SIGNALS))


def _at(scores: NDArray[np.float32] | None, number: int) -> float:
    return float("nan") if scores is None else float(scores[number])


def case_weights(in_scope: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of labelled cases, summing to 1, so that a fifth of the weight is on those that no template answers.

    Without any of them, or with nothing else, all cases weigh the same.
    """
    if in_scope.all() or not in_scope.any():
        return np.full(len(in_scope), 1 / len(in_scope))
    inside, outside = (1 - OUT_OF_SCOPE_SHARE) / in_scope.sum(), OUT_OF_SCOPE_SHARE / (~in_scope).sum()
    return np.asarray(np.where(in_scope, inside, outside), dtype=np.float64)


def fit_calibration(
    signals: NDArray[np.float64],
    right: NDArray[np.bool_],
    *,
    encoder: str,
    weights: NDArray[np.float64],
) -> Calibration:
    """Fit on the signals of the first template of each message, and whether it was right.

    ``weights`` (messages,) as of ``case_weights``. What is taken where ``belonging`` is not known is fitted on all
    messages without it. Raise InvalidInput when there are too few messages, or all are right or all wrong.
    """
    if not _can_be_fitted(right):
        raise InvalidInput(f"at least {FEWEST_CASES} cases are needed, with right and wrong templates among them")
    means = np.nansum(signals, axis=0) / np.maximum((~np.isnan(signals)).sum(axis=0), 1)
    full = _without_gaps(signals, means)
    scales = np.maximum(full.std(axis=0), 1e-4)  # not 0 when rounded
    standard = (full - means) / scales
    unknowing = standard.copy()
    unknowing[:, BELONGING] = 0.0
    cold = _fit(unknowing, right, weights=weights)
    warm, known = cold, ~np.isnan(signals[:, BELONGING])
    if _can_be_fitted(right[known]):
        warm = _fit(standard[known], right[known], weights=weights[known])
    rounded = [tuple(round(float(value), 5) for value in row) for row in (means, scales, warm, cold)]
    return Calibration(
        encoder=encoder,
        cases=len(right),
        means=rounded[0],
        scales=rounded[1],
        weights=rounded[2][:-1],
        bias=rounded[2][-1],
        cold_weights=rounded[3][:-1],
        cold_bias=rounded[3][-1],
    )


def _can_be_fitted(right: NDArray[np.bool_]) -> bool:
    return len(right) >= FEWEST_CASES and not right.all() and bool(right.any())


def _fit(
    standard: NDArray[np.float64], right: NDArray[np.bool_], *, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights of the standardised signals, and the bias behind them."""
    share = weights / weights.sum()
    standard = np.hstack([standard, np.ones((len(standard), 1))])
    sign = np.where(right, 1.0, -1.0)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = sign * (standard @ parameters)
        slope = -sign / (1.0 + np.exp(np.clip(scores, -30, 30)))
        kept = np.append(parameters[:-1], 0.0)
        value = float((share * np.logaddexp(0.0, -scores)).sum() + 0.5 * PENALTY * (kept @ kept))
        return value, standard.T @ (share * slope) + PENALTY * kept

    return np.asarray(minimize(loss, np.zeros(standard.shape[1]), jac=True, method="L-BFGS-B").x)


def _without_gaps(signals: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(signals), means, signals)


def held_out_probabilities(
    signals: NDArray[np.float64], right: NDArray[np.bool_], *, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What each message gets from a fit on the others (five folds, every fifth one), shape (messages,)."""
    fold = np.arange(len(right)) % FOLDS
    found = np.zeros(len(right))
    for number in range(FOLDS):
        kept = fold != number
        fitted = fit_calibration(signals[kept], right[kept], encoder="", weights=weights[kept])
        found[~kept] = fitted.probabilities(signals[~kept])
    return found


def expected_calibration_error(
    probabilities: Sequence[float] | NDArray[np.float64], right: Sequence[bool] | NDArray[np.bool_], *, bins: int = 15
) -> float:
    """Mean distance of stated probability and share of right ones over equally wide bins, weighted by their size.

    Naeini et al., AAAI 2015; 15 bins as in Guo et al., ICML 2017.
    """
    stated, correct = np.asarray(probabilities, dtype=np.float64), np.asarray(right, dtype=np.float64)
    places = np.minimum((stated * bins).astype(np.int64), bins - 1)
    gaps = [abs(float((stated[places == place] - correct[places == place]).sum())) for place in range(bins)]
    return sum(gaps) / max(1, len(stated))


def default_calibration(encoder: str = "") -> Calibration:
    """The one that travels with the program for this encoder; without one, that of the default encoder.

    Fitted on eval/cases/dev.jsonl, parts of banking77's train file, clinc150 val and every third bitext message, dev
    and clinc150 also without examples, each weighing the same.
    """
    folder = files("replyassist.retrieval")
    own = folder / _file_name(encoder)
    shipped = own if own.is_file() else folder / CALIBRATION
    return Calibration.model_validate_json(shipped.read_text(encoding="utf-8"))


def calibration_file(home: Path, *, encoder: str) -> Path:
    """Where a home folder keeps what was fitted with this encoder."""
    return home / _file_name(encoder)


def _file_name(encoder: str) -> str:
    return f"calibration-{encoder[:16]}.json"


def load_calibration(home: Path, *, encoder: str) -> Calibration:
    """The one kept in this home folder for this encoder, when it was fitted with these signals; else the default.

    Raise InvalidInput for a file that is no calibration.
    """
    own = calibration_file(home, encoder=encoder)
    path = own if own.is_file() else home / CALIBRATION  # where the only one was kept up to version 0.1.0
    if not path.is_file():
        return default_calibration(encoder)
    try:
        kept = Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        if isinstance(error, ValidationError) and _is_of_other_signals(error):
            logger.warning("%s was fitted by another version and is not used; run eval calibrate again", path)
            return default_calibration(encoder)
        raise InvalidInput("this is no calibration; make it anew with eval calibrate", file=str(path)) from error
    return kept if kept.encoder == encoder else default_calibration(encoder)


def _is_of_other_signals(error: ValidationError) -> bool:
    wrong = {(found["loc"], found["type"]) for found in error.errors()}
    kinds = {kind for _, kind in wrong}
    is_named = not wrong & {(("encoder",), "missing"), (("weights",), "missing")}
    return is_named and kinds <= {"missing", "extra_forbidden", "too_short", "too_long"}


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(calibration.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
