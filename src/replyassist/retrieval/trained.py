"""What is learnt from a brand's texts: spelling, a classifier and the words they are made of, beside the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors

from .alignment import Alignment
from .classifier import LinearClassifier, fit_classifier
from .spelling import Spelling

# Chosen on parts of banking77's train file, clinc150 val, every third bitext message and eval/cases/dev.jsonl together.
SPELLING_WEIGHT = 0.5  # of the spelling's unit vector beside the sentence's in the classifier
QUESTIONS_TO_LEARN_FROM = 3  # the median template's: below, the classifier costs accuracy (bitext without examples)
HALF_TRUSTED = 5  # questions of the median template at which the log-odds count half
LARGEST_TASK = 5_000_000  # texts times templates: beyond, training would take minutes


@dataclass(frozen=True)
class BackgroundScores:
    """What the scores of messages from elsewhere are like on the mean, for ``confidence.signals_of``."""

    best: float = 0.0
    lead: float = 0.0


@dataclass(frozen=True)
class TrainedRanking:
    """``place``: the class of each template by its number, shape (templates,); -1 for one that came after training.

    ``classifier`` and its ``spelling``: None with too few example questions; ``trust`` in its log-odds grows with the
    number of questions, 0 to 1. ``alignment``: None without words. ``elsewhere`` (messages, dimension) are the vectors
    of messages that are no brand's business, ``usual`` their scores; None and zeros only while it is being made.
    """

    place: NDArray[np.int64]
    spelling: Spelling | None = None
    classifier: LinearClassifier | None = None
    trust: float = 1.0
    alignment: Alignment | None = None
    elsewhere: Vectors | None = None
    usual: BackgroundScores = BackgroundScores()

    def logits(self, vector: Vectors, *, text: str) -> Vectors:
        """Log-odds by template, less their mean over classes, times the trust; 0 for one not trained on."""
        known = self.place >= 0
        logits = np.zeros(len(known), dtype=np.float32)
        if self.spelling is not None and self.classifier is not None:
            spelt = SPELLING_WEIGHT * self.spelling.vectors([text])[0]
            by_class = self.classifier.logits(np.concatenate([vector, spelt]))
            logits[known] = self.trust * by_class[self.place[known]]
        return logits

    def nearest_elsewhere(self, vector: Vectors) -> float:
        """The cosine with the nearest message from elsewhere; 0 when none is known."""
        return 0.0 if self.elsewhere is None else float((self.elsewhere @ vector).max())

    @property
    def knows_any(self) -> bool:
        """Whether any of the templates was trained on."""
        return bool((self.place >= 0).any())

    def moved(self, place: NDArray[np.int64]) -> TrainedRanking:
        """The same for templates in a new order: ``place`` is each one's number at training, -1 for a new one."""
        return replace(self, place=place)


def is_worth_learning(texts: int, *, questions: NDArray[np.int64]) -> bool:
    """Whether so many texts of templates with so many example questions each are enough, and not too many."""
    enough = len(questions) > 1 and float(np.median(questions)) >= QUESTIONS_TO_LEARN_FROM
    return enough and texts * len(questions) <= LARGEST_TASK


def learn(
    texts: Sequence[str], vectors: Vectors, owner: NDArray[np.int64], *, questions: NDArray[np.int64]
) -> TrainedRanking | None:
    """Train a classifier on the templates' own texts, shape (texts,) each; None where it would not pay.

    ``questions`` is how many example questions each template has, shape (templates,).
    """
    if not is_worth_learning(len(texts), questions=questions):
        return None
    spelling = Spelling(texts)
    features = np.hstack([vectors, SPELLING_WEIGHT * spelling.vectors(texts)])
    classifier = fit_classifier(features, owner, count=len(questions))
    median = float(np.median(questions))
    return TrainedRanking(np.arange(len(questions)), spelling, classifier, trust=median / (median + HALF_TRUSTED))
