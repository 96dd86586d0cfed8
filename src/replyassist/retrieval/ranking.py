"""Ranks templates for a message by a few likenesses, weighed as fitted: of whole texts, of words, and by examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors
from replyassist.core.words import WordVectors

from .store.membership import Membership
from .store.products import Slots
from .store.vectors import VectorStore
from .trained import TrainedRanking

CANDIDATES = 512  # nearest texts that are looked at; a template without one counts as far as the last of them
GENERATED_WEIGHT = 0.9
"""Of the cosine with a question that a chat model wrote, beside one with people's; .8, .9 and 1 were tried on two
brands of eval/replies/dev with both encoders (docs/templates.md)."""
LOOKED_AT = 20  # templates whose words are compared, the first ones before it; 10 cost .001 in the mean, 30 gain none


@dataclass(frozen=True)
class Ranking:
    """Scores of every template for one message.

    ``total`` (templates,) ranks: a conditional logit (McFadden 1974), so differences are log-odds between templates.
    It is ``features`` (templates, 6), in the order of ``fits.FEATURES``, times their weights; those of templates whose
    words were not compared are the lowest of the others'. ``entry`` is the slot of each template's nearest text and
    ``cosine`` its cosine.
    """

    total: Vectors
    features: Vectors
    entry: Slots
    cosine: Vectors


class Ranker:
    """Reads a store of vectors and who owns them, neither of which changes; used by any number of threads at once."""

    def __init__(
        self, store: VectorStore, membership: Membership, *, weights: Sequence[float], learnt: TrainedRanking
    ) -> None:
        self.learnt = learnt
        self._store = store
        self._membership = membership
        self._weights = np.array(weights, dtype=np.float32)
        self._has_question = membership.has_question

    def rank(
        self, vector: Vectors, *, text: str, words: WordVectors | None = None, allowed: NDArray[np.bool_] | None = None
    ) -> Ranking:
        """Scores for a message: its unit vector of shape (dimension,), its text for the spelling, and its words.

        The words are compared with those of the first templates that are ``allowed``, shape (templates,); None: all.
        """
        likeness, entry, cosine = self._likeness(vector)
        features = np.zeros((len(entry), len(self._weights)), dtype=np.float32)
        features[:, :3] = likeness
        features[:, 3] = self.learnt.logits(vector, text=text)
        total = features[:, :4] @ self._weights[:4]
        open_to = total if allowed is None else np.where(allowed, total, -np.inf)
        features[:, 4:] = self._word_likeness(open_to, words)
        return Ranking(total=features @ self._weights, features=features, entry=entry, cosine=cosine)

    def _likeness(self, vector: Vectors) -> tuple[Vectors, Slots, Vectors]:
        """Cosines with nearest question, title and whole template, (templates, 3); the nearest text and its cosine.

        Where a template has no question, its nearest text stands for it. A message that is nearer to what speaks
        against a template than to the template's own texts loses the difference in all three.
        """
        owned = self._membership
        cosines, slots = self._store.search(vector, count=CANDIDATES)
        title, whole = self._store.products(owned.title, vector), self._store.products(owned.whole, vector)
        own = np.where(title >= whole, title, whole)
        entry = np.where(title >= whole, owned.title, owned.whole)
        question = np.where(self._has_question, cosines[-1], own)
        asked = owned.asked[slots][::-1]  # from the farthest on: the nearest of a template is written last
        places, numbers = slots[::-1][asked], owned.owner[slots][::-1][asked]
        question[numbers] = cosines[::-1][asked]
        nearest = entry.copy()
        nearest[numbers] = places
        cosine = np.maximum(question, own)
        entry = np.where(question > own, nearest, entry)
        if owned.generated.any():
            self._count_generated(question, entry, cosine, cosines=cosines, slots=slots)
        lost = self._lost(cosines, slots, cosine)
        likeness = np.stack([question, title, whole], axis=1) - lost[:, None]
        return likeness, entry, cosine

    def _count_generated(
        self, question: Vectors, entry: Slots, cosine: Vectors, *, cosines: Vectors, slots: Slots
    ) -> None:
        """Put the nearest generated question, lightened, in the place of people's where it is nearer all the same."""
        generated = self._membership.generated[slots][::-1]
        near, places = cosines[::-1][generated], slots[::-1][generated]
        numbers, best, at = self._membership.owner[places], np.full_like(question, -np.inf), entry.copy()
        best[numbers], at[numbers] = near, places
        nearer = GENERATED_WEIGHT * best > question
        question[nearer] = GENERATED_WEIGHT * best[nearer]
        shown = nearer & (best > cosine)
        entry[shown], cosine[shown] = at[shown], best[shown]

    def _lost(self, cosines: Vectors, slots: Slots, cosine: Vectors) -> Vectors:
        against = self._membership.against[slots]
        nearest = np.full_like(cosine, -np.inf)
        np.maximum.at(nearest, self._membership.owner[slots[against]], cosines[against])
        return np.asarray(np.maximum(nearest - cosine, 0.0))

    def _word_likeness(self, total: Vectors, words: WordVectors | None) -> Vectors:
        """How well the words say each other, there and back, shape (templates, 2)."""
        found = np.zeros((len(total), 2), dtype=np.float32)
        if self.learnt.alignment is None or words is None:
            return found
        first = np.argsort(-total, kind="stable")[:LOOKED_AT]
        scores = self.learnt.alignment.scores(words, self.learnt.place[first])
        found[:] = scores.min(axis=0)
        found[first] = scores
        return found
