"""What there is to learn from in an index's contents, where training pays and is done in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.core.words import ReadingEncoder

from .alignment import Alignment, align, standing_for
from .confidence import best_and_lead
from .contents import Contents
from .elsewhere import elsewhere, messages_elsewhere
from .entries import said_by
from .known import GENERATED, LEARNED, KnownTemplate
from .ranking import Ranker
from .trained import BackgroundScores, TrainedRanking, is_worth_learning, learn


def train(contents: Contents, encoder: Encoder, *, weights: Sequence[float]) -> TrainedRanking | None:
    """Learnt from every template's own texts; None without templates.

    The encoder tells the words of the texts; one that cannot is not asked. ``weights`` are those of the ranking, by
    which it is seen how messages from elsewhere score.
    """
    if not contents.known:
        return None
    classified = _classified(contents) or TrainedRanking(np.arange(len(contents.known)))
    return _beside_elsewhere(
        replace(classified, alignment=_aligned(contents, encoder)), contents, encoder, weights=weights
    )


def untrained(contents: Contents, encoder: Encoder, *, weights: Sequence[float]) -> TrainedRanking | None:
    """What there is before ``train``, in well under a second: nothing of any template, but how messages from elsewhere
    score without that. None without templates."""
    if not contents.known:
        return None
    nothing = TrainedRanking(np.full(len(contents.known), -1, dtype=np.int64))
    return _beside_elsewhere(nothing, contents, encoder, weights=weights)


def _beside_elsewhere(
    learnt: TrainedRanking, contents: Contents, encoder: Encoder, *, weights: Sequence[float]
) -> TrainedRanking:
    readings = elsewhere(encoder)
    ranker = Ranker(contents.store, contents.membership(), weights=weights, learnt=learnt)
    everything = np.ones(len(contents.known), dtype=np.bool_)
    scores = [
        best_and_lead(ranker.rank(reading.vector, text=text, words=reading.words), allowed=everything)
        for reading, text in zip(readings, messages_elsewhere(), strict=True)
    ]
    best, lead = np.mean(scores, axis=0)
    vectors = np.stack([reading.vector for reading in readings])
    return replace(learnt, elsewhere=vectors, usual=BackgroundScores(float(best), float(lead)))


def _aligned(contents: Contents, encoder: Encoder) -> Alignment | None:
    if not isinstance(encoder, ReadingEncoder):
        return None
    count = len(contents.known)
    said = [_said(known) for known in contents.known]
    chosen = [[texts[place] for place in standing_for(len(texts), templates=count)] for texts in said]
    readings = encoder.read([text for texts in chosen for text in texts])
    owner = np.repeat(np.arange(count), [len(texts) for texts in chosen])
    return align([reading.words for reading in readings], owner, count=count)


def _said(known: KnownTemplate) -> tuple[str, ...]:
    sides = zip(known.texts.said, known.texts.fields, strict=True)
    examples = (text for text, field in sides if field in (LEARNED, GENERATED))
    return tuple(dict.fromkeys((*said_by(known.template), *examples)))


def _classified(contents: Contents) -> TrainedRanking | None:
    questions = np.array([int(known.asked.sum()) for known in contents.known], dtype=np.int64)
    # With generated questions it was wrong more often on two brands of eval/replies/dev (MiniLM: 2 better, 5 worse).
    own = [known.texts.of_people for known in contents.known]
    if not is_worth_learning(sum(own), questions=questions):
        return None
    texts = [text for known in contents.known for text in known.texts.said[: known.texts.of_people]]
    vectors = contents.store.vectors(np.concatenate([known.slots[: known.texts.of_people] for known in contents.known]))
    return learn(texts, vectors, np.repeat(np.arange(len(own)), own), questions=questions)
