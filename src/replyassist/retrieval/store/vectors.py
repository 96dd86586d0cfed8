"""The vectors of a brand's texts by slot, and the nearest of them to a message."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors

from .clusters import Base
from .products import Slots, nearest_rows, products

# Up to here all texts are compared. Measured (`bench retrieval`, scale): exact search of 10,000 takes .47 ms, of 30,000
# 2.0 ms, the clusters .12 and .17 ms. They draw level at about 3,000; but clusters need upkeep and may miss a text, and
# only from here on they save more than a third of a millisecond.
EXACT_UP_TO = 12_000
WORN_SHARE = 0.2  # of the base's rows that are gone: beyond, clusters hold too few of the texts that remain


@dataclass(frozen=True)
class VectorStore:
    """Unit vectors, float32, shape (slots, dimension): those of a ``base`` and after them those ``added`` since.

    A store never changes; ``changed`` makes a new one that shares what stayed. ``gone``, shape (rows of the base,),
    marks what was removed of the base; None for nothing. ``exact_up_to`` texts are searched without a base.
    """

    added: Vectors
    base: Base | None = None
    gone: NDArray[np.bool_] | None = None
    exact_up_to: int = EXACT_UP_TO

    def __len__(self) -> int:
        return self.offset + len(self.added)

    @property
    def offset(self) -> int:
        """The first slot after the base's."""
        return 0 if self.base is None else len(self.base)

    @property
    def is_worn(self) -> bool:
        """Whether a new base would make searching faster, or would give space back."""
        gone = 0 if self.gone is None else int(self.gone.sum())
        return len(self.added) > self.exact_up_to or gone > WORN_SHARE * self.offset

    def search(self, vector: Vectors, *, count: int) -> tuple[Vectors, Slots]:
        """Cosines and slots of the nearest texts to a unit vector of shape (dimension,), the nearest first."""
        cosines, slots = nearest_rows(self.added, vector, count=count) if len(self.added) else _nothing()
        if self.base is None:
            return cosines, slots
        rows = self._alive(self.base.near(vector))
        if len(rows) + len(slots) < count:
            rows = self._alive(np.arange(self.offset))
        slots = np.concatenate([rows, slots + self.offset])
        cosines = np.concatenate([products(self.base.vectors, rows, vector), cosines])
        if len(slots) > count:
            best = np.argpartition(-cosines, count - 1)[:count]
            cosines, slots = cosines[best], slots[best]
        order = np.argsort(-cosines, kind="stable")
        return cosines[order], slots[order]

    def products(self, slots: Slots, vector: Vectors) -> Vectors:
        """Inner products of a vector with those in these slots, shape (len(slots),)."""
        if self.base is None:
            return products(self.added, slots, vector)
        found = np.empty(len(slots), dtype=np.float32)
        of_base = slots < self.offset
        found[of_base] = products(self.base.vectors, slots[of_base], vector)
        found[~of_base] = products(self.added, slots[~of_base] - self.offset, vector)
        return found

    def vectors(self, slots: Slots) -> Vectors:
        """The vectors in these slots, shape (len(slots), dimension)."""
        if self.base is None:
            return self.added[slots]
        found = np.empty((len(slots), self.added.shape[1]), dtype=np.float32)
        of_base = slots < self.offset
        found[of_base] = self.base.vectors[slots[of_base]]
        found[~of_base] = self.added[slots[~of_base] - self.offset]
        return found

    def changed(self, removed: Slots, vectors: Vectors) -> tuple[VectorStore, Slots]:
        """A store without the removed slots and with more vectors, and each old slot's new number (-1: removed).

        The new vectors stand in the last slots, in their order.
        """
        moved = np.arange(len(self))
        moved[removed] = -1
        kept = moved[self.offset :] >= 0
        moved[self.offset :][kept] = self.offset + np.arange(int(kept.sum()))
        added = self.added if kept.all() else self.added[kept]
        gone = self.gone
        of_base = removed[removed < self.offset]
        if len(of_base):
            gone = np.zeros(self.offset, dtype=np.bool_) if gone is None else gone.copy()
            gone[of_base] = True
        if len(vectors):
            added = np.concatenate([added, vectors]) if len(added) else vectors
        return replace(self, added=added, gone=gone), moved

    def _alive(self, rows: Slots) -> Slots:
        return rows if self.gone is None else rows[~self.gone[rows]]


def _nothing() -> tuple[Vectors, Slots]:
    return np.empty(0, dtype=np.float32), np.empty(0, dtype=np.int64)
