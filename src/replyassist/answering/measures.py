"""What a question and a reply are held against each other by, as one row of numbers.

The reply is read sentence by sentence, each behind its title; both come from one pass of the encoder. How many
sentences there are is no number of the row: a short reply is as good as a long one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors
from replyassist.core.words import Reading, WordVectors
from replyassist.guardrails.text import sentence_spans

Rows = NDArray[np.float64]
MOST_SENTENCES = 24  # of a reply; longer ones are read so far
MOST_PIECES = 96  # of a question
RARE_FROM = 0.4
"""Pieces of the question that are rarer than this share of its pieces name what is asked."""
COMPARISONS = 24


@dataclass(frozen=True)
class Background:
    """What was common to the texts of the fit.

    ``centre`` (width,) is the mean of their pieces' vectors, ``rarity`` (vocabulary,) the inverse document frequency of
    each piece, which ``unseen`` is for pieces that none of them had.
    """

    centre: Vectors
    rarity: Vectors
    unseen: float

    def directions(self, words: WordVectors) -> Vectors:
        """The pieces' vectors without what all have in common, of unit length, shape (pieces, width)."""
        vectors = words.vectors.astype(np.float32) - self.centre
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6))

    def weights(self, words: WordVectors) -> Vectors:
        """How rare each piece is, shape (pieces,)."""
        known = np.minimum(words.numbers, len(self.rarity) - 1)
        found = np.where(words.numbers < len(self.rarity), self.rarity[known], 0.0)
        return np.asarray(np.where(found > 0, found, self.unseen), dtype=np.float32)


@dataclass(frozen=True)
class ReadReply:
    """A reply as it was read: its title alone, and each sentence behind the title."""

    title: Reading
    sentences: tuple[Reading, ...]


def texts_of(title: str, reply: str) -> tuple[str, ...]:
    """What of a reply is read: the title, then each sentence behind it."""
    sentences = [reply[start:end] for start, end in sentence_spans(reply)][:MOST_SENTENCES]
    return (title, *(f"{title}: {sentence}" if title else sentence for sentence in sentences))


def said(readings: Sequence[Reading]) -> ReadReply:
    """Of the readings of ``texts_of``."""
    return ReadReply(readings[0], tuple(readings[1:]))


def measure(question: Reading, reply: ReadReply, background: Background) -> Rows | None:
    """One row: what is asked (twice the width), then ``COMPARISONS`` numbers; None where there is nothing to compare.

    Nothing is there to compare without the words of the question, or without a sentence.
    """
    words = question.words
    if words is None or not len(words.numbers) or not reply.sentences:
        return None
    words = WordVectors(words.numbers[:MOST_PIECES], words.vectors[:MOST_PIECES])
    asked = words.vectors.astype(np.float32).mean(axis=0) - background.centre
    compared = [*_by_sentence(question, reply), *_by_piece(words, reply, background)]
    return np.concatenate([question.vector, asked, compared]).astype(np.float64)


def _by_sentence(question: Reading, reply: ReadReply) -> Iterator[float]:
    cosines = np.array([sentence.vector @ question.vector for sentence in reply.sentences])
    title = float(reply.title.vector @ question.vector)
    order = np.sort(cosines)[::-1]
    yield from (order[0], title, order[0] - title, order[0] - order.mean())
    yield order[0] - order[min(1, len(order) - 1)]


def _by_piece(words: WordVectors, reply: ReadReply, background: Background) -> Iterator[float]:
    """How well each piece of the question is said, in the sentence that says most of it and anywhere."""
    asked, weights = background.directions(words), background.weights(words)
    rare = weights >= np.quantile(weights, RARE_FROM)
    share = weights / weights.sum()
    every = [sentence.words for sentence in reply.sentences if sentence.words is not None]
    sides = [background.directions(sentence) @ asked.T for sentence in every]
    best = np.stack([side.max(axis=0) for side in sides])
    by_sentence = np.sort(best @ share)[::-1]
    place = int((best @ share).argmax())
    anywhere = best.max(axis=0)
    yield float(anywhere @ share)
    yield by_sentence[0]
    yield by_sentence[0] - by_sentence[min(1, len(by_sentence) - 1)]
    yield float(anywhere @ share) - by_sentence[0]
    for found in (anywhere, best[place]):
        yield from (found[rare].min(), *np.quantile(found[rare], (0.25, 0.5)))
    back, of_back = sides[place].max(axis=1), background.weights(every[place])
    yield float(back @ of_back / of_back.sum())
    yield float(np.quantile(back, 0.9))
    literal = [np.isin(words.numbers, sentence.numbers) for sentence in every]
    anywhere_literal = np.any(literal, axis=0)
    yield float(anywhere_literal @ share)
    yield float(literal[place] @ share)
    yield float(weights[~anywhere_literal].sum()) / 10
    yield float(weights[~anywhere_literal].max(initial=0.0))
    yield from (np.log(len(words.numbers)), np.log(len(every[place].numbers)), float(rare.sum()) / 10)
