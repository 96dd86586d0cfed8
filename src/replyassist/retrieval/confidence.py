"""How sure it is that the first template answers: that any does, times that it is the right one if any does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError
from scipy.special import expit

from .ranking import LOOKED_AT, Ranking
from .trained import BackgroundScores

ANSWERABLE_SIGNALS = ("best", "lead", "elsewhere", "parts")
RIGHT_SIGNALS = ("share", "parts")
MOST_PARTS = 6
ENOUGH = 10  # templates from which a ranking speaks for itself
NOWHERE = 1e-6  # of a softmax over the totals: no template is quite certain
OUT_OF_SCOPE_SHARE = 0.2  # of the cases' weight, as in our own labelled cases: clinc150 val has 3 %, an inbox far more
SURE_FROM = 0.8
"""Probability from which a draft may be ready: of the messages of eval/cases/dev.jsonl and eval/brands/dev from here on
88 of 100 are about the first template, between the threshold and here 56 of 100."""
WRONG_LENGTH = "head_length"
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


class Head(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """A logistic model over signals, standardised by ``means`` and ``scales``; fitted on ``cases`` messages.

    The three have a number for each signal. Raise ValidationError when one is longer or not finite.
    """

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    cases: int

    @model_validator(mode="after")
    def _is_even(self) -> Self:
        if not len(self.means) == len(self.scales) == len(self.weights):
            raise PydanticCustomError(WRONG_LENGTH, "means, scales and weights are of different lengths")
        return self

    def probabilities(self, signals: Rows, *, shift: Rows | float = 0.0) -> Rows:
        """For each row of signals, shape (rows,); ``shift`` is added to the log-odds."""
        standard = (signals - np.array(self.means)) / np.array(self.scales)
        return np.asarray(expit(standard @ np.array(self.weights) + self.bias + shift))


class Calibration(BaseModel, frozen=True, extra="forbid"):
    """Two heads: ``answerable``, that any template answers, and ``right``, that the first does if any does.

    ``encoder`` is the digest of the model whose scores it was fitted on, and ``scores`` that of what makes scores and
    signals of its vectors (``fits.Fit.scores``). Raise ValidationError where a head is not of its signals.
    """

    encoder: str
    scores: str
    answerable: Head
    right: Head

    @model_validator(mode="after")
    def _is_of_its_signals(self) -> Self:
        for head, signals in ((self.answerable, ANSWERABLE_SIGNALS), (self.right, RIGHT_SIGNALS)):
            if len(head.weights) != len(signals):
                raise PydanticCustomError(WRONG_LENGTH, "a head has not one weight for each of its signals")
        return self

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
    usual: BackgroundScores,
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
