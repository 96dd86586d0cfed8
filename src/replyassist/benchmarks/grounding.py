"""How well grounding tells a faithful reply from one that says something else: replies that people wrote from a fact.

Each row of ``dstc9_faq_replies.csv`` is a question, its fact and a reply that a person wrote from it. The fact becomes a
reply template, the reply a draft, and a draft passes when no ``grounding.*`` finding that blocks or warns stands
against it. Positives are replies beside their own fact. Negatives, each kind by itself: the reply beside another fact
of the same entity, beside a fact of another entity whose question shares no word with the row's, and the reply with a
number, a time, a price or the polarity altered (``alterations``). The val split was used to fit and to tune, the test
split (other entities) for nothing but the report.
"""

from __future__ import annotations

import csv
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from replyassist.benchmarks.alterations import KINDS, alter
from replyassist.brands.voice import VoiceRules
from replyassist.core.embedding import Encoder
from replyassist.core.errors import InvalidInput
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, Severity, check
from replyassist.guardrails.ground import masked
from replyassist.guardrails.terms import terms
from replyassist.guardrails.text import sentence_spans

FILE = "dstc9_faq_replies.csv"
OWN, SAME_ENTITY, OTHER_ENTITY = "own_fact", "other_fact_same_entity", "other_fact_other_entity"
ALTERED = tuple(f"altered_{kind}" for kind in KINDS)
SEED = 7
QUICK_ROWS = 60
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
class Row:
    """A fact with its question, and a reply that a person wrote from it."""

    domain: str
    entity: str
    question: str
    answer: str
    reply: str

    @property
    def owner(self) -> str:
        """Whose facts these are: the entity, or the domain where it has none."""
        return self.entity or self.domain


@dataclass(frozen=True, slots=True)
class Pair:
    """A draft beside the fact that it is held against; ``asked`` is the question that the person had."""

    kind: str
    row: Row
    draft: str
    question: str
    answer: str

    @property
    def asked(self) -> str:
        """The message, where there is one."""
        return self.row.question


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


class TimedEncoder:
    """An encoder that counts the seconds that it works."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.seconds = 0.0

    @property
    def model_digest(self) -> str:
        """That of the encoder behind it."""
        return self._encoder.model_digest

    @property
    def dimension(self) -> int:
        """That of the encoder behind it."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> Any:
        """As the encoder behind it does."""
        started = time.perf_counter()
        try:
            return self._encoder.encode(texts)
        finally:
            self.seconds += time.perf_counter() - started


def read_rows(folder: Path, *, split: str) -> list[Row]:
    """The rows of one split, ``val`` or ``test``. Raises InvalidInput when the file is missing."""
    path = folder / FILE
    if not path.is_file():
        raise InvalidInput("the benchmark's data is missing; set REPLYASSIST_BENCH_DATA", file=str(path))
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(line["domain"], line["entity"], line["faq_question"], line["faq_answer"], line["human_reply"])
            for line in csv.DictReader(file)
            if line["split"] == split
        ]


def sample(rows: Sequence[Row], count: int) -> list[Row]:
    """``count`` rows at even distances."""
    step = max(1, len(rows) // count)
    return list(rows[::step][:count])


def pairs_of(rows: Sequence[Row], *, among: Sequence[Row], seed: int = SEED) -> list[Pair]:
    """Every row beside its own fact, and each kind of negative that can be made of it with the facts of ``among``."""
    draw = random.Random(seed)  # noqa: S311  (nothing secret is drawn)
    facts = _facts(among)
    pairs: list[Pair] = []
    for row in rows:
        pairs.append(Pair(OWN, row, row.reply, row.question, row.answer))
        for kind, other in ((SAME_ENTITY, _same_entity(row, facts, draw)), (OTHER_ENTITY, _other(row, facts, draw))):
            if other is not None:
                pairs.append(Pair(kind, row, row.reply, other.question, other.answer))
        for kind in KINDS:
            altered = alter(row.reply, kind=kind, seed=seed)
            if altered is not None and altered != row.reply:
                pairs.append(Pair(f"altered_{kind}", row, altered, row.question, row.answer))
    return pairs


def _facts(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, dict[tuple[str, str], Row]] = defaultdict(dict)
    for row in rows:
        found[row.owner].setdefault((row.question, row.answer), row)
    return {owner: list(facts.values()) for owner, facts in found.items()}


def _same_entity(row: Row, facts: dict[str, list[Row]], draw: random.Random) -> Row | None:
    others = [fact for fact in facts[row.owner] if fact.question != row.question and fact.answer != row.answer]
    return draw.choice(others) if others else None


def _other(row: Row, facts: dict[str, list[Row]], draw: random.Random) -> Row | None:
    """A fact of another entity with a different question: one that shares no word that names a matter."""
    owners = sorted(facts)
    own = _topic(row)
    for _ in range(50):
        fact = draw.choice(facts[draw.choice(owners)])
        if fact.owner != row.owner and not (_topic(fact) & own):
            return fact
    return None


def _topic(row: Row) -> set[str]:
    question = masked(row.question, name=row.entity)
    return {term.stem for term in terms(question, names=_words(row.entity)) if term.names_the_matter}


def _words(name: str) -> frozenset[str]:
    return frozenset(name.lower().split())


def voice_of(row: Row) -> VoiceRules:
    """A neutral voice that has the entity's name."""
    return VoiceRules(brand="dstc9", name=row.entity or row.domain, about=ABOUT.get(row.domain, ""))


def judge(pair: Pair, *, encoder: TimedEncoder | None, message: str) -> Judged:
    """Check one pair."""
    context = CheckContext(
        voice=voice_of(pair.row),
        template=ReplyTemplate(id="fact", title=pair.question[:300], reply=pair.answer),
        message=message,
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
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """The rates of one run over these pairs; ``precision`` and ``recall`` are those of catching what is wrong."""
    timed = TimedEncoder(encoder) if encoder else None
    judged: list[Judged] = []
    for number, pair in enumerate(pairs, 1):
        judged.append(judge(pair, encoder=timed, message=pair.asked if with_message else ""))
        progress(number, len(pairs))
    return score(judged)


def score(judged: Sequence[Judged]) -> dict[str, Any]:
    """Rates by kind. The rate over all negatives is the mean of the kinds', so that no kind drowns another."""
    kinds = [kind for kind in (OWN, SAME_ENTITY, OTHER_ENTITY, *ALTERED) if any(one.pair.kind == kind for one in judged)]
    of_kind = {kind: [one for one in judged if one.pair.kind == kind] for kind in kinds}
    caught = {kind: sum(not one.passes for one in ones) for kind, ones in of_kind.items()}
    wrong = sum(len(ones) for kind, ones in of_kind.items() if kind != OWN)
    right_alarms = sum(count for kind, count in caught.items() if kind != OWN)
    rates = {kind: round(caught[kind] / len(of_kind[kind]), 4) for kind in kinds if kind != OWN}
    altered = [rate for kind, rate in rates.items() if kind in ALTERED]
    return {
        "human_pass_rate": round(1 - caught[OWN] / len(of_kind[OWN]), 4),
        "altered_caught_rate": round(statistics.mean(altered), 4) if altered else None,
        "by_kind": rates,
        "precision": round(right_alarms / max(1, right_alarms + caught[OWN]), 4),
        "recall": round(right_alarms / max(1, wrong), 4),
        "confusion": {
            kind: {"passed": len(of_kind[kind]) - caught[kind], "caught": caught[kind]} for kind in kinds
        },
        "check_ms_p50": round(statistics.median(one.check_ms for one in judged), 3),
        "encode_ms_p50": round(statistics.median(one.encode_ms for one in judged), 3),
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
        kind: round(float(np.mean([cosine < limit for cosine, pair in zip(cosines, pairs, strict=True) if pair.kind == kind])), 4)
        for kind in kinds
    }


def _statements(draft: str) -> str:
    sentences = [draft[start:end] for start, end in sentence_spans(draft)]
    return " ".join(one for one in sentences if not one.rstrip().endswith("?")) or draft


