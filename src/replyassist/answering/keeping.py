"""Which sentences a reply says, from how likely the message needs each of them."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np

from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.mention import MentionKind
from replyassist.guardrails.proof import denies, is_bounding

from .measures import Rows
from .sentence_rows import refers_back

KEPT_FROM = 0.15
"""Probability from which a reply says a sentence.

With what follows (bounds from .08), over brands that were left out of the fit (``scripts/fit_choosing.py``, mpnet):
all that answers a message is kept for 95 % of them, every condition too for 91 %; 29 % of the replies say nothing that
was not asked, and .47 of the words were asked for. With a share (.08) of the likeliest sentence's odds asked for too it
was 94, 90 and 33 %, and .48: two readers of 26 pairs of drafts found more fit to send (10 of 52, not 4), and more not
usable (18, not 10).
"""
KEPT_WHEN_SHORTER_FROM = 0.4
"""The same where a person asked for a shorter reply."""
BOUNDS_FROM = 0.12
"""Probability from which a sentence is said that bounds what is said beside it, or that a denial beside it bounds.

"We don't ship outside Europe" alone sounds like a no. With sentences that were read together with the message, on 137
messages of three dev brands, 94 % of the replies say all that is needed from .08 on as from here on; 22 % say nothing
unasked instead of 17 %, and they are .62 instead of .67 as long as their templates.
"""
LEADS_ON_FROM = 0.05
"""Probability from which a sentence with a link or an address is said: readers missed where to go on (set by hand)."""
_ADDRESSES = frozenset({MentionKind.LINK, MentionKind.EMAIL, MentionKind.PHONE})


def kept_places(likely: Rows, texts: Sequence[str], *, least: float = KEPT_FROM) -> frozenset[int]:
    """Places of the sentences that the reply says: always the likeliest, and what one that refers back refers to.

    ``likely``, 0 to 1, has the shape (questions, sentences), and ``texts`` are these sentences.
    """
    if not texts:
        return frozenset()
    chances = likely.max(axis=0)
    sure = {int(chances.argmax()), *np.flatnonzero(chances >= least).tolist()}
    beside = {place for each in sure for place in (each - 1, each + 1) if 0 <= place < len(texts)}
    bounds = {place for place in beside if is_bounding(texts[place]) or _stands_by_a_denial(place, texts, sure)}
    kept = sure | {place for place in bounds if chances[place] >= BOUNDS_FROM}
    kept |= {place for place, text in enumerate(texts) if chances[place] >= LEADS_ON_FROM and _leads_on(text)}
    for place in sorted(kept, reverse=True):
        if place and place - 1 not in kept and refers_back(texts[place]):
            kept.add(place - 1)
    return frozenset(kept)


def _stands_by_a_denial(place: int, texts: Sequence[str], sure: Set[int]) -> bool:
    return any(denies(texts[each]) for each in {place - 1, place + 1} & sure)


def _leads_on(sentence: str) -> bool:
    """Whether it says where to go on: a link, an address, a number to call."""
    return any(mention.kind in _ADDRESSES for mention in mentions(sentence))
