"""Reads what a message is for the brand, with the weights that travel with the program."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors
from replyassist.inbox.inbound import Inbound

from .kinds import Kind, KindReading
from .measures import measure

PATH = Path(str(files("replyassist.triage"))) / "kinds.npz"
DECIMALS = 3


@dataclass(frozen=True)
class KindReader:
    """Multinomial logistic regression over the rows of ``measures.measure``, for vectors of one encoder.

    ``weights`` has shape (row, kinds), ``constant`` (kinds,), ``rarity`` that of the hashed places. ``coldness``
    multiplies the scores, so that probabilities are as sure as they are right. ``encoder`` and ``digest`` name the
    encoder's model and the weights themselves.
    """

    kinds: tuple[Kind, ...]
    weights: NDArray[np.float32]
    constant: NDArray[np.float32]
    rarity: NDArray[np.float32]
    coldness: float
    encoder: str
    digest: str

    def read(self, message: Inbound, vector: Vectors) -> KindReading:
        """What a message, as triage reads it, is; ``vector`` is its text's, shape (dimension,)."""
        scores = self.scores(message, vector) * self.coldness
        odds = np.exp(scores - scores.max())
        likely = (odds / odds.sum()).tolist()
        told = {kind: round(one, DECIMALS) for kind, one in zip(self.kinds, likely, strict=True)}
        return KindReading(probabilities=told, digest=self.digest)

    def scores(self, message: Inbound, vector: Vectors) -> NDArray[np.float32]:
        """The score of each kind before ``coldness``, shape (kinds,)."""
        places, values = measure(message, vector, self.rarity)
        return np.asarray(values @ self.weights[places] + self.constant)


@cache
def shipped_reader() -> KindReader:
    """The one fitted by ``scripts/fit_reading.py``."""
    return load_reader(PATH)


def reader_for(encoder: str) -> KindReader | None:
    """The one that travels along, where it was fitted with the encoder of this model digest."""
    reader = shipped_reader()
    return reader if reader.encoder == encoder else None


def load_reader(path: Path) -> KindReader:
    """What ``save`` in ``scripts/fit_reading.py`` wrote; half precision on disk."""
    with np.load(path, allow_pickle=False) as kept:
        return KindReader(
            kinds=tuple(Kind(name) for name in kept["kinds"].tolist()),
            weights=kept["weights"].astype(np.float32),
            constant=kept["constant"].astype(np.float32),
            rarity=kept["rarity"].astype(np.float32),
            coldness=float(kept["coldness"]),
            encoder=str(kept["encoder"]),
            digest=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        )
