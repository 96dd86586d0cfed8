"""Templates that steal each other's messages: example questions that another template would answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.template import ReplyTemplate

from .entries import entries_of

CENTRING = 0.7

FEWEST_STOLEN = 2  # one question alone may simply be an odd one
SMALLEST_SHARE = 0.1  # of a template's questions, at the lower end of Wilson's 95 % interval
CELLS = 8_000_000  # similarities computed at a time: 32 MB


@dataclass(frozen=True)
class Theft:
    """Questions of the template ``robbed`` for which ``thief`` comes first, were they not among the examples."""

    robbed: str
    thief: str
    questions: tuple[str, ...]
    of: int


def thefts(templates: Sequence[ReplyTemplate], encoder: Encoder) -> list[Theft]:
    """Each question is held out in turn and ranked by nearest text and centroid, as a new message would be.

    A pair is named when surely more than a tenth of the questions go astray, and two at least: two of five, three of
    ten, seven of thirty. Both numbers are our choice: no pair of the sample brands, whose templates a person told
    apart, reaches them (the nearest loses two of six), and on training examples of banking77 and clinc150 the pairs
    named are such as ``declined_transfer`` and ``failed_transfer``.
    """
    entries = [
        (number, field, text)
        for number, template in enumerate(templates)
        for text, field in entries_of(template).items()
    ]
    if len(templates) < 2:
        return []
    vectors = encoder.encode([text for _, _, text in entries])
    owner = np.array([number for number, _, _ in entries])
    starts = np.searchsorted(owner, np.arange(len(templates)))
    counts = np.bincount(owner)[:, None]
    away = vectors - CENTRING * (np.add.reduceat(vectors, starts) / counts).mean(axis=0)
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
    asked = np.array([place for place, entry in enumerate(entries) if entry[1] == "question"], dtype=np.int64)
    stolen: dict[tuple[int, int], list[str]] = defaultdict(list)
    for place, first in zip(asked, _firsts_without_itself(away, asked, owner=owner, starts=starts), strict=True):
        if first != owner[place]:
            stolen[int(owner[place]), int(first)].append(entries[place][2])
    return [
        Theft(templates[robbed].id, templates[thief].id, tuple(questions), len(templates[robbed].questions))
        for (robbed, thief), questions in stolen.items()
        if len(questions) >= FEWEST_STOLEN
        and _surely(len(questions), len(templates[robbed].questions)) >= SMALLEST_SHARE
    ]


def _surely(count: int, of: int) -> float:
    return float(binomtest(count, of).proportion_ci(method="wilson").low)


def _firsts_without_itself(
    vectors: Vectors, asked: NDArray[np.int64], *, owner: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each place in ``asked`` the template that its vector finds when it is no text of its own template.

    ``vectors`` (texts, dimension) of unit length, those of a template together from its place in ``starts`` on.
    """
    sums = np.add.reduceat(vectors, starts)
    centroids = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    firsts = np.zeros(len(asked), dtype=np.int64)
    step = max(1, CELLS // len(vectors))
    for begin in range(0, len(asked), step):
        places = asked[begin : begin + step]
        rows, own = np.arange(len(places)), owner[places]
        questions = vectors[places]
        cosines = questions @ vectors.T
        cosines[rows, places] = -1.0
        from_centroids = questions @ centroids.T
        rest = sums[own] - questions
        rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-6)
        from_centroids[rows, own] = np.einsum("ij,ij->i", rest, questions)
        firsts[begin : begin + step] = np.argmax(np.maximum.reduceat(cosines, starts, axis=1) + from_centroids, axis=1)
    return firsts
