"""The vectors of a brand's texts by slot, and the nearest of them to a message."""

from __future__ import annotations

from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors

Slots = NDArray[np.int64]


@dataclass(frozen=True)
class VectorStore:
    """Unit vectors, float32, shape (slots, dimension). A change makes a new store; a slot is the number of a row."""

    added: Vectors

    def __len__(self) -> int:
        return len(self.added)

    def search(self, vector: Vectors, *, count: int) -> tuple[Vectors, Slots]:
        """Cosines and slots of the nearest texts to a unit vector of shape (dimension,), the nearest first."""
        # For a single query, faiss reads the rows in the calling thread: no pool has to wake up.
        cosines, slots = faiss.knn(
            vector.reshape(1, -1), self.added, min(count, len(self)), metric=faiss.METRIC_INNER_PRODUCT
        )
        return cosines[0], slots[0]

    def vectors(self, slots: Slots) -> Vectors:
        """The vectors in these slots, shape (len(slots), dimension)."""
        return self.added[slots]
