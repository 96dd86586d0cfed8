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
LARGEST_TASK = 5_000_000  # texts times templates: beyond, training would take minutes


@dataclass(frozen=True)
class Learnt:
    """``place``: the class of each template by its number, shape (templates,); -1 for one that came after training.

    ``classifier`` and its ``spelling``: None with too few example questions; ``alignment``: None without words.
    """

    place: NDArray[np.int64]
    spelling: Spelling | None = None
    classifier: LinearClassifier | None = None
    alignment: Alignment | None = None

    def logits(self, vector: Vectors, *, text: str) -> Vectors:
        """Log-odds of every template less the mean over classes, shape (templates,); 0 for one not trained on."""
        if self.spelling is None or self.classifier is None:
            return np.zeros(len(self.place), dtype=np.float32)
        spelt = SPELLING_WEIGHT * self.spelling.vectors([text])[0]
        by_class = self.classifier.logits(np.concatenate([vector, spelt]))
        return np.where(self.place >= 0, by_class[self.place], np.float32(0.0))

    def moved(self, place: NDArray[np.int64]) -> Learnt:
        """The same for templates in a new order: ``place`` is each one's number at training, -1 for a new one."""
        return replace(self, place=place)


def is_worth_learning(texts: int, *, questions: NDArray[np.int64]) -> bool:
    """Whether so many texts of templates with so many example questions each are enough, and not too many."""
    enough = len(questions) > 1 and float(np.median(questions)) >= QUESTIONS_TO_LEARN_FROM
    return enough and texts * len(questions) <= LARGEST_TASK


def learn(
    texts: Sequence[str], vectors: Vectors, owner: NDArray[np.int64], *, questions: NDArray[np.int64]
) -> Learnt | None:
    """Train on the templates' own texts, shape (texts,) each; None where it would not pay.

    ``questions`` is how many example questions each template has, shape (templates,).
    """
    if not is_worth_learning(len(texts), questions=questions):
        return None
    templates = len(questions)
    spelling = Spelling(texts)
    features = np.hstack([vectors, SPELLING_WEIGHT * spelling.vectors(texts)])
    return Learnt(np.arange(templates), spelling, fit_classifier(features, owner, count=templates))
