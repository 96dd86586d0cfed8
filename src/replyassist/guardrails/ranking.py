"""Orders the candidates that passed: the best is supported, complete, to the point, personal and not a repetition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replyassist.guardrails.check import CheckResult
from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.spans import Span, Support
from replyassist.guardrails.vectors import MEMORY

SUPPORT_WEIGHT = 0.35
COVERAGE_WEIGHT = 0.25
RELEVANCE_WEIGHT = 0.15
PERSONAL_WEIGHT = 0.15
VARIETY_WEIGHT = 0.10


@dataclass(frozen=True)
class Merits:
    """What speaks for a candidate, each 0 to 1."""

    support: float
    coverage: float
    relevance: float
    personal: float
    variety: float

    @property
    def score(self) -> float:
        """The weighted sum, 0 to 1. The weights put truth before warmth; they were set by hand, on no data."""
        return (
            SUPPORT_WEIGHT * self.support
            + COVERAGE_WEIGHT * self.coverage
            + RELEVANCE_WEIGHT * self.relevance
            + PERSONAL_WEIGHT * self.personal
            + VARIETY_WEIGHT * self.variety
        )


def supported_share(spans: tuple[Span, ...]) -> float:
    """The share of the text that something stands behind, by length and closeness; 1 for a text without spans."""
    length = sum(span.end - span.start for span in spans)
    if not length:
        return 1.0
    backed = sum(_weight(span) * (span.end - span.start) for span in spans)
    return backed / length


def asked_share(result: CheckResult) -> float:
    """How much of what was asked for is there: 1 for all, a half with one fact missing, a third with two."""
    return 1.0 / (1 + sum(fact.was_asked for fact in result.left_out))


def relevance(text: str, context: CheckContext) -> float:
    """Cosine of the reply and the message, 0 to 1; a half where nothing can measure it."""
    if context.encoder is None or not context.message.text:
        return 0.5
    reply, message = MEMORY.of(context.encoder, [text, context.message.text])
    return float(np.clip(reply @ message, 0.0, 1.0))


def _weight(span: Span) -> float:
    if span.support is Support.NONE:
        return 0.0
    return 1.0 if span.support is Support.VOICE else max(0.5, span.score)
