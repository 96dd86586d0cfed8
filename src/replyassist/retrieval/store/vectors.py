"""The vectors of a brand's texts by slot, and the nearest of them to a message."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors

from .base import Base
from .products import Slots, products


@dataclass(frozen=True)
class VectorStore:
    """Unit vectors, float32, shape (slots, dimension): those of a ``base`` and after them those ``added`` since.

    A store never changes; ``changed`` makes a new one that shares what stayed. ``gone``, shape (rows of the base,),
    marks what was removed of the base; None for nothing. Without a base all texts are compared.
    """

    added: Vectors
    base: Base | None = None
    gone: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return self.offset + len(self.added)

    @property
    def offset(self) -> int:
        """The first slot after the base's."""
        return 0 if self.base is None else len(self.base)

    def search(self, vector: Vectors, *, count: int) -> tuple[Vectors, Slots]:
        """Cosines and slots of the nearest texts to a unit vector of shape (dimension,), the nearest first."""
        slots = np.arange(len(self))
        if self.base is not None:
            rows = self._alive(self.base.near(vector))
            if len(rows) + len(self.added) < count:
                rows = self._alive(slots[: self.offset])
            slots = np.concatenate([rows, slots[self.offset :]])
        cosines = self.products(slots, vector)
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
