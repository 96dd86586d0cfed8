from __future__ import annotations

import numpy as np
import pytest

from replyassist.answering.measures import COMPARISONS, Background, measure, said, texts_of
from replyassist.core.words import Reading
from replyassist.testing import FakeEncoder
from replyassist.testing.encoder import DIMENSION, FakeReader

BACKGROUND = Background(np.zeros(DIMENSION, np.float32), np.zeros(1, np.float32), unseen=1.0)
PLACES = slice(-COMPARISONS, None)
SAID_ANYWHERE = -COMPARISONS + 8


def row(question: str, reply: str, title: str = "Decaf") -> np.ndarray:
    reader = FakeReader()
    found = measure(reader.read([question])[0], said(reader.read(texts_of(title, reply))), BACKGROUND)
    assert found is not None
    return found


def test_each_sentence_is_read_behind_the_title() -> None:
    assert texts_of("Decaf", "It is mild. No caffeine.") == ("Decaf", "Decaf: It is mild.", "Decaf: No caffeine.")
    assert texts_of("", "It is mild.") == ("", "It is mild.")


def test_a_row_holds_what_is_asked_and_the_comparisons() -> None:
    found = row("is it mild?", "It is mild. No caffeine.")
    assert found.shape == (2 * DIMENSION + COMPARISONS,)
    assert np.isfinite(found).all()
    assert np.allclose(found[:DIMENSION], FakeReader().encode(["is it mild?"])[0])


def test_a_question_is_said_better_by_a_reply_with_its_words() -> None:
    question = "organic decaf beans"
    with_it, without = row(question, "Our organic decaf beans."), row(question, "Water takes caffeine out.")
    assert with_it[SAID_ANYWHERE] > without[SAID_ANYWHERE]


def test_the_order_of_sentences_changes_nothing() -> None:
    one = row("is it organic?", "It is mild. It is organic. No caffeine.")
    other = row("is it organic?", "No caffeine. It is organic. It is mild.")
    assert np.allclose(one, other)


@pytest.mark.parametrize("question", ["", "   "])
def test_nothing_is_compared_with_no_words(question: str) -> None:
    reader = FakeReader()
    assert measure(reader.read([question])[0], said(reader.read(texts_of("a", "b c."))), BACKGROUND) is None


def test_nothing_is_compared_by_an_encoder_that_tells_no_words() -> None:
    encoder = FakeEncoder()
    vectors = [Reading(vector) for vector in encoder.encode(["decaf?", "Decaf", "Decaf: It is mild."])]
    assert measure(vectors[0], said(vectors[1:]), BACKGROUND) is None


def test_a_piece_that_no_text_of_the_fit_had_is_as_rare_as_can_be() -> None:
    background = Background(np.zeros(DIMENSION, np.float32), np.array([0.0, 2.0], np.float32), unseen=7.0)
    words = FakeReader().read(["a b"])[0].words
    assert words is not None
    assert background.weights(words).tolist() == [7.0, 7.0]
