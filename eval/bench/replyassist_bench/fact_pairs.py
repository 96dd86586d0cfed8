"""Replies that people wrote from a fact: beside their own fact, beside other facts, and with something altered."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from replyassist.core.errors import InvalidInput
from replyassist.guardrails.ground import masked
from replyassist.guardrails.terms import terms
from replyassist_bench.alterations import KINDS, alter

FILE = "dstc9_faq_replies.csv"
OWN, SAME_ENTITY, OTHER_ENTITY = "own_fact", "other_fact_same_entity", "other_fact_other_entity"
ALTERED = tuple(f"altered_{kind}" for kind in KINDS)
SEED = 7


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
    draw = random.Random(seed)
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
