from __future__ import annotations

import numpy as np
import pytest

from replyassist.answering.keeping import KEPT_FROM, KEPT_WHEN_SHORTER_FROM, kept_places

PLAIN = ("We open at nine.", "Dogs are welcome.", "Parking costs £4.")


def kept(*likely: tuple[float, ...], texts: tuple[str, ...] = PLAIN) -> set[int]:
    return set(kept_places(np.array(likely), texts))


def test_a_shorter_reply_keeps_less() -> None:
    assert KEPT_FROM < KEPT_WHEN_SHORTER_FROM < 0.5


@pytest.mark.parametrize(
    ("likely", "places"),
    [
        ((0.02, 0.05, 0.01), {1}),  # the likeliest, however unlikely
        ((0.1, 0.6, 0.2), {1, 2}),
        ((0.1, 0.98, 0.8), {1, 2}),
    ],
)
def test_what_is_likely_enough_is_said_and_always_something(likely: tuple[float, ...], places: set[int]) -> None:
    assert kept(likely) == places


def test_what_refers_back_brings_what_it_refers_to() -> None:
    assert kept((0.02, 0.02, 0.9), texts=("Dogs are welcome.", "We have a garden.", "It closes at six.")) == {1, 2}


def test_without_sentences_nothing_is_kept() -> None:
    assert kept_places(np.zeros((1, 0)), ()) == frozenset()
