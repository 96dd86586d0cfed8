"""Word by word: how well what a message says is said in a template's texts, as the encoder sees each piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors
from replyassist.core.words import Words

# Chosen on parts of banking77's train file, clinc150 val, every third bitext message and eval/cases/dev.jsonl together.
WIDTH = 64  # main directions of the brand's own pieces that are kept; 64, 128 and all 384 are equally good
SHARPNESS = 20.0  # of the soft best match; 10 to 40 and the hard best were tried
MOST_TEXTS, MOST_PIECES = 40, 512  # of a template: memory and time stay small however many examples it has
FEWEST_TEXTS, TEXTS_OF_ALL = 4, 6_000  # of a template, and of all: words take 10 kB a text on disk
READ_PIECES = 64  # of a message: longer ones are read so far


@dataclass(frozen=True)
class Alignment:
    """Pieces of all templates, turned and shortened to ``WIDTH`` numbers of unit length.

    ``pieces`` holds an array of shape (pieces, width) for each class; ``rarity`` is the logarithm of how rare a piece
    of the vocabulary is among the texts, ``unseen`` that of one in none.
    """

    centre: Vectors
    basis: Vectors
    pieces: tuple[Vectors, ...]
    rarity: dict[int, float]
    unseen: float

    def scores(self, words: Words, classes: NDArray[np.int64]) -> Vectors:
        """How well the message's pieces match those of each of these classes, about 0 to 1, shape (len(classes),).

        A piece's match is the soft maximum of its cosines with the class's pieces; rare ones count more. Class -1, of
        which nothing is known, like one without pieces, has the mean of the others.
        """
        found = np.full(len(classes), np.nan, dtype=np.float32)
        if len(words.numbers):
            weights = self._weights(words)
            said = self._shortened(words.vectors[:READ_PIECES])
            for row, number in enumerate(classes):
                if number >= 0 and len(self.pieces[number]):
                    found[row] = weights @ _soft_best(said @ self.pieces[number].T)
        known = ~np.isnan(found)
        found[~known] = found[known].mean() if known.any() else 0.0
        return found

    def _weights(self, words: Words) -> Vectors:
        weights = np.array([self.rarity.get(int(number), self.unseen) for number in words.numbers[:READ_PIECES]])
        return np.asarray(weights / weights.sum(), dtype=np.float32)

    def _shortened(self, vectors: NDArray[np.float16]) -> Vectors:
        return _unit((vectors.astype(np.float32) - self.centre) @ self.basis)


def standing_for(texts: int, *, templates: int) -> NDArray[np.int64]:
    """Which of a template's so many texts are aligned with, evenly over their order; the first is among them."""
    most = min(MOST_TEXTS, max(FEWEST_TEXTS, TEXTS_OF_ALL // templates))
    return np.arange(texts) if texts <= most else np.arange(most) * texts // most


def align(readings: Sequence[Words | None], owner: NDArray[np.int64], *, count: int) -> Alignment | None:
    """Made from the texts of ``count`` templates, which ``owner`` (texts,) names in order; None without words.

    The directions are the principal components of the pieces (Hotelling 1933), the rarity is the inverse document
    frequency (Sparck Jones 1972), and the scores follow late interaction (Khattab and Zaharia, ColBERT, 2020).
    """
    words = [reading for reading in readings if reading is not None]
    if len(words) < len(readings) or not any(len(reading.numbers) for reading in words):
        return None
    ends = np.cumsum(np.bincount(owner, [len(reading.numbers) for reading in words], count)).astype(np.int64)
    every_text = np.concatenate([reading.vectors for reading in words if len(reading.numbers)])  # of none, no width
    together = [several[:MOST_PIECES] for several in np.split(every_text, ends[:-1])]
    every = np.concatenate(together).astype(np.float32)
    centre = every.mean(axis=0)
    basis = _directions(every - centre)
    appearing = np.concatenate([np.unique(reading.numbers) for reading in words])
    numbers, texts = np.unique(appearing, return_counts=True)
    unseen = float(np.log((len(words) + 1) / 0.5))
    return Alignment(
        centre=centre,
        basis=basis,
        pieces=tuple(_unit((several.astype(np.float32) - centre) @ basis) for several in together),
        rarity={
            int(number): max(1e-6, float(np.log((len(words) + 1) / (found + 0.5))))
            for number, found in zip(numbers, texts, strict=True)
        },
        unseen=unseen,
    )


def _directions(centred: Vectors) -> Vectors:
    _, turned = np.linalg.eigh(centred.T @ centred)
    return np.ascontiguousarray(turned[:, ::-1][:, :WIDTH])


def _soft_best(cosines: Vectors) -> Vectors:
    return np.asarray(1.0 + np.log(np.exp(SHARPNESS * (cosines - 1.0)).mean(axis=1)) / SHARPNESS, dtype=np.float32)


def _unit(vectors: NDArray[np.floating]) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), dtype=np.float32)
