"""Fit the reading of kinds (triage/kinds.npz) on the training writers of eval/reading, and show how it was chosen.

Usage: python scripts/fit_reading.py [--check]
Multinomial logistic regression with classes weighed alike. Each training writer is read by a model of the others; on
these readings the coldness (temperature) is fitted, and macro-F1, accuracy and what each threshold of triage/kinds.py
does are printed. With ``--check`` nothing is written, and it exits 1 where the shipped weights give other readings of
the training messages than the new ones by more than 0.02. No test writer is looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from replyassist.benchmarks.kinds import Labelled, measures_of, read_labelled
from replyassist.core.embedding import SentenceTransformerEncoder, Vectors
from replyassist.core.encoders import CHECKS
from replyassist.triage.kind_reader import PATH, KindReader, load_reader
from replyassist.triage.kinds import Kind, KindReading
from replyassist.triage.measures import LETTER_PLACES, WORD_PLACES, measure, parts_of, row_length

SOURCE = Path(__file__).resolve().parents[1] / "eval" / "reading"
STRENGTH = 3.0  # inverse of the ridge
STEPS = 200
TOLERANCE = 1e-3
DIFFERENCE = 0.02
LEAST_MESSAGES = 2  # that a word or a run of letters must be in


def rarity_of(labelled: Sequence[Labelled]) -> NDArray[np.float32]:
    """Inverse document frequency of every hashed place; 0 where too few messages have it."""
    counts = np.zeros(WORD_PLACES + LETTER_PLACES)
    for one in labelled:
        for places, _ in parts_of(one.message.text):
            counts[places] += 1
    weights = np.log((1 + len(labelled)) / (1 + counts)) + 1
    return np.where(counts >= LEAST_MESSAGES, weights, 0).astype(np.float32)


def fit(labelled: Sequence[Labelled], vectors: Vectors, *, encoder: str) -> KindReader:
    """A reader of these messages, with a coldness of 1."""
    rarity = rarity_of(labelled)
    rows = [measure(one.message, vector, rarity) for one, vector in zip(labelled, vectors, strict=True)]
    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    flat = (np.concatenate([values for _, values in rows]), np.concatenate([places for places, _ in rows]), starts)
    matrix = csr_matrix(flat, shape=(len(rows), row_length(vectors.shape[1]))).tocsc()
    matrix.eliminate_zeros()
    used = np.flatnonzero(np.diff(matrix.indptr))
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS, tol=TOLERANCE, class_weight="balanced")
    model.fit(matrix[:, used].tocsr(), [one.kind.value for one in labelled])
    weights = np.zeros((matrix.shape[1], len(model.classes_)), dtype=np.float32)
    weights[used] = model.coef_.T
    kinds = tuple(Kind(name) for name in model.classes_)
    return KindReader(kinds, weights, model.intercept_.astype(np.float32), rarity, 1.0, encoder, "")


def readings(reader: KindReader, labelled: Sequence[Labelled], vectors: Vectors) -> list[KindReading]:
    """What a reader makes of each."""
    return [reader.read(one.message, vector) for one, vector in zip(labelled, vectors, strict=True)]


def left_out(labelled: Sequence[Labelled], vectors: Vectors) -> list[KindReader]:
    """For each message the reader that was fitted without its writer."""
    writers = np.array([one.writer for one in labelled])
    made = {}
    for writer in sorted(set(writers.tolist())):
        others = np.flatnonzero(writers != writer)
        made[writer] = fit([labelled[place] for place in others], vectors[others], encoder="")
    return [made[one.writer] for one in labelled]


def coldness_of(scores: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    """The factor on the scores, shape (messages, kinds), under which the truth is likeliest."""

    def surprise(factor: float) -> float:
        scaled = scores * factor
        own = scaled[np.arange(len(truth)), truth]
        return float(
            (np.log(np.exp(scaled - scaled.max(axis=1, keepdims=True)).sum(axis=1)) + scaled.max(axis=1) - own).mean()
        )

    return round(float(minimize_scalar(surprise, bounds=(0.2, 5), method="bounded").x), 3)


def save(reader: KindReader, path: Path) -> None:
    """Write it in half precision."""
    np.savez_compressed(
        path,
        kinds=np.array([kind.value for kind in reader.kinds]),
        weights=reader.weights.astype(np.float16),
        constant=reader.constant,
        rarity=reader.rarity.astype(np.float16),
        coldness=np.float64(reader.coldness),
        encoder=np.array(reader.encoder),
    )


def main() -> int:
    """Fit and write, or compare with what is shipped; the exit status."""
    encoder = SentenceTransformerEncoder(CHECKS.name)
    labelled = read_labelled(SOURCE, split="train")
    vectors = encoder.encode([one.message.text for one in labelled])
    fitted = fit(labelled, vectors, encoder=encoder.model_digest)
    apart = left_out(labelled, vectors)
    scores = np.array(
        [reader.scores(one.message, vector) for reader, one, vector in zip(apart, labelled, vectors, strict=True)]
    )
    truth = np.array([fitted.kinds.index(one.kind) for one in labelled])
    coldness = coldness_of(scores, truth)
    fitted = replace(fitted, coldness=coldness)
    if "--check" in sys.argv[1:]:
        return _check(fitted, labelled, vectors)
    read = [
        replace(reader, coldness=coldness).read(one.message, vector)
        for reader, one, vector in zip(apart, labelled, vectors, strict=True)
    ]
    for name, value in measures_of(labelled, read).items():
        sys.stdout.write(f"{name}: {value}\n")
    save(fitted, PATH)
    sys.stdout.write(f"coldness {coldness}; {PATH.stat().st_size} bytes\n")
    return 0


def _check(fitted: KindReader, labelled: Sequence[Labelled], vectors: Vectors) -> int:
    old, new = (readings(reader, labelled, vectors) for reader in (load_reader(PATH), fitted))
    worst = max(
        abs(before.probabilities[kind] - after.probabilities[kind])
        for before, after in zip(old, new, strict=True)
        for kind in fitted.kinds
    )
    sys.stdout.write(f"the readings differ by at most {worst:.3f}\n")
    return 1 if worst > DIFFERENCE else 0


if __name__ == "__main__":
    sys.exit(main())
