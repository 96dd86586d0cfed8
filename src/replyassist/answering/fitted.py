"""Logistic regressions over comparisons of a question with a reply, one for each encoder, in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from replyassist.core.words import Reading

from .measures import Background, Rows


@dataclass(frozen=True)
class FittedModel:
    """``weights`` has the shape (row,); rows are made with the ``background`` that was fitted with them."""

    background: Background
    weights: Rows
    constant: float

    def probabilities(self, rows: Rows) -> Rows:
        """0 to 1 for each row; ``rows`` has the shape (row,) or (rows, row)."""
        return np.asarray(expit(rows @ self.weights + self.constant))


def load_fitted(path: Path) -> Mapping[str, FittedModel]:
    """What ``save_fitted`` wrote, by the digest of the encoder's model."""
    with np.load(path, allow_pickle=False) as kept:
        return {
            str(encoder): FittedModel(
                Background(
                    kept[f"{place}_centre"].astype(np.float32),
                    kept[f"{place}_rarity"].astype(np.float32),
                    float(kept[f"{place}_unseen"]),
                ),
                kept[f"{place}_weights"].astype(np.float64),
                float(kept[f"{place}_constant"]),
            )
            for place, encoder in enumerate(kept["encoders"])
        }


def save_fitted(models: Mapping[str, FittedModel], path: Path) -> None:
    """Write them; rarity in half precision."""
    kept: dict[str, NDArray[Any]] = {"encoders": np.array(list(models))}
    for place, each in enumerate(models.values()):
        kept |= {
            f"{place}_centre": each.background.centre,
            f"{place}_rarity": each.background.rarity.astype(np.float16),
            f"{place}_unseen": np.array(each.background.unseen),
            f"{place}_weights": each.weights.astype(np.float32),
            f"{place}_constant": np.array(each.constant),
        }
    np.savez_compressed(path, allow_pickle=False, **kept)


def background_of(readings: Sequence[Reading]) -> Background:
    """The mean of all pieces of these texts, and in how few of them each piece is."""
    words = [reading.words for reading in readings if reading.words is not None]
    counts = Counter(int(number) for each in words for number in np.unique(each.numbers))
    rarity = np.zeros(max(counts) + 1, dtype=np.float16)
    for number, texts in counts.items():
        rarity[number] = max(1e-3, float(np.log((len(words) + 1) / (texts + 0.5))))
    centre = np.concatenate([each.vectors.astype(np.float32) for each in words]).mean(axis=0)
    return Background(centre, rarity.astype(np.float32), float(np.log((len(words) + 1) / 0.5)))
