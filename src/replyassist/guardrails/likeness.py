"""How well one clause is supported by some sources: features of meaning and words, weighed by a fitted model.

The coefficients are what ``scripts/fit_support.py`` prints: a logistic regression on the val split of dstc9 (replies
against their own fact, and against other facts of the same and of other entities), and on nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Encoder
from replyassist.guardrails.terms import Term, terms
from replyassist.guardrails.vectors import MEMORY

Numbers = NDArray[np.floating[Any]]
NEAR = 0.55
"""Cosine similarity from which a word of a clause counts as said in other words by its source; set by hand."""

UNKNOWN = 0.6
"""What stands for a share of words where a clause has no such words."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What may support a clause: its passages (the first ``replies`` are the template's reply), and the question."""

    passages: tuple[str, ...]
    replies: int
    title: str
    names: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()

    @property
    def whole(self) -> str:
        """All passages as one text."""
        return " ".join(self.passages)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that is embedded for these sources."""
        return (*self.passages, self.whole, self.title, f"{self.title} {self.whole}".strip())


@dataclass(frozen=True, slots=True)
class ClauseSupport:
    """The probability (0 to 1) that the sources say the clause, its best passage, and how many words they lack."""

    probability: float
    best: int
    alike: float
    unsaid: int


def texts_to_embed(clause: str, sources: Sources) -> list[str]:
    """All that ``likeness`` will need vectors of."""
    words = [term.word for text in (clause, f"{sources.title} {sources.whole}") for term in _terms(text, sources)]
    return [clause, *sources.texts, *words]


def likeness(clause: str, sources: Sources, *, encoder: Encoder | None) -> ClauseSupport:
    """How well the sources support a clause; without an encoder by its words alone."""
    measured = measure(clause, sources, encoder=encoder)
    weights = WITH_MEANING if encoder else WITH_WORDS
    total = weights["constant"] + sum(
        weights[name] * value for name, value in measured.features.items() if name in weights
    )
    return ClauseSupport(1.0 / (1.0 + math.exp(-total)), measured.best, measured.alike, measured.unsaid)


@dataclass(frozen=True, slots=True)
class ClauseFeatures:
    """The features of a clause against its sources, all of about 0 to 1."""

    features: dict[str, float]
    best: int
    alike: float
    unsaid: int


def measure(clause: str, sources: Sources, *, encoder: Encoder | None) -> ClauseFeatures:
    """What the model is given."""
    said = _terms(clause, sources)
    known = _terms(f"{sources.title} {sources.whole}", sources)
    nearness = _nearness(said, known, encoder)
    literal = np.array([any(term.stem == other.stem for other in known) for term in said], dtype=np.float64)
    alike = _alike(clause, sources, encoder)
    best = int(np.argmax(alike[: len(sources.passages)])) if sources.passages else 0
    features = _word_features(said, literal, nearness.max(axis=1) if known else np.zeros(len(said)))
    features["returned"] = _returned(said, _terms(sources.passages[best], sources) if sources.passages else (), encoder)
    if encoder:
        count = len(sources.passages)
        features |= {
            "passage": float(alike[best]),
            "whole": float(alike[count]),
            "title": float(alike[count + 1]),
            "answered": float(alike[count + 2]),
        }
    unsaid = sum(
        term.names_the_matter and not said_so for term, said_so in zip(said, _is_said(literal, nearness), strict=True)
    )
    return ClauseFeatures(features, best, float(alike[best]) if len(alike) else 0.0, unsaid)


def passages_alike(clause: str, sources: Sources, *, encoder: Encoder | None) -> list[float]:
    """How alike the clause and each passage are, 0 (nothing in common) to 1."""
    return [float(value) for value in _alike(clause, sources, encoder)[: len(sources.passages)]]


def _terms(text: str, sources: Sources) -> tuple[Term, ...]:
    return terms(text, names=sources.names, common=sources.common)


def _is_said(literal: Numbers, nearness: Numbers) -> list[bool]:
    near = nearness.max(axis=1) >= NEAR if nearness.size else np.zeros(len(literal), dtype=bool)
    return [bool(value) for value in (literal > 0) | near]


def _nearness(said: Sequence[Term], known: Sequence[Term], encoder: Encoder | None) -> Numbers:
    """Shape (said, known): 1 for the same stem, else the cosine of the words, or 0 without an encoder."""
    same = np.array([[float(term.stem == other.stem) for other in known] for term in said]).reshape(
        len(said), len(known)
    )
    if encoder is None or not said or not known:
        return same
    words = MEMORY.of(encoder, [term.word for term in (*said, *known)])
    return np.asarray(np.maximum(same, words[: len(said)] @ words[len(said) :].T))


def _alike(clause: str, sources: Sources, encoder: Encoder | None) -> Numbers:
    """Similarity of the clause to each passage, and with an encoder to all of them, the title, and both."""
    if encoder is None:
        own = {term.stem for term in _terms(clause, sources)}
        return np.array([_shared(own, {term.stem for term in _terms(text, sources)}) for text in sources.passages])
    vectors = MEMORY.of(encoder, [clause, *sources.texts])
    return np.asarray(vectors[1:] @ vectors[0])


def _shared(first: set[str], second: set[str]) -> float:
    return 2 * len(first & second) / (len(first) + len(second)) if first or second else 0.0


def _word_features(said: Sequence[Term], literal: Numbers, near: Numbers) -> dict[str, float]:
    weights = np.array([term.weight for term in said])
    matter = weights >= 1.0
    near = np.maximum(near, literal)
    has_matter = bool(matter.any())
    return {
        "literal": _mean(literal, weights),
        "near": _mean(near, weights),
        "literal_matter": _mean(literal[matter], weights[matter]),
        "near_matter": _mean(near[matter], weights[matter]),
        "farthest": float(near[matter].min()) if has_matter else UNKNOWN,
        "nearest": float(near[matter].max()) if has_matter else UNKNOWN,
        "far_words": float((near[matter] < NEAR).sum()) / 5,
        "length": len(said) / 10,
        "no_words": float(not said),
        "no_matter": float(not has_matter),
    }


def _returned(said: Sequence[Term], source: Sequence[Term], encoder: Encoder | None) -> float:
    """The share of the best passage's words that the clause says too."""
    if not source or not said:
        return UNKNOWN
    return _mean(_nearness(source, said, encoder).max(axis=1), np.array([term.weight for term in source]))


def _mean(values: Numbers, weights: Numbers) -> float:
    total = float(weights.sum())
    return float((values * weights).sum()) / total if total else UNKNOWN


WITH_MEANING: dict[str, float] = {
    "constant": -9.622,
    "literal": 1.295,
    "near": 1.523,
    "literal_matter": -1.339,
    "near_matter": 5.794,
    "farthest": -0.963,
    "nearest": 0.874,
    "far_words": -0.52,
    "length": -4.336,
    "no_matter": 0.45,
    "returned": 5.151,
    "passage": 1.08,
    "whole": -1.709,
    "title": -1.691,
    "answered": 10.594,
}
WITH_WORDS: dict[str, float] = {
    "constant": -3.394,
    "literal": 3.13,
    "near": 3.13,
    "literal_matter": 0.482,
    "near_matter": 0.482,
    "farthest": -1.009,
    "nearest": 0.902,
    "far_words": -0.234,
    "length": -1.852,
    "no_matter": -0.157,
    "returned": 3.586,
}
