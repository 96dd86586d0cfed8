"""Templates that steal each other's messages: example questions that another template would answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.faq.template import ReplyTemplate

from .entries import entries_of
from .ranking import CENTRING

FEWEST_STOLEN = 2  # one question alone may simply be an odd one
SMALLEST_SHARE = 0.4  # of a template's questions


@dataclass(frozen=True)
class Theft:
    """Questions of the template ``robbed`` for which ``thief`` comes first, were they not among the examples."""

    robbed: str
    thief: str
    questions: tuple[str, ...]
    of: int


def thefts(templates: Sequence[ReplyTemplate], encoder: Encoder) -> list[Theft]:
    """Each question is held out in turn and ranked by nearest text and centroid, as a new message would be.

    A pair is named from two questions and four tenths of the template's questions on. Both numbers are our choice: no
    pair of the sample brands, whose templates a person told apart, reaches them (the nearest loses two of six).
    """
    entries = [entry for number, template in enumerate(templates) for entry in entries_of(number, template)]
    if len(templates) < 2:
        return []
    vectors = encoder.encode([entry.text for entry in entries])
    owner = np.array([entry.template for entry in entries])
    starts = np.searchsorted(owner, np.arange(len(templates)))
    counts = np.bincount(owner)[:, None]
    away = vectors - CENTRING * (np.add.reduceat(vectors, starts) / counts).mean(axis=0)
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
    sums = np.add.reduceat(away, starts)
    stolen: dict[tuple[int, int], list[str]] = defaultdict(list)
    for place, entry in enumerate(entries):
        if entry.field != "question":
            continue
        cosines = away @ away[place]
        cosines[place] = -1.0
        rest = sums.copy()
        rest[entry.template] -= away[place]
        rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-6)
        first = int(np.argmax(np.maximum.reduceat(cosines, starts) + rest @ away[place]))
        if first != entry.template:
            stolen[entry.template, first].append(entry.text)
    return [
        Theft(templates[robbed].id, templates[thief].id, tuple(questions), len(templates[robbed].questions))
        for (robbed, thief), questions in stolen.items()
        if len(questions) >= max(FEWEST_STOLEN, SMALLEST_SHARE * len(templates[robbed].questions))
    ]
