"""Tells whether a reply says what was asked, with the weights that travel with the program."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from scipy.special import expit

from replyassist.core.words import Reading

from .measures import Background, Rows, Said, measure

PATH = Path(str(files("replyassist.answering"))) / "answerability.npz"
DOUBTED_BELOW = 0.36
"""Probability below which it is doubted that the reply says what was asked.

12 % of the answered pairs and 45 % of the near misses of the training brands are below it, each judged by a model of
the other brands; ``scripts/fit_answerability.py`` prints that table. At 8 % of the answered it would be 35 %.
"""


@dataclass(frozen=True)
class AnswerReader:
    """Logistic regression over the rows of ``measures.measure``, for readings of one encoder.

    ``weights`` has the shape (row,), ``encoder`` names the encoder's model, ``digest`` these weights.
    """

    background: Background
    weights: Rows
    constant: float
    encoder: str
    digest: str

    def probability(self, question: Reading, reply: Said) -> float | None:
        """How likely the reply says what is asked, 0 to 1; None where there is nothing to compare.

        It is that of the labelled pairs, of which 62 in 100 are answered, all of them on the topic.
        """
        row = measure(question, reply, self.background)
        return None if row is None else float(expit(row @ self.weights + self.constant))


@cache
def shipped_reader() -> AnswerReader:
    """The one fitted by ``scripts/fit_answerability.py``."""
    return load_reader(PATH)


def load_reader(path: Path) -> AnswerReader:
    """What ``save`` in ``scripts/fit_answerability.py`` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        return AnswerReader(
            background=Background(
                centre=kept["centre"].astype(np.float32),
                rarity=kept["rarity"].astype(np.float32),
                unseen=float(kept["unseen"]),
            ),
            weights=kept["weights"].astype(np.float64),
            constant=float(kept["constant"]),
            encoder=str(kept["encoder"]),
            digest=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        )
