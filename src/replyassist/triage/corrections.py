"""What a brand's people said that its messages really are, and how that changes the reading of messages like them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors

from .kinds import Kind
from .measures import LETTER_PLACES, WORD_PLACES, words_row

STRENGTH, FLOOR = 10.0, 0.5
"""How much a correction adds to the scores of its own message, and the likeness below which it adds nothing: the mean
of two cosines, of the encoder's layer and of the words. ``scripts/simulate_corrections.py`` corrects 60 misread
messages of each training writer: all of these are then read rightly (.994 with a strength of 5), and of 12,000 others,
which hardly say a thing twice, 3 turn wrong; from .4 on 12 do. By the layer alone 193 do and one turns right: it takes
all emoji that it does not know for one, and a language for a topic."""


@dataclass(frozen=True)
class MessageFeatures:
    """By what messages are held against each other: ``vector`` (width,), of unit length, is what the encoder's layer
    makes of one, ``place`` (few,) where it stands among the labelled examples; ``places`` and ``values`` are its words
    and runs of letters as of ``words_row``, together of unit length."""

    vector: Vectors
    place: Vectors
    places: NDArray[np.intp]
    values: Vectors

    @classmethod
    def of(cls, text: str, *, rarity: NDArray[np.float32], vector: Vectors, place: Vectors) -> Self:
        """That of a text, of which the encoder made ``vector`` and ``place``; ``rarity`` as of ``words_row``."""
        places, values = words_row(text, rarity)
        return cls(vector, place, places, values / (float(np.linalg.norm(values)) or 1.0))


@dataclass(frozen=True)
class Correction:
    """A message that is of this ``kind``, ``text`` as people may see it.

    ``residual`` (kinds,): 1 for the right kind, less the probabilities that were read without corrections.
    """

    text: str
    kind: Kind
    likeness: MessageFeatures
    residual: Vectors


@dataclass(frozen=True)
class Corrections:
    """Those of one brand, as the encoder of this digest sees them."""

    encoder: str
    each: tuple[Correction, ...]

    @cached_property
    def _vectors(self) -> Vectors:
        return np.stack([one.likeness.vector for one in self.each])

    @cached_property
    def _residuals(self) -> Vectors:
        return np.stack([one.residual for one in self.each])

    def apply(self, scores: Vectors, message: MessageFeatures) -> Vectors:
        """The scores of the kinds, shape (kinds,), with what the corrections of messages like this one add."""
        return np.asarray(scores + STRENGTH * self._nearness(message) @ self._residuals) if self.each else scores

    def nearest(self, kind: Kind, message: MessageFeatures) -> tuple[Correction, float] | None:
        """Of the corrections of this kind that count for the message the one that it is most like, with the cosine of
        their places among the examples; None where none counts."""
        near = self._nearness(message) if self.each else ()
        found = (
            (one, float(one.likeness.place @ message.place))
            for one, nearness in zip(self.each, near, strict=True)
            if nearness > 0 and one.kind is kind
        )
        return max(found, key=lambda pair: pair[1], default=None)

    def _nearness(self, message: MessageFeatures) -> Vectors:
        """Of each correction, 0 (does not count) to 1 (the same message), shape (corrections,)."""
        words = np.zeros(WORD_PLACES + LETTER_PLACES, dtype=np.float32)
        np.add.at(words, message.places, message.values)
        shared = np.array([one.likeness.values @ words[one.likeness.places] for one in self.each], dtype=np.float32)
        return np.asarray(np.maximum(0, ((self._vectors @ message.vector + shared) / 2 - FLOOR) / (1 - FLOOR)))


def corrections_of(encoder: str, each: Iterable[Correction]) -> Corrections | None:
    """Those of one brand; None where nobody corrected anything."""
    found = tuple(each)
    return Corrections(encoder, found) if found else None
