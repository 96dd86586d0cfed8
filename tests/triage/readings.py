"""Readings with given probabilities, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import DEFAULT
from replyassist.core.words import Reading
from replyassist.inbox.inbound import InboundMessage
from replyassist.testing import FakeEncoder
from replyassist.triage import Kind, MessageReading
from replyassist.triage.reader import shipped_reader


def reading(
    *, risks: dict[str, float] | None = None, sentiment: float | None = None, **likely: float
) -> MessageReading:
    """Kinds that are not named share what is left of 1."""
    return reading_of(likely, risks=risks, sentiment=sentiment)


def reading_of(
    likely: Mapping[str, float], *, risks: dict[str, float] | None = None, sentiment: float | None = None
) -> MessageReading:
    """As ``reading``, of kinds by name."""
    rest = (1 - sum(likely.values())) / (len(Kind) - len(likely))
    return MessageReading(
        probabilities={kind: likely.get(kind.value, rest) for kind in Kind},
        risks=risks or {},
        sentiment=sentiment,
        digest="test",
    )


def read_by_default(text: str) -> MessageReading:
    """What the shipped weights make of a text, with the real default encoder."""
    encoder = _default_encoder()
    depths = encoder.read([text])[0].depths
    assert depths is not None
    return shipped_reader().read(InboundMessage(text), depths, encoder=encoder.model_digest)


@cache
def _default_encoder() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(DEFAULT.name)


class FakeDepths(FakeEncoder):
    """Tells depths as the first encoder that the shipped weights know: texts that share words are close."""

    def __init__(self) -> None:
        self.texts_read = 0

    @property
    def model_digest(self) -> str:
        """That of the encoder whose place it takes."""
        return next(iter(shipped_reader().layers))

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for each text, without words."""
        self.texts_read += len(texts)
        layers = shipped_reader().layers[self.model_digest]
        count, width = layers.mean.shape
        return [
            Reading(vector, depths=(layers.mean + layers.spread * np.resize(4 * vector, (count, width))).astype("f4"))
            for vector in self.encode(texts)
        ]
