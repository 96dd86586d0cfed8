from __future__ import annotations

import numpy as np
import pytest

from replyassist.answering.measures import Background, Rows, said, texts_of
from replyassist.answering.sentence_rows import COMPARED, refers_back, sentence_rows
from replyassist.core.words import Reading
from replyassist.guardrails.text import sentence_spans
from replyassist.testing import FakeEncoder
from replyassist.testing.encoder import DIMENSION, FakeReader

BACKGROUND = Background(np.zeros(DIMENSION, np.float32), np.zeros(1, np.float32), unseen=1.0)
WHOLE, SAID, LITERAL = 0, 3, 6
PLACE, IS_FIRST, IS_LAST = 12, 13, 14
DIGIT, LINK, DENIAL, BOUND, BACK, COURTESY = range(COMPARED - 6, COMPARED)


def rows(question: str, *sentences: str) -> Rows:
    reader = FakeReader()
    reply = said(reader.read(texts_of("Decaf", " ".join(sentences))))
    found = sentence_rows(reader.read([question])[0], reply, sentences, BACKGROUND)
    assert found is not None
    return found


def test_there_is_a_row_for_each_sentence() -> None:
    found = rows("is it mild?", "It is mild.", "No caffeine.", "Bags hold 250 g.")

    assert found.shape == (3, COMPARED)
    assert np.isfinite(found).all()
    assert found[:, [PLACE, IS_FIRST, IS_LAST]].tolist() == [[0.0, 1.0, 0.0], [0.5, 0.0, 0.0], [1.0, 0.0, 1.0]]


def test_a_single_sentence_is_the_first_and_the_last() -> None:
    assert rows("is it mild?", "It is mild.")[0, [PLACE, IS_FIRST, IS_LAST]].tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize("measure", [WHOLE, SAID, LITERAL])
def test_the_sentence_with_the_questions_words_is_nearest_by_every_measure(measure: int) -> None:
    found = rows("which organic decaf beans", "Water takes caffeine out.", "Our organic decaf beans.")

    assert found[1, measure] > found[0, measure]
    assert found[1, measure + 1] == 0.0, "none is better"
    assert found[0, measure + 1] < 0.0
    assert found[0, measure + 2] < 0.0 < found[1, measure + 2], "below and above the mean"


@pytest.mark.parametrize(
    ("sentence", "marks"),
    [
        ("Bags hold 250 g.", {DIGIT}),
        ("See https://fernhill.example/decaf.", {LINK}),
        ("We don't roast it.", {DENIAL}),
        ("It is free unless you send it back.", {BOUND, BACK}),
        ("They stay fresh.", {BACK}),
        ("Thanks for asking.", {COURTESY}),
        ("Note the knot.", set()),
    ],
)
def test_what_a_sentence_holds_is_marked(sentence: str, marks: set[int]) -> None:
    found = rows("is it mild?", sentence)[0]

    assert {place for place in range(DIGIT, COMPARED) if found[place]} == marks


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It takes two days.", True),
        ("“That” is free.", True),
        ("However, we do.", True),
        ("After that we can’t.", True),
        ("Twelve of them open late.", True),
        ("Later than that we can't.", True),
        ("Before these days it costs more.", True),
        ("Italy is near.", False),
        ("Later than June we can't.", False),
        ("We ship it.", False),
        ("The theory holds.", False),
        ("", False),
    ],
)
def test_a_sentence_that_needs_the_one_before_it_is_known(sentence: str, expected: bool) -> None:
    assert refers_back(sentence) is expected


@pytest.mark.parametrize(("question", "sentences"), [("", ("It is mild.",)), ("  ", ("It is mild.",)), ("mild?", ())])
def test_nothing_is_compared_without_words(question: str, sentences: tuple[str, ...]) -> None:
    reader = FakeReader()
    reply = said(reader.read(texts_of("Decaf", "It is mild.")))

    assert sentence_rows(reader.read([question])[0], reply, sentences, BACKGROUND) is None


def test_an_encoder_that_tells_no_words_has_no_rows() -> None:
    readings = [Reading(vector) for vector in FakeEncoder().encode(["mild?", "Decaf", "Decaf: It is mild."])]

    assert sentence_rows(readings[0], said(readings[1:]), ("It is mild.",), BACKGROUND) is None


def test_a_reply_is_read_in_the_sentences_that_the_plan_cuts() -> None:
    reply = "Open 9 a.m. to 5 p.m. daily. See https://fernhill.example. It's free! (Really.)"

    assert len(texts_of("", reply)) == len(sentence_spans(reply)) + 1
