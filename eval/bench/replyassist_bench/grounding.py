"""How well grounding tells a faithful reply from one that says something else, on replies that people wrote.

Each row of ``dstc9_faq_replies.csv`` is a question, its fact and a reply that a person wrote from it. The fact becomes
a reply template, the reply a draft, and a draft passes when no ``grounding.*`` finding that blocks or warns stands
against it. Positives are replies beside their own fact. Negatives, each kind by itself: the reply beside another fact
of the same entity, beside a fact of another entity whose question shares no word with the row's, and the reply with a
number, a time, a price or the polarity altered (``alterations``). The val split was used to fit and to tune, the test
split (other entities) for nothing but the report.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from replyassist.brands.voice import VoiceRules
from replyassist.core.embedding import Encoder, EncoderBehind
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, Severity, check
from replyassist.guardrails.text import sentence_spans
from replyassist.inbox.inbound import InboundMessage
from replyassist_bench.fact_pairs import (
    ALTERED,
    OTHER_ENTITY,
    OWN,
    SAME_ENTITY,
    Pair,
    Row,
    pairs_of,
    read_rows,
    sample,
)

__all__ = ["Pair", "judge", "measure", "pairs_of", "read_rows", "reference", "sample", "score"]

QUICK_ROWS = 60
LEAST_ENCODING_MS = 1.0
"""Below it no text was embedded: the vectors were known."""

REFERENCE_FALSE_ALARMS = 0.05
ABOUT = {
    "train": "Trains, their stations, passengers and tickets.",
    "taxi": "Taxi rides.",
    "hotel": "A hotel with rooms.",
    "restaurant": "A restaurant with food and a menu.",
    "attraction": "An attraction for visitors.",
}
"""What a voice would say of its brand; words that any text of the brand has say little about what it answers."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks said of a pair: the rules that objected, and how long they took beside the encoder, in ms."""

    pair: Pair
    rules: frozenset[str]
    check_ms: float
    encode_ms: float

    @property
    def passes(self) -> bool:
        """Whether nothing was found."""
        return not self.rules


class TimedEncoder(EncoderBehind):
    """An encoder that counts the seconds that it works."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self.seconds = 0.0

    def encode(self, texts: Sequence[str]) -> Any:
        """As the encoder behind it does."""
        started = time.perf_counter()
        try:
            return self._encoder.encode(texts)
        finally:
            self.seconds += time.perf_counter() - started


class RememberingEncoder(EncoderBehind):
    """An encoder that embeds every text once, so that the runs of a benchmark share their vectors."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self._known: dict[str, Any] = {}

    def encode(self, texts: Sequence[str]) -> Any:
        """Unit-length vectors, float32, shape (len(texts), dimension)."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            self._known |= dict(zip(missing, self._encoder.encode(missing), strict=True))
        if not texts:
            return self._encoder.encode(texts)
        return np.stack([self._known[text] for text in texts])


def voice_of(row: Row) -> VoiceRules:
    """A neutral voice that has the entity's name."""
    return VoiceRules(brand="dstc9", name=row.entity or row.domain, about=ABOUT.get(row.domain, ""))


def judge(pair: Pair, *, encoder: TimedEncoder | None, message: str) -> Judged:
    """Check one pair."""
    context = CheckContext(
        voice=voice_of(pair.row),
        template=ReplyTemplate(id="fact", title=pair.question[:300], reply=pair.answer),
        message=InboundMessage(message),
        encoder=encoder,
    )
    encoded = encoder.seconds if encoder else 0.0
    started = time.perf_counter()
    findings = check(pair.draft, context).findings
    seconds = time.perf_counter() - started
    encoding = (encoder.seconds if encoder else 0.0) - encoded
    rules = {
        finding.rule
        for finding in findings
        if finding.rule.startswith("grounding.") and finding.severity is not Severity.INFO
    }
    return Judged(pair, frozenset(rules), 1000 * (seconds - encoding), 1000 * encoding)


def measure(
    pairs: Sequence[Pair],
    *,
    encoder: Encoder | None,
    with_message: bool,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """The rates of one run over these pairs; ``precision`` and ``recall`` are those of catching what is wrong."""
    timed = TimedEncoder(encoder) if encoder else None
    judged: list[Judged] = []
    for number, pair in enumerate(pairs, 1):
        judged.append(judge(pair, encoder=timed, message=pair.asked if with_message else ""))
        if progress:
            progress(number, len(pairs))
    return score(judged)


def score(judged: Sequence[Judged]) -> dict[str, Any]:
    """Rates by kind. The altered kinds' rate is the mean of their rates, so that no kind drowns another.

    ``encode_ms_p50`` is that of the pairs for which something had to be embedded; None where all was known already.
    """
    kinds = [
        kind for kind in (OWN, SAME_ENTITY, OTHER_ENTITY, *ALTERED) if any(one.pair.kind == kind for one in judged)
    ]
    of_kind = {kind: [one for one in judged if one.pair.kind == kind] for kind in kinds}
    caught = {kind: sum(not one.passes for one in ones) for kind, ones in of_kind.items()}
    wrong = sum(len(ones) for kind, ones in of_kind.items() if kind != OWN)
    right_alarms = sum(count for kind, count in caught.items() if kind != OWN)
    rates = {kind: round(caught[kind] / len(of_kind[kind]), 4) for kind in kinds if kind != OWN}
    encoding = [one.encode_ms for one in judged if one.encode_ms >= LEAST_ENCODING_MS]
    altered = [rate for kind, rate in rates.items() if kind in ALTERED]
    return {
        "human_pass_rate": round(1 - caught[OWN] / len(of_kind[OWN]), 4),
        "altered_caught_rate": round(statistics.mean(altered), 4) if altered else None,
        "by_kind": rates,
        "precision": round(right_alarms / max(1, right_alarms + caught[OWN]), 4),
        "recall": round(right_alarms / max(1, wrong), 4),
        "confusion": {kind: {"passed": len(of_kind[kind]) - caught[kind], "caught": caught[kind]} for kind in kinds},
        "false_alarms_by_rule": dict(Counter(rule for one in of_kind[OWN] for rule in sorted(one.rules)).most_common()),
        "check_ms_p50": round(statistics.median(one.check_ms for one in judged), 3),
        "encode_ms_p50": round(statistics.median(encoding), 3) if encoding else None,
    }


def reference(pairs: Sequence[Pair], *, encoder: Encoder) -> dict[str, float]:
    """Plain sentence similarity: the share of each kind below the cosine that 5 % of the own replies fall below."""
    drafts = encoder.encode([_statements(pair.draft) for pair in pairs])
    facts = encoder.encode([f"{pair.question} {pair.answer}" for pair in pairs])
    cosines = np.einsum("ij,ij->i", drafts, facts)
    own = np.array([pair.kind == OWN for pair in pairs])
    limit = np.quantile(cosines[own], REFERENCE_FALSE_ALARMS)
    kinds = dict.fromkeys(pair.kind for pair in pairs if pair.kind != OWN)
    return {
        kind: round(
            float(np.mean([cosine < limit for cosine, pair in zip(cosines, pairs, strict=True) if pair.kind == kind])),
            4,
        )
        for kind in kinds
    }


def _statements(draft: str) -> str:
    sentences = [draft[start:end] for start, end in sentence_spans(draft)]
    return " ".join(one for one in sentences if not one.rstrip().endswith("?")) or draft
