"""What the scripts that fit to a reader's vectors have in common: vectors that are kept, and a logistic regression."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from replyassist.core.embedded_llm import EmbeddedLanguageModel, EmbeddedPairReader, reader_weights

Rows = NDArray[np.float64]
Vectors = NDArray[np.float32]
STEPS = 3000
SAVED_EVERY = 50
_Read = TypeVar("_Read")


def kept_vectors(
    every: Sequence[_Read],
    cache: Path,
    *,
    prompt: Callable[[_Read], str],
    read: Callable[[EmbeddedPairReader, _Read], Vectors],
) -> list[Vectors]:
    """What ``read`` makes of each, kept in the cache by the digest of its prompt; a new one takes a second or two."""
    known = dict(np.load(cache)) if cache.exists() else {}
    server = EmbeddedLanguageModel(Path(".replyassist"), weights=reader_weights, reads=True)
    reader = EmbeddedPairReader(server)
    keys = [hashlib.sha256(prompt(each).encode()).hexdigest() for each in every]
    missing = {key: each for key, each in zip(keys, every, strict=True) if key not in known}
    for number, (key, each) in enumerate(missing.items(), 1):
        known[key] = read(reader, each).astype(np.float16)
        if number % SAVED_EVERY == 0 or number == len(missing):
            np.savez(cache, **known)
            sys.stderr.write(f"{number} of {len(missing)} read\n")
    server.stop()
    return [known[key].astype(np.float32) for key in keys]


def reader_digest() -> str:
    """Which reader's vectors these are."""
    return EmbeddedPairReader(EmbeddedLanguageModel(Path(".replyassist"))).digest


def fit_line(rows: NDArray[np.floating], truth: NDArray[np.bool_], *, strength: float) -> tuple[Rows, float]:
    """Weights and constant of a logistic regression for rows as they are; ``strength`` is the inverse of its ridge."""
    weights, constants = fit_lines(rows, truth, strength=strength)
    return weights[0], float(constants[0])


def fit_lines(rows: NDArray[np.floating], truth: NDArray[np.generic], *, strength: float) -> tuple[Rows, Rows]:
    """The same for several kinds: shapes (kinds, width) and (kinds,); one line where there are two."""
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=strength, max_iter=STEPS).fit(scaler.transform(rows), truth)
    weights = model.coef_ / scaler.scale_
    return weights, model.intercept_ - weights @ scaler.mean_
