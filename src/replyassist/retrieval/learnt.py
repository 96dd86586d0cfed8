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

    ``classifier`` and its ``spelling``: None with too few example questions; its last class is that of messages from
    elsewhere where ``knows_elsewhere``. ``alignment``: None without words.
    """

    place: NDArray[np.int64]
    spelling: Spelling | None = None
    classifier: LinearClassifier | None = None
    knows_elsewhere: bool = False
    alignment: Alignment | None = None

    def logits(self, vector: Vectors, *, text: str) -> tuple[Vectors, Vectors]:
        """By template, shape (templates,): log-odds less the mean over classes, and those against no template at all.

        One not trained on has 0 and NaN; the latter is NaN for all where nothing from elsewhere was trained on.
        """
        known = self.place >= 0
        logits = np.zeros(len(known), dtype=np.float32)
        belonging = np.full(len(known), np.nan, dtype=np.float32)
        if self.spelling is not None and self.classifier is not None:
            spelt = SPELLING_WEIGHT * self.spelling.vectors([text])[0]
            by_class = self.classifier.logits(np.concatenate([vector, spelt]))
            logits[known] = by_class[self.place[known]]
            if self.knows_elsewhere:
                belonging[known] = logits[known] - by_class[-1]
        return logits, belonging

    def moved(self, place: NDArray[np.int64]) -> Learnt:
        """The same for templates in a new order: ``place`` is each one's number at training, -1 for a new one."""
        return replace(self, place=place)


def is_worth_learning(texts: int, *, questions: NDArray[np.int64]) -> bool:
    """Whether so many texts of templates with so many example questions each are enough, and not too many."""
    enough = len(questions) > 1 and float(np.median(questions)) >= QUESTIONS_TO_LEARN_FROM
    return enough and texts * len(questions) <= LARGEST_TASK


def learn(
    texts: Sequence[str],
    vectors: Vectors,
    owner: NDArray[np.int64],
    *,
    questions: NDArray[np.int64],
    elsewhere: tuple[Sequence[str], Vectors] = ((), np.zeros((0, 0), dtype=np.float32)),
) -> Learnt | None:
    """Train on the templates' own texts, shape (texts,) each; None where it would not pay.

    ``questions`` is how many example questions each template has, shape (templates,); ``elsewhere`` are messages that
    none of them answers, and their vectors: one more class.
    """
    if not is_worth_learning(len(texts), questions=questions):
        return None
    templates, more = len(questions), len(elsewhere[0])
    spelling = Spelling(texts)
    vectors = np.vstack([vectors, elsewhere[1]]) if more else vectors
    features = np.hstack([vectors, SPELLING_WEIGHT * spelling.vectors([*texts, *elsewhere[0]])])
    classes = np.concatenate([owner, np.full(more, templates)])
    classifier = fit_classifier(features, classes, count=templates + (more > 0))
    return Learnt(np.arange(templates), spelling, classifier, knows_elsewhere=more > 0)
