"""Plain nearest neighbour: one matrix, one product, no library but numpy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from encoder import Encoder, Vector
from protocol import Ranked, Task, best_per_template


class NearestNeighbour:
    """Every document's vector in a matrix; the cosine decides."""

    packages = ("numpy",)

    def __init__(self, ids: list[str], matrix: Vector, encoder: Encoder) -> None:
        self._ids, self._matrix, self._encoder = ids, matrix, encoder

    @classmethod
    def build(cls, task: Task, encoder: Encoder) -> NearestNeighbour:
        """One matrix of all documents."""
        ids = [document.template_id for document in task.documents]
        return cls(ids, encoder.encode([document.text for document in task.documents]), encoder)

    def save(self, folder: Path) -> None:
        """The matrix and the ids of its rows."""
        np.save(folder / "matrix.npy", self._matrix)
        (folder / "ids.json").write_text(json.dumps(self._ids), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> NearestNeighbour:
        """What ``save`` has kept."""
        ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        return cls(ids, np.load(folder / "matrix.npy"), encoder)

    def search(self, text: str, *, documents: int) -> Ranked:
        """Encode, then look up."""
        return self.search_vector(self._encoder.encode([text])[0], text, documents=documents)

    def search_vector(self, vector: Vector, text: str, *, documents: int) -> Ranked:
        """The nearest documents, grouped."""
        scores = self._matrix @ vector
        documents = min(documents, len(scores))
        nearest = np.argpartition(-scores, documents - 1)[:documents]
        nearest = nearest[np.argsort(-scores[nearest], kind="stable")]
        return best_per_template((self._ids[row], float(scores[row])) for row in nearest)
