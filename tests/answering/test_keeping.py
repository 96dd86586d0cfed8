from __future__ import annotations

import numpy as np
import pytest

from replyassist.answering.keeping import (
    BOUNDS_FROM,
    KEPT_FROM,
    KEPT_WHEN_SHORTER_FROM,
    LEADS_ON_FROM,
    kept_places,
)

PLAIN = ("We open at nine.", "Dogs are welcome.", "Parking costs £4.")


def kept(*likely: tuple[float, ...], texts: tuple[str, ...] = PLAIN) -> set[int]:
    return set(kept_places(np.array(likely), texts))


def test_a_shorter_reply_keeps_less() -> None:
    assert KEPT_FROM < KEPT_WHEN_SHORTER_FROM < 0.5
    assert LEADS_ON_FROM < BOUNDS_FROM < KEPT_FROM


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


def test_what_bounds_a_sentence_needs_less() -> None:
    texts = ("We open at nine.", "Dogs are welcome.", "They are let in only on a lead, unless they guide.")

    assert kept((0.13, 0.98, 0.13), texts=texts) == {1, 2}
    assert kept((0.13, 0.98, 0.1), texts=texts) == {1}


@pytest.mark.parametrize(("likely", "places"), [((0.12, 0.9, 0.12, 0.12), {0, 1, 2}), ((0.05, 0.9, 0.05, 0.05), {1})])
def test_what_stands_beside_a_denial_is_said_sooner(likely: tuple[float, ...], places: set[int]) -> None:
    texts = ("We ship in Europe.", "We don't ship overseas.", "Prices are online.", "We are closed today.")

    assert kept(likely, texts=texts) == places


def test_a_link_is_said_sooner() -> None:
    texts = ("It costs €4.", "We open at nine.", "Details: https://fernhill.example/rates")

    assert kept((0.9, 0.12, 0.12), texts=texts) == {0, 2}


def test_what_refers_back_brings_what_it_refers_to() -> None:
    assert kept((0.02, 0.02, 0.9), texts=("Dogs are welcome.", "We have a garden.", "It closes at six.")) == {1, 2}


def test_without_sentences_nothing_is_kept() -> None:
    assert kept_places(np.zeros((1, 0)), ()) == frozenset()
