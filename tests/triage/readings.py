"""Readings with given probabilities, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import DEFAULT
from replyassist.inbox.inbound import Inbound
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
    return shipped_reader().read(Inbound(text), depths, encoder=encoder.model_digest)


@cache
def _default_encoder() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(DEFAULT.name)
