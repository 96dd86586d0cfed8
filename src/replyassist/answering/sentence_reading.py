"""How likely a message needs each sentence of a reply, and its answer is yes or no: by a model that reads both."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, softmax

from replyassist.core.errors import LanguageModelError
from replyassist.core.pair_reading import PairReader
from replyassist.guardrails.text import sentence_spans

from .measures import Rows

PATH = Path(str(files("replyassist.answering"))) / "sentence_reading.npz"
FARTHEST = 1e-4
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReplyReading:
    """What the reader makes of a reply: by sentence the log-odds that the message needs it, and the direct answer.

    ``yes`` and ``no``, 0 to 1: how likely the reply amounts to that. Empty and 0 where it was not read.
    """

    needed: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    yes: float = 0.0
    no: float = 0.0

    @property
    def any_needed(self) -> float:
        """The log-odds that one or another sentence is needed: a soft maximum; 0 where nothing was read."""
        return float(np.logaddexp.reduce(list(self.needed.values()))) if self.needed else 0.0


NOTHING_READ = ReplyReading()


@dataclass(frozen=True)
class SentenceJoin:
    """Logistic regression over the chooser's log-odds of a sentence and what the reader makes of it.

    ``of_best`` and ``of_mean``: how far that is below the best sentence of the reply, and above the mean.
    """

    of_chooser: float
    of_reading: float
    of_best: float
    of_mean: float
    constant: float

    def probabilities(self, chances: Rows, sentences: Sequence[str], readings: Mapping[str, float]) -> Rows:
        """0 to 1 for each sentence; the chooser's own for those that were not read."""
        if not readings:
            return chances
        read = np.array([readings.get(sentence, np.nan) for sentence in sentences])
        rows = join_rows(chances, read, every=np.array(list(readings.values())))
        weights = np.array([self.of_chooser, self.of_reading, self.of_best, self.of_mean])
        return np.where(np.isnan(read), chances, expit(rows @ weights + self.constant))


UNREAD = SentenceJoin(of_chooser=1.0, of_reading=0.0, of_best=0.0, of_mean=0.0, constant=0.0)


@dataclass(frozen=True)
class SentenceWeights:
    """Fitted to the vectors of the reader with this digest.

    By ``scripts/fit_adapters.py``, and the joins by ``scripts/fit_sentence_reading.py``.

    ``own`` and ``beside`` have the shape (width,): the latter of how a sentence differs from the mean of all.
    ``joins``: by the digest of the encoder that chooses. ``direct``, shape (3, width), and ``constants`` are of the
    vector at the end, whether the direct answer is yes, no or neither.
    """

    digest: str
    own: NDArray[np.float64]
    beside: NDArray[np.float64]
    constant: float
    joins: Mapping[str, SentenceJoin]
    direct: NDArray[np.float64]
    constants: NDArray[np.float64]

    def readings(self, vectors: NDArray[np.float32]) -> Rows:
        """Log-odds that the message needs each of the sentences: shape (sentences,)."""
        sentences = vectors.astype(np.float64)
        return np.asarray(sentences @ self.own + (sentences - sentences.mean(axis=0)) @ self.beside + self.constant)

    def direct_answer(self, vector: NDArray[np.float32]) -> tuple[float, float, float]:
        """How likely the direct answer is yes, no, and neither: they sum to 1."""
        yes, no, neither = softmax(self.direct @ vector.astype(np.float64) + self.constants).tolist()
        return yes, no, neither


def read_reply(reader: PairReader, message: str, *, title: str, reply: str) -> ReplyReading:
    """What the reader makes of the reply to this message; nothing where it cannot be read."""
    weights = shipped_sentence_weights()
    sentences = [reply[start:end] for start, end in sentence_spans(reply)]
    if weights.digest != reader.digest or not sentences or not any(map(str.isalnum, message)):
        return NOTHING_READ
    try:
        vectors = reader.read_sentences(title, sentences, message)
    except LanguageModelError as error:
        logger.warning("sentences are not read: %s", error)
        return NOTHING_READ
    if len(vectors) < 2:
        return NOTHING_READ
    needed = dict(zip(sentences, weights.readings(vectors[:-1]).tolist(), strict=False))
    yes, no, _ = weights.direct_answer(vectors[-1])
    return ReplyReading(needed, yes, no)


def join_rows(chances: Rows, read: Rows, *, every: Rows) -> Rows:
    """What ``SentenceJoin`` weighs, shape (sentences, 4). ``every``: the readings of all sentences of the reply."""
    known = logit(np.clip(chances, FARTHEST, 1 - FARTHEST))
    return np.column_stack([known, read, read - every.max(), read - every.mean()])


@cache
def shipped_sentence_weights(path: Path = PATH) -> SentenceWeights:
    """Those that travel with the program."""
    with np.load(path, allow_pickle=False) as kept:
        joins = zip(kept["encoders"].tolist(), kept["joins"].tolist(), strict=True)
        return SentenceWeights(
            str(kept["digest"]),
            kept["own"].astype(np.float64),
            kept["beside"].astype(np.float64),
            float(kept["constant"]),
            {encoder: SentenceJoin(*weights) for encoder, weights in joins},
            kept["direct"].astype(np.float64),
            kept["constants"].astype(np.float64),
        )


def save_sentence_weights(weights: SentenceWeights, path: Path = PATH) -> None:
    """Write them, the vectors in single precision."""
    joins = [
        [each.of_chooser, each.of_reading, each.of_best, each.of_mean, each.constant] for each in weights.joins.values()
    ]
    np.savez_compressed(
        path,
        allow_pickle=False,
        digest=np.array(weights.digest),
        own=weights.own.astype(np.float32),
        beside=weights.beside.astype(np.float32),
        constant=np.array(weights.constant),
        encoders=np.array(list(weights.joins)),
        joins=np.array(joins),
        direct=weights.direct.astype(np.float32),
        constants=weights.constants.astype(np.float32),
    )
