"""Ranks templates for a message by nearest text, centroid and a classifier, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors

from .classifier import LinearClassifier, fit_classifier
from .entries import Entry
from .spelling import Spelling

# Chosen on parts of banking77's train file, clinc150 val, every third bitext message and eval/cases/dev.jsonl together.
CENTRING = 0.7  # share of the brand's mean direction that is taken out: what all its texts have in common tells nothing
CLASSIFIER_WEIGHT = 0.2  # of a log-odd, beside two cosines
SPELLING_WEIGHT = 0.5  # of the spelling's unit vector beside the sentence's in the classifier
QUESTIONS_TO_LEARN_FROM = 3  # the median template's: below, the classifier costs accuracy (bitext without examples)
LARGEST_TASK = 5_000_000  # texts times templates: beyond, training would take minutes
CANDIDATES = 512  # nearest texts that are looked at; what is farther counts as far as the last of them


@dataclass(frozen=True)
class Ranking:
    """Scores of every template for one message, each of shape (templates,).

    ``total`` ranks; ``nearest`` and ``centroid`` are cosines after centring; ``logits`` come from the classifier (zeros
    without one); ``entry`` is the number of each template's nearest text and ``cosine`` its cosine before centring.
    """

    total: Vectors
    nearest: Vectors
    centroid: Vectors
    logits: Vectors
    entry: NDArray[np.int64]
    cosine: Vectors


class Ranker:
    """Built once from the vectors of all entries, which stand grouped by template; read by any number of threads."""

    def __init__(self, entries: Sequence[Entry], vectors: Vectors, *, templates: int) -> None:
        self._owner = np.array([entry.template for entry in entries], dtype=np.int64)
        self._starts = np.searchsorted(self._owner, np.arange(templates))
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        self._centre = CENTRING * _means(vectors, self._owner, templates).mean(axis=0)
        away = vectors - self._centre
        self._lengths = np.maximum(np.linalg.norm(away, axis=1), 1e-6).astype(np.float32)
        self._offsets = (vectors @ self._centre).astype(np.float32)
        self._centroids = _unit(_means(away / self._lengths[:, None], self._owner, templates))
        self._spelling: Spelling | None = None
        self._classifier: LinearClassifier | None = None
        if _can_learn(entries, templates):
            texts = [entry.text for entry in entries]
            self._spelling = Spelling(texts)
            features = np.hstack([vectors, SPELLING_WEIGHT * self._spelling.vectors(texts)])
            self._classifier = fit_classifier(features, self._owner, count=templates)

    def rank(self, vector: Vectors, *, text: str) -> Ranking:
        """Scores for a message: its unit vector of shape (dimension,), and its words for the spelling."""
        cosines = self._cosines(vector)
        away = vector - self._centre
        length = max(float(np.linalg.norm(away)), 1e-6)
        shift = float(self._centre @ self._centre) - float(vector @ self._centre)
        centred = (cosines - self._offsets + shift) / (self._lengths * length)
        nearest = np.maximum.reduceat(centred, self._starts)
        entry = self._first_of_each(centred, nearest)
        centroid = self._centroids @ (away / length)
        logits = self._logits(vector, text)
        return Ranking(
            total=nearest + centroid + CLASSIFIER_WEIGHT * logits,
            nearest=nearest,
            centroid=centroid,
            logits=logits,
            entry=entry,
            cosine=cosines[entry],
        )

    def _cosines(self, vector: Vectors) -> Vectors:
        count = min(len(self._owner), CANDIDATES)
        scores, order = self._index.search(vector.reshape(1, -1), count)
        cosines = np.full(len(self._owner), scores[0, -1], dtype=np.float32)
        cosines[order[0]] = scores[0]
        return cosines

    def _first_of_each(self, centred: Vectors, nearest: Vectors) -> NDArray[np.int64]:
        hits = np.flatnonzero(centred >= nearest[self._owner])
        _, first = np.unique(self._owner[hits], return_index=True)
        return np.asarray(hits[first], dtype=np.int64)

    def _logits(self, vector: Vectors, text: str) -> Vectors:
        if self._classifier is None or self._spelling is None:
            return np.zeros(len(self._starts), dtype=np.float32)
        spelt = SPELLING_WEIGHT * self._spelling.vectors([text])[0]
        return self._classifier.logits(np.concatenate([vector, spelt]))


def _can_learn(entries: Sequence[Entry], templates: int) -> bool:
    questions = np.zeros(templates, dtype=np.int64)
    for entry in entries:
        questions[entry.template] += entry.field == "question"
    enough = templates > 1 and float(np.median(questions)) >= QUESTIONS_TO_LEARN_FROM
    return enough and len(entries) * templates <= LARGEST_TASK


def _means(vectors: Vectors, owner: NDArray[np.int64], count: int) -> Vectors:
    sums = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owner, vectors)
    return np.asarray(sums / np.bincount(owner, minlength=count)[:, None], dtype=np.float32)


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), dtype=np.float32)
