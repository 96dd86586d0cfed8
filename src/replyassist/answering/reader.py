"""Tells whether a reply says what was asked, with the weights that travel with the program."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from replyassist.core.words import Reading

from .measures import Background, Rows, Said, background_arrays, load_background, measure

PATH = Path(str(files("replyassist.answering"))) / "answerability.npz"
DOUBTED_BELOW = 0.30
"""Probability below which it is doubted that the reply says what was asked.

With mpnet 9 % of the answered pairs of the training brands are below, over whole replies and such of about 40 and 25
words together, and 48, 57 and 63 % of the near misses, each judged by a model of the other brands; with MiniLM 8 %, and
36, 44 and 52 %. ``scripts/fit_answerability.py`` prints that table.
"""


@dataclass(frozen=True)
class AnswerReader:
    """Logistic regression over the rows of ``measures.measure``, for readings of one encoder.

    ``weights`` has the shape (row,), ``digest`` is that of the file that they come from.
    """

    background: Background
    weights: Rows
    constant: float
    digest: str

    def probability(self, question: Reading, reply: Said) -> float | None:
        """How likely the reply says what is asked, 0 to 1; None where there is nothing to compare.

        It is that of the pairs and messages of the fit, by weight: 58 in 100 are answered, nearly all on the topic.
        """
        row = measure(question, reply, self.background)
        return None if row is None else float(expit(row @ self.weights + self.constant))


@cache
def shipped_readers() -> Mapping[str, AnswerReader]:
    """Those fitted by ``scripts/fit_answerability.py``, by the digest of the encoder's model."""
    return load_readers(PATH)


def load_readers(path: Path) -> Mapping[str, AnswerReader]:
    """What ``save_readers`` wrote."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    with np.load(path, allow_pickle=False) as kept:
        return {
            str(encoder): AnswerReader(
                background=load_background(kept, place),
                weights=kept[f"{place}_weights"].astype(np.float64),
                constant=float(kept[f"{place}_constant"]),
                digest=digest,
            )
            for place, encoder in enumerate(kept["encoders"])
        }


def save_readers(readers: Mapping[str, AnswerReader], path: Path) -> None:
    """Write them."""
    kept: dict[str, NDArray[Any]] = {"encoders": np.array(list(readers))}
    for place, each in enumerate(readers.values()):
        kept |= background_arrays(each.background, place)
        kept[f"{place}_weights"] = each.weights.astype(np.float32)
        kept[f"{place}_constant"] = np.array(each.constant)
    np.savez_compressed(path, allow_pickle=False, **kept)
