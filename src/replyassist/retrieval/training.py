"""What there is to learn from in an index's contents, where training pays and is done in seconds."""

from __future__ import annotations

import numpy as np

from .contents import Contents
from .learnt import Learnt, is_worth_learning, learn


def train(contents: Contents) -> Learnt | None:
    """Learnt from every template's own texts; None where it does not pay, or would take too long."""
    questions = np.array([known.texts.questions for known in contents.known], dtype=np.int64)
    own = [known.texts.own for known in contents.known]
    if not is_worth_learning(sum(own), questions=questions):
        return None
    texts = [text for known in contents.known for text in known.texts.said[: known.texts.own]]
    vectors = contents.store.vectors(np.concatenate([known.slots[: known.texts.own] for known in contents.known]))
    return learn(texts, vectors, np.repeat(np.arange(len(own)), own), questions=questions)
