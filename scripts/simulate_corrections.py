"""What a brand's corrections would do to its other messages: how ``triage/corrections.py`` got its figures.

Usage: python scripts/simulate_corrections.py
Each training writer of eval/reading is a brand, read by a model of the other writers with the default encoder. Some of
its misread messages are corrected, drawn three times; told are the share of these that are then read rightly, and how
many of the brand's other messages turn right or wrong. No test writer is looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import product

import numpy as np
from fit_reading import SOURCE, Rows, classified, coldness_of, dense_of, depths_of, groups_of, rarity_of, words_of
from numpy.typing import NDArray

from replyassist.core.embedding import SentenceTransformerEncoder, Vectors
from replyassist.core.encoders import DEFAULT
from replyassist.triage.kinds import Kind
from replyassist.triage.reader import LIKENESS_LAYER
from replyassist_bench.kinds import Labelled, read_labelled

DRAWN = 3
CORRECTED, STRENGTHS, FLOORS = (20, 60), (5.0, 10.0), (0.3, 0.4, 0.5, 0.6)
SHARES_OF_WORDS = (0.0, 0.5, 1.0)  # in the likeness; the layer has the rest


def left_out(labelled: Sequence[Labelled], rows: Rows, truth: NDArray[np.intp]) -> Vectors:
    """The scores of the kinds by models of other writers, calibrated, shape (messages, kinds)."""
    scores = np.zeros((len(labelled), len(Kind)), dtype=np.float32)
    for group in groups_of(labelled):
        rest = np.flatnonzero(~group)
        scores[group] = classified(rows.at(rest), truth[rest]).scores(rows.at(np.flatnonzero(group)))
    return np.asarray(scores * coldness_of(scores, truth))


def simulated(
    scores: Vectors, alike: Vectors, truth: NDArray[np.intp], writers: NDArray[np.str_], *, corrected: int
) -> tuple[float, int, int]:
    """The share of corrected messages that are right then, and how many others turn right and wrong.

    ``alike`` (messages, messages): each correction's strength for each message.
    """
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    residuals = np.eye(len(Kind))[truth] - odds / odds.sum(axis=1, keepdims=True)
    is_right = scores.argmax(axis=1) == truth
    dice = np.random.default_rng(0)
    mended, turned_right, turned_wrong = [], 0, 0
    for _, writer in product(range(DRAWN), sorted(set(writers.tolist()))):
        own = np.flatnonzero(writers == writer)
        given = dice.permutation(own[~is_right[own]])[:corrected]
        after = (scores[own] + alike[np.ix_(own, given)] @ residuals[given]).argmax(axis=1) == truth[own]
        is_given = np.isin(own, given)
        mended.append(float(after[is_given].mean()))
        turned_right += int((after & ~is_right[own])[~is_given].sum())
        turned_wrong += int((is_right[own] & ~after)[~is_given].sum())
    return float(np.mean(mended)), turned_right, turned_wrong


def main() -> None:
    """Print a line for each way to do it."""
    labelled = read_labelled(SOURCE, split="train")
    messages, texts = [one.message for one in labelled], [one.message.text for one in labelled]
    truth = np.array([list(Kind).index(one.kind) for one in labelled])
    writers = np.array([one.writer for one in labelled])
    depths = depths_of(texts, SentenceTransformerEncoder(DEFAULT.name))
    mean, spread = depths.mean(axis=0), depths.std(axis=0) + 1e-6
    words = words_of(texts, rarity_of(texts))
    scores = left_out(labelled, Rows(dense_of(messages, depths, mean, spread), words), truth)
    layer = ((depths - mean) / spread)[:, LIKENESS_LAYER]
    layer /= np.linalg.norm(layer, axis=1, keepdims=True)
    dense = words.toarray()
    dense /= np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-6)
    by_layer, by_words = layer @ layer.T, dense @ dense.T
    for share, floor, strength, corrected in product(SHARES_OF_WORDS, FLOORS, STRENGTHS, CORRECTED):
        alike = strength * np.maximum(0, ((1 - share) * by_layer + share * by_words - floor) / (1 - floor))
        mended, right, wrong = simulated(scores, alike, truth, writers, corrected=corrected)
        sys.stdout.write(
            f"words {share}, floor {floor}, strength {strength}, corrected {corrected}: "
            f"{mended:.3f} of them right, of the others {right} turn right and {wrong} wrong\n"
        )


if __name__ == "__main__":
    main()
