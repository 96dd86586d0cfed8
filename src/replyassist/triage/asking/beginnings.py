"""Where the questions of a message begin, of how likely one begins at each of its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import dropwhile

import numpy as np
from numpy.typing import NDArray

from .tokens import Token, small_words

MOST_QUESTIONS = 6  # each costs the encoder a text; a message that asks more is read as far as this
REACH = 2
"""Tokens to either side that speak for the same beginning: "so can it" begins at "so" or at "can"."""


def beginnings(tokens: Sequence[Token], likelihoods: NDArray[np.float64], *, asks_from: float) -> dict[int, float]:
    """Tokens at which a question begins, in their order, each with what it and its neighbours say for it.

    The likeliest are found first. The other half of a question ("or is it") begins none, and neither does what follows
    a condition in its sentence: the condition is part of the question.
    """
    left, found = likelihoods.copy(), dict[int, float]()
    while len(left) and len(found) < MOST_QUESTIONS:
        at = int(left.argmax())
        near = slice(max(0, at - REACH), at + REACH + 1)
        if left[at] < asks_from / (2 * REACH + 1):
            break
        if left[near].sum() >= asks_from:
            found[at] = float(left[near].sum())
        left[near] = 0
    whole, answered = dict[int, float](), set[int]()
    for at in sorted(found):
        last = next(reversed(whole), None)
        if last is not None and (_is_other_half(tokens, at) or (last not in answered and _depends(tokens, last, at))):
            whole[last] = max(whole[last], found[at])
            answered.add(last)
        else:
            whole[at] = found[at]
    return whole


def _is_other_half(tokens: Sequence[Token], at: int) -> bool:
    near = tokens[max(0, at - 1) : at + 1]
    return any(token.word in small_words("alternatives") for token in near)


def _depends(tokens: Sequence[Token], condition: int, at: int) -> bool:
    """Whether what begins at ``at`` follows a clause with a condition in the same sentence."""
    clause = tokens[condition:at]
    if any(token.ends_a_sentence for token in clause):
        return False
    words = [token.word for token in dropwhile(lambda token: token.is_between, clause)]
    return not small_words("conditions").isdisjoint({" ".join(words[:1]), " ".join(words[:2])})
