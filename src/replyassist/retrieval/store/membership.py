"""Which template the text in each slot belongs to, and what it is to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .products import Slots


@dataclass(frozen=True)
class Membership:
    """``owner``: the template's number by slot; by slot, too, whether the text is ``asked``, ``generated`` as
    if it were, or speaks ``against`` it.

    By template: the slots of its ``title`` and of the ``whole``, title and reply together; of one that has only the
    other's vector both are the same.
    """

    owner: Slots
    asked: NDArray[np.bool_]
    generated: NDArray[np.bool_]
    against: NDArray[np.bool_]
    title: Slots
    whole: Slots

    @property
    def has_question(self) -> NDArray[np.bool_]:
        """By template, whether it has an example question of people's."""
        found = np.zeros(len(self.title), dtype=np.bool_)
        found[self.owner[self.asked]] = True
        return found
