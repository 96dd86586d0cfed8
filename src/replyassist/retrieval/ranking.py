"""Ranks templates for a message by nearest text, centroid and a classifier side by side, the first also by words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors
from replyassist.core.words import Words

from .learnt import Learnt
from .store.membership import Membership
from .store.products import Slots, all_products
from .store.vectors import VectorStore

# Chosen on parts of banking77's train file, clinc150 val, every third bitext message and eval/cases/dev.jsonl together.
CENTRING = 0.7  # share of the brand's mean direction that is taken out: what all its texts have in common tells nothing
CLASSIFIER_WEIGHT = 0.25  # of a log-odd, beside two cosines
ALIGNMENT_WEIGHT, ALIGNED = 2.0, 10  # .5 to 3, and how many templates, the first ones before it; 20, 30 or all: same
COLD_WEIGHT, BACK = 3.0, 1 / 3  # without a classifier: a third is how texts match the message (bitext .780 -> .794)
CANDIDATES = 512  # nearest texts that are looked at; a template without one counts as far as the last of them


@dataclass(frozen=True)
class Ranking:
    """Scores of every template for one message, each of shape (templates,).

    ``total`` ranks; ``nearest`` and ``centroid`` are cosines after centring; ``logits`` come from the classifier (zeros
    without one); ``aligned`` is how well the words match (None without words; those that stand too far behind to be
    looked at have the lowest score); ``belonging`` are the classifier's log-odds against no template at all (NaN where
    they are not known); ``entry`` is the slot of each template's nearest text and ``cosine`` its cosine
    before centring.
    """

    total: Vectors
    nearest: Vectors
    centroid: Vectors
    logits: Vectors
    entry: Slots
    cosine: Vectors
    aligned: Vectors | None = None
    belonging: Vectors | None = None


class Ranker:
    """Reads a store of vectors and who owns them, neither of which changes; used by any number of threads at once."""

    def __init__(self, store: VectorStore, membership: Membership, *, learnt: Learnt | None = None) -> None:
        self._store = store
        self._membership = membership
        self._learnt = learnt
        means = membership.means
        self._centre = CENTRING * means.mean(axis=0)
        self._centroids = _unit(means - self._centre)

    def rank(
        self, vector: Vectors, *, text: str, words: Words | None = None, allowed: NDArray[np.bool_] | None = None
    ) -> Ranking:
        """Scores for a message: its unit vector of shape (dimension,), its text for the spelling, and its words.

        The words are compared with those of the first templates that are ``allowed``, shape (templates,); None: all.
        """
        cosines, slots = self._store.search(vector, count=CANDIDATES)
        away = vector - self._centre
        length = max(float(np.linalg.norm(away)), 1e-6)
        nearest, entry, cosine = self._nearest(self._centred(cosines, slots, vector, length), cosines, slots)
        centroid = all_products(self._centroids, away / length)
        logits, belonging = self._classified(vector, text, templates=len(nearest))
        total = nearest + centroid + CLASSIFIER_WEIGHT * logits
        is_cold = self._learnt is None or self._learnt.classifier is None
        open_to = total if allowed is None else np.where(allowed, total, -np.inf)
        aligned = self._aligned(open_to, words, back=BACK if is_cold else 0.0)
        return Ranking(
            total=total if aligned is None else total + (COLD_WEIGHT if is_cold else ALIGNMENT_WEIGHT) * aligned,
            nearest=nearest,
            centroid=centroid,
            logits=logits,
            aligned=aligned,
            belonging=belonging,
            entry=entry,
            cosine=cosine,
        )

    def _classified(self, vector: Vectors, text: str, *, templates: int) -> tuple[Vectors, Vectors | None]:
        if self._learnt is None:
            return np.zeros(templates, dtype=np.float32), None
        return self._learnt.logits(vector, text=text)

    def _aligned(self, total: Vectors, words: Words | None, *, back: float) -> Vectors | None:
        if self._learnt is None or self._learnt.alignment is None or words is None:
            return None
        first = np.argsort(-total, kind="stable")[:ALIGNED]
        scores = self._learnt.alignment.scores(words, self._learnt.place[first], back=back)
        aligned = np.full(len(total), scores.min(), dtype=np.float32)
        aligned[first] = scores
        return aligned

    def _centred(self, cosines: Vectors, slots: Slots, vector: Vectors, length: float) -> Vectors:
        """Cosines after the centre is taken from both sides; ``length`` is that of the message's vector then."""
        offsets = self._store.products(slots, self._centre)
        square = float(self._centre @ self._centre)
        lengths = np.sqrt(np.maximum(1.0 - 2.0 * offsets + square, 1e-12))
        return np.asarray((cosines - offsets + square - float(vector @ self._centre)) / (lengths * length))

    def _nearest(self, centred: Vectors, cosines: Vectors, slots: Slots) -> tuple[Vectors, Slots, Vectors]:
        """By template: the centred cosine of its nearest text, that text's slot, and its cosine."""
        owner, against = self._membership.owner[slots], self._membership.against[slots]
        nearest = np.full(len(self._membership.first), centred.min(), dtype=np.float32)
        entry, cosine = self._membership.first.copy(), np.full_like(nearest, cosines[-1])
        order = np.lexsort((-slots, centred))  # the last to be written is the nearest; of equals the first slot
        order = order[~against[order]]
        nearest[owner[order]], entry[owner[order]], cosine[owner[order]] = centred[order], slots[order], cosines[order]
        if against.any():
            self._take_off(nearest, owner[against], centred[against])
        return nearest, entry, cosine

    def _take_off(self, nearest: Vectors, owner: Slots, centred: Vectors) -> None:
        """A message nearer to what speaks against a template than to its own texts loses the difference."""
        nearest_against = np.full_like(nearest, -np.inf)
        np.maximum.at(nearest_against, owner, centred)
        nearest -= np.maximum(nearest_against - nearest, 0.0)


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), dtype=np.float32)
