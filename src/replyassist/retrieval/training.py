"""What there is to learn from in an index's contents, where training pays and is done in seconds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.core.words import Reader

from .alignment import Alignment, align, standing_for
from .contents import Contents
from .elsewhere import elsewhere
from .learnt import Learnt, is_worth_learning, learn


def train(contents: Contents, encoder: Encoder) -> Learnt | None:
    """Learnt from every template's own texts; None where nothing pays, or all would take too long.

    The encoder tells the words of the texts; one that cannot is not asked.
    """
    learnt, alignment = _classified(contents, encoder), _aligned(contents, encoder)
    if alignment is None:
        return learnt
    return replace(learnt or Learnt(np.arange(len(contents.known))), alignment=alignment)


def _aligned(contents: Contents, encoder: Encoder) -> Alignment | None:
    if not contents.known or not isinstance(encoder, Reader):
        return None
    count = len(contents.known)
    chosen = [
        [known.texts.said[place] for place in standing_for(known.texts.own, templates=count)]
        for known in contents.known
    ]
    readings = encoder.read([text for texts in chosen for text in texts])
    owner = np.repeat(np.arange(count), [len(texts) for texts in chosen])
    return align([reading.words for reading in readings], owner, count=count)


def _classified(contents: Contents, encoder: Encoder) -> Learnt | None:
    questions = np.array([known.texts.questions for known in contents.known], dtype=np.int64)
    own = [known.texts.own for known in contents.known]
    if not is_worth_learning(sum(own), questions=questions):
        return None
    texts = [text for known in contents.known for text in known.texts.said[: known.texts.own]]
    vectors = contents.store.vectors(np.concatenate([known.slots[: known.texts.own] for known in contents.known]))
    owner = np.repeat(np.arange(len(own)), own)
    return learn(texts, vectors, owner, questions=questions, elsewhere=elsewhere(vectors, encoder))
