"""Word by word: how well a message and a template's texts say each other, as the encoder sees each piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors
from replyassist.core.words import WordVectors

# Chosen on parts of banking77's train file, clinc150 val, every third bitext message and eval/cases/dev.jsonl together.
WIDTH = 64  # main directions of the brand's own pieces that are kept; 64, 128 and all 384 are equally good
SHARPNESS = 20.0  # of the soft best match; 10 to 40 and the hard best were tried
BACK_TEXTS = 3  # of a template, of which a message says most, are asked what it says of them; 1 to 6 were tried
MOST_TEXTS, MOST_PIECES = 40, 512  # of a template: memory and time stay small however many examples it has
FEWEST_TEXTS, TEXTS_OF_ALL = 4, 6_000  # of a template, and of all: words take 10 kB a text on disk
READ_PIECES = 64  # of a message: longer ones are read so far


@dataclass(frozen=True)
class Pieces:
    """Those of one template, turned and shortened to ``WIDTH`` numbers of unit length: ``vectors`` (pieces, width).

    A text's pieces begin at one of ``starts`` (texts,); their ``shares`` (pieces,) of what it says sum to 1.
    """

    vectors: Vectors
    shares: Vectors
    starts: NDArray[np.int64]


@dataclass(frozen=True)
class Alignment:
    """The pieces of each class, and how pieces of a message are turned and weighed.

    ``rarity`` is the logarithm of how rare a piece of the vocabulary is among the texts, ``unseen`` that of one in
    none.
    """

    centre: Vectors
    basis: Vectors
    pieces: tuple[Pieces, ...]
    rarity: dict[int, float]
    unseen: float

    def scores(self, words: WordVectors, classes: NDArray[np.int64]) -> Vectors:
        """How well the message's pieces match those of each of these classes and theirs the message's, (classes, 2).

        Both are about 0 to 1. There: each piece's soft maximum of its cosines with the class's pieces, rare ones
        counting more. Back: how well the message says the three texts of the class of which it says most. Class -1, of
        which nothing is known, like one without pieces, has the mean of the others.
        """
        places = [place for place, number in enumerate(classes) if number >= 0 and len(self.pieces[number].vectors)]
        if not places or not len(words.numbers):
            return np.zeros((len(classes), 2), dtype=np.float32)
        there = [self.pieces[classes[place]] for place in places]
        cosines, ends = _cosines(self._shortened(words.vectors[:READ_PIECES]), there)
        back = _said_back(cosines, there, ends)
        scores = np.stack([_soft_best(cosines, ends) @ self._weights(words), back], axis=1)
        found = np.repeat(scores.mean(axis=0, keepdims=True), len(classes), axis=0)
        found[places] = scores
        return found

    def _weights(self, words: WordVectors) -> Vectors:
        weights = np.array([self.rarity.get(int(number), self.unseen) for number in words.numbers[:READ_PIECES]])
        return np.asarray(weights / weights.sum(), dtype=np.float32)

    def _shortened(self, vectors: NDArray[np.float16]) -> Vectors:
        return _unit((vectors.astype(np.float32) - self.centre) @ self.basis)


def standing_for(texts: int, *, templates: int) -> NDArray[np.int64]:
    """Which of a template's so many texts are aligned with, evenly over their order; the first is among them."""
    most = min(MOST_TEXTS, max(FEWEST_TEXTS, TEXTS_OF_ALL // templates))
    return np.arange(texts) if texts <= most else np.arange(most) * texts // most


def align(readings: Sequence[WordVectors | None], owner: NDArray[np.int64], *, count: int) -> Alignment | None:
    """Made from the texts of ``count`` templates, which ``owner`` (texts,) names in order; None without words.

    The directions are the principal components of the pieces (Hotelling 1933), the rarity is the inverse document
    frequency (Sparck Jones 1972), and the scores follow late interaction (Khattab and Zaharia, ColBERT, 2020).
    """
    words = [reading for reading in readings if reading is not None]
    if len(words) < len(readings) or not any(len(reading.numbers) for reading in words):
        return None
    ends = np.cumsum(np.bincount(owner, minlength=count))
    together = [words[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    width = max(reading.vectors.shape[1] for reading in words)
    kept = [_first_vectors(several, width=width) for several in together]
    every = np.concatenate(kept).astype(np.float32)
    centre = every.mean(axis=0)
    basis = _directions(every - centre)
    rarity = _rarity(words)
    return Alignment(
        centre=centre,
        basis=basis,
        pieces=tuple(
            _pieces(_unit((vectors.astype(np.float32) - centre) @ basis), several, rarity)
            for vectors, several in zip(kept, together, strict=True)
        ),
        rarity=rarity,
        unseen=float(np.log((len(words) + 1) / 0.5)),
    )


def _first_vectors(words: Sequence[WordVectors], *, width: int) -> NDArray[np.float16]:
    given = [reading.vectors for reading in words if len(reading.numbers)]
    return np.concatenate(given)[:MOST_PIECES] if given else np.zeros((0, width), dtype=np.float16)


def _rarity(words: Sequence[WordVectors]) -> dict[int, float]:
    numbers, texts = np.unique(np.concatenate([np.unique(reading.numbers) for reading in words]), return_counts=True)
    return {
        int(number): max(1e-6, float(np.log((len(words) + 1) / (found + 0.5))))
        for number, found in zip(numbers, texts, strict=True)
    }


def _pieces(vectors: Vectors, words: Sequence[WordVectors], rarity: dict[int, float]) -> Pieces:
    lengths = np.array([len(reading.numbers) for reading in words if len(reading.numbers)], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    starts = starts[starts < len(vectors)]
    numbers = [int(number) for reading in words for number in reading.numbers][: len(vectors)]
    weights = np.array([rarity[number] for number in numbers], dtype=np.float32)
    if len(weights):
        weights /= np.repeat(np.add.reduceat(weights, starts), np.diff(starts, append=len(weights)))
    return Pieces(vectors, weights, starts)


def _directions(centred: Vectors) -> Vectors:
    _, turned = np.linalg.eigh(centred.T @ centred)
    return np.ascontiguousarray(turned[:, ::-1][:, :WIDTH])


def _cosines(said: Vectors, classes: Sequence[Pieces]) -> tuple[Vectors, NDArray[np.int64]]:
    """Of all classes' pieces with those of the message, shape (pieces, said), and where each class ends."""
    ends = np.cumsum([len(pieces.vectors) for pieces in classes])
    cosines = np.empty((ends[-1], len(said)), dtype=np.float32)
    for pieces, end in zip(classes, ends, strict=True):
        np.matmul(pieces.vectors, said.T, out=cosines[end - len(pieces.vectors) : end])
    return cosines, ends


def _said_back(cosines: Vectors, classes: Sequence[Pieces], ends: NDArray[np.int64]) -> Vectors:
    """By class, how much the message says of the three texts that it says most of, shape (classes,)."""
    begins = ends - np.array([len(pieces.vectors) for pieces in classes])
    starts = np.concatenate([pieces.starts + begin for pieces, begin in zip(classes, begins, strict=True)])
    by_text = np.add.reduceat(_row_maxima(cosines) * np.concatenate([pieces.shares for pieces in classes]), starts)
    counts = [len(pieces.starts) for pieces in classes]
    padded = np.full((len(classes), max([*counts, BACK_TEXTS])), -np.inf, dtype=np.float32)
    padded[np.repeat(np.arange(len(classes)), counts), np.concatenate([np.arange(count) for count in counts])] = by_text
    best = np.partition(padded, -BACK_TEXTS, axis=1)[:, -BACK_TEXTS:]
    return np.asarray(np.nanmean(np.where(np.isfinite(best), best, np.nan), axis=1), dtype=np.float32)


def _row_maxima(values: Vectors) -> Vectors:
    """As ``values.max(axis=1)``: over many rows of few columns numpy takes a third of the time column by column."""
    return np.asarray(np.ascontiguousarray(values.T).max(axis=0))


def _soft_best(cosines: Vectors, ends: NDArray[np.int64]) -> Vectors:
    """The soft maximum over each class's pieces, shape (classes, said); the cosines are used up."""
    cosines -= 1.0
    cosines *= SHARPNESS
    np.exp(cosines, out=cosines)
    counts = np.diff(ends, prepend=0)
    means = np.add.reduceat(cosines, ends - counts, axis=0) / counts[:, None]
    return np.asarray(1.0 + np.log(means) / SHARPNESS, dtype=np.float32)


def _unit(vectors: NDArray[np.floating]) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), dtype=np.float32)
