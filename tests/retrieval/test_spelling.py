from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.retrieval.spelling import DIMENSION, Spelling

TEXTS = ["do you have a decaf?", "how do I cancel my subscription", "track my parcel"]


def likeness(text: str) -> list[float]:
    spelling = Spelling(TEXTS)
    return [round(float(value), 4) for value in spelling.vectors(TEXTS) @ spelling.vectors([text])[0]]


@pytest.mark.parametrize("text", ["how to cancle my subscripton", "SUBSCRIPTION", "sübscription??"])
def test_a_typo_is_still_like_the_word_that_was_meant(text: str) -> None:
    assert np.argmax(likeness(text)) == 1


def test_the_same_text_is_alike_and_unknown_letters_are_like_nothing() -> None:
    assert likeness(TEXTS[0])[0] == pytest.approx(1.0, abs=1e-3)
    assert likeness("zzzz qqqq") == [0, 0, 0]


def test_rare_runs_of_letters_weigh_more_than_common_ones() -> None:
    spelling = Spelling(["my parcel", "my order", "my voucher"])
    rare, common = (spelling.vectors(["my parcel"]) @ spelling.vectors([text])[0] for text in ("parcel", "my"))

    assert rare[0] > common[0]


@given(st.lists(st.text(max_size=60), max_size=4))
def test_vectors_are_of_length_one_or_zero(texts: list[str]) -> None:
    vectors = Spelling(TEXTS).vectors(texts)

    assert vectors.shape == (len(texts), DIMENSION)
    assert all(length <= 1.3 for length in np.linalg.norm(vectors, axis=1)), "two runs may share a place"


def test_a_very_long_text_is_read_as_far_as_the_encoder_reads() -> None:
    long = "decaf " * 200
    assert likeness(long) == likeness(long[:1000])
