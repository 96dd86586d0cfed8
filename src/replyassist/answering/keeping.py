"""Which sentences a reply says, from how likely the message needs each of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .measures import Rows
from .sentence_rows import refers_back

KEPT_FROM = 0.17
"""Probability from which a reply says a sentence.

With sentences that were read together with the message, over 272 messages of five brands, each left out of the fit
(``scripts/fit_sentence_reading.py``, mpnet): all that answers a message is kept for 94 % of them, every condition too
for 90 %; 42 % of the replies say nothing that was not asked, and .58 of their words were asked for. From .15 it is 94,
90 and 38 %, from .20 93, 89 and 48 %.
"""
KEPT_WHEN_SHORTER_FROM = 0.4
"""The same where a person asked for a shorter reply."""


def kept_places(likely: Rows, texts: Sequence[str], *, least: float = KEPT_FROM) -> frozenset[int]:
    """Places of the sentences that the reply says: always the likeliest, and what one that refers back refers to.

    ``likely``, 0 to 1, has the shape (questions, sentences), and ``texts`` are these sentences.
    """
    if not texts:
        return frozenset()
    chances = likely.max(axis=0)
    kept = {int(chances.argmax()), *np.flatnonzero(chances >= least).tolist()}
    for place in sorted(kept, reverse=True):
        if place and place - 1 not in kept and refers_back(texts[place]):
            kept.add(place - 1)
    return frozenset(kept)
