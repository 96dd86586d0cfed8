"""Which template the text in each slot belongs to, and the sums from which templates' means follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors


@dataclass(frozen=True)
class Membership:
    """``owner``: the template's number by slot; ``against``: by slot, whether the text speaks against its template.

    By template: the slot of its ``first`` text, and of its own texts the ``sums`` of vectors, float64, shape
    (templates, dimension), and the ``counts``.
    """

    owner: NDArray[np.int64]
    against: NDArray[np.bool_]
    first: NDArray[np.int64]
    sums: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def means(self) -> Vectors:
        """The mean vector of each template's own texts, float32, shape (templates, dimension)."""
        return np.asarray(self.sums / np.maximum(self.counts, 1)[:, None], dtype=np.float32)


def membership_of(
    owner: NDArray[np.int64], against: NDArray[np.bool_], vectors: Vectors, *, templates: int
) -> Membership:
    """Counted from the vectors of all slots; every template has a text of its own."""
    own = np.flatnonzero(~against)
    sums = np.zeros((templates, vectors.shape[1]), dtype=np.float64)
    np.add.at(sums, owner[own], vectors[own])
    first = np.zeros(templates, dtype=np.int64)
    first[owner[own][::-1]] = own[::-1]
    return Membership(owner, against, first, sums, np.bincount(owner[own], minlength=templates))
