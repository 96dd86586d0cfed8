"""How much a stranger's text looks like an order to the machine, and which of its words say so."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from replyassist.core.plain_text import bare

from .disguises import payloads
from .hiding import hidden_signs, tagged_text
from .models import Risk
from .orders import Orders, find_order, possible_orders
from .orders_elsewhere import ELSEWHERE
from .orders_english import ENGLISH
from .orders_planted import PLANTED

ESCALATE_FROM = 0.7
"""Suspicion from which a message goes to a person: one clear sign, or two unclear ones."""
DISTRUST_FROM = 0.35
"""Suspicion from which a draft is never ready. Both were chosen on the development half of ``bench injection``."""

EXCERPT_CHARACTERS = 100
READ_CHARACTERS = 10_000
NESTING = 2  # a payload inside a payload is read, and no deeper
PAYLOADS_READ = 24
_BOOKS = (Orders((*ENGLISH, *PLANTED)), *ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Sign:
    """One kind of sign with the words that show it, as they were written; ``weight`` is its own suspicion, 0 to 1."""

    kind: str
    excerpt: str
    weight: float


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How suspicious a text is, 0 to 1, and why, the clearest sign first."""

    score: float = 0.0
    signs: tuple[Sign, ...] = ()

    @property
    def is_attack(self) -> bool:
        """Whether a person must answer."""
        return self.score >= ESCALATE_FROM

    @property
    def lowers_trust(self) -> bool:
        """Whether no draft for it may pass unseen."""
        return self.score >= DISTRUST_FROM


@lru_cache(maxsize=1024)
def suspicion_of(text: str) -> Suspicion:
    """Suspicion of one text: a message, an author's name or a post.

    Signs of different kinds add up as independent evidence: 1 - (1 - a)(1 - b). Likeness to written examples of attacks
    (sentence embeddings) was tried beside the rules and added no recall.
    """
    return _combined(_signs(text[:READ_CHARACTERS], NESTING))


def worst_of(texts: Iterable[str]) -> Suspicion:
    """The suspicion of the most suspicious of these texts."""
    found = (suspicion_of(text) for text in texts if text)
    return max(found, key=lambda suspicion: suspicion.score, default=Suspicion())


def injection_risks(suspicion: Suspicion) -> tuple[Risk, ...]:
    """The suspicion as a risk to show: none below the threshold of distrust."""
    if not suspicion.lowers_trust:
        return ()
    explanation = (
        "Tries to give the machine orders." if suspicion.is_attack else "May be trying to give the machine orders."
    )
    return (
        Risk(
            kind="injection", explanation=explanation, excerpt=suspicion.signs[0].excerpt, escalates=suspicion.is_attack
        ),
    )


def plain_orders(text: str) -> tuple[Sign, ...]:
    """The orders that a text gives in plain words; made for drafts, which nobody disguises."""
    return _signs(text[:READ_CHARACTERS], 0)


def _signs(text: str, nesting: int) -> tuple[Sign, ...]:
    folded = bare(text)
    found = [
        Sign(sought.kind, folded.excerpt(*span)[:EXCERPT_CHARACTERS], sought.weight)
        for sought in possible_orders(_BOOKS, folded)
        if (span := find_order(sought, folded))
    ]
    found += [Sign("hidden", excerpt[:EXCERPT_CHARACTERS], weight) for excerpt, weight in hidden_signs(text)]
    if nesting:
        found += _encoded_signs(text, nesting)
    return tuple(found)


def _encoded_signs(text: str, nesting: int) -> list[Sign]:
    """What a payload orders was hidden on purpose: at least as suspicious as what goes to a person."""
    found: list[Sign] = []
    tagged = tagged_text(text)
    readings = [(tagged, tagged)] if tagged else []
    readings += [
        (payload.carrier, payload.text) for _, payload in zip(range(PAYLOADS_READ), payloads(text), strict=False)
    ]
    for carrier, reading in readings:
        inner = _combined(_signs(reading, nesting - 1))
        if inner.score >= DISTRUST_FROM:
            found.append(Sign("encoded", carrier[:EXCERPT_CHARACTERS], max(inner.score, ESCALATE_FROM)))
    return found


def _combined(signs: tuple[Sign, ...]) -> Suspicion:
    """The clearest sign of each kind counts whole, a second one of the same kind half."""
    by_kind: dict[str, list[Sign]] = {}
    for sign in sorted(signs, key=lambda sign: -sign.weight):
        by_kind.setdefault(sign.kind, []).append(sign)
    doubts = [1 - sign.weight / (1 + place) for same in by_kind.values() for place, sign in enumerate(same[:2])]
    first = tuple(same[0] for same in by_kind.values())
    return Suspicion(round(1 - math.prod(doubts), 4), first)
