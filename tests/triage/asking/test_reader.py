from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.core.words import Reading, WordVectors, read
from replyassist.triage.asking import questions_in
from replyassist.triage.asking.reader import PATH, Question, shipped_reader, vectors_of
from replyassist.triage.asking.tokens import tokens_of

MOST_BYTES = 200 * 1024
NOTHING = Reading(np.zeros(4, dtype=np.float32))


def test_nothing_asks_nothing() -> None:
    assert questions_in("", NOTHING, encoder="") == ()


def test_a_token_is_the_mean_of_its_pieces_beside_its_neighbours_and_the_message() -> None:
    tokens = tokens_of("ships to")
    pieces = np.array([[1, 0], [3, 0], [0, 5]], dtype=np.float16)
    words = WordVectors(np.arange(3, dtype=np.int32), pieces, np.array([[0, 4], [4, 5], [6, 8]], dtype=np.int32))
    rows = vectors_of(tokens, Reading(np.array([0, 1], dtype=np.float32), words), scale=0.5)
    assert rows.tolist() == [[4, 0, 0, 0, 0, 10, 0, 3], [0, 10, 4, 0, 0, 0, 0, 3]]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("do you ship to Norway? and which one is decaf?", ("do you ship to Norway?", "and which one is decaf?")),
        ("Hello. When do you open?\nThanks", ("When do you open?",)),
        ("no mark, nothing known", ()),
        ("?? ?", ()),
    ],
)
def test_without_words_the_marked_sentences_are_what_is_asked(text: str, asked: tuple[str, ...]) -> None:
    words = WordVectors(
        np.zeros(0, dtype=np.int32), np.zeros((0, 4), dtype=np.float16), np.zeros((0, 2), dtype=np.int32)
    )
    told = tuple(Question(each) for each in asked)
    assert questions_in(text, NOTHING, encoder=shipped_reader().encoder) == told
    assert questions_in(text, replace(NOTHING, words=words), encoder="another") == told


def test_the_weights_are_small() -> None:
    assert PATH.stat().st_size < MOST_BYTES


@pytest.mark.encoder
class TestShipped:
    def asked(self, *texts: str) -> list[tuple[str, ...]]:
        encoder = SentenceTransformerEncoder(CHECKS.name)
        assert encoder.model_digest == shipped_reader().encoder
        return [
            tuple(each.text for each in questions_in(text, reading, encoder=encoder.model_digest))
            for text, reading in zip(texts, read(encoder, texts), strict=True)
        ]

    def test_every_form_of_several_questions_is_found(self) -> None:
        texts = (
            "1) do you ship to Norway 2) what does it cost",
            "1\ufe0f\u20e3 do you ship to Norway 2\ufe0f\u20e3 is decaf organic",
            "First, do you ship to Norway? Second, is the decaf organic?",
            "do you ship to Norway\nis the decaf organic",
            "do you ship to Norway and also is the decaf organic",
        )
        found = self.asked(*texts)
        assert [len(asked) for asked in found] == [2] * len(texts)
        assert found[0] == ("do you ship to Norway", "what does it cost")

    def test_one_question_is_one_however_it_is_told(self) -> None:
        texts = (
            "do you ship to Norway?",
            "we bought three bags last week and loved all of them, do you ship to Norway",
            "Hi there! Hope you are well. Can I send back an opened bag?",
        )
        assert [len(asked) for asked in self.asked(*texts)] == [1] * len(texts)

    def test_a_condition_and_the_other_half_are_parts_of_their_question(self) -> None:
        texts = (
            "If I open the bag, try one cup and don't like it, can I still send it back to you?",
            "when I want to stop my plan, how do I do that",
            "do i need to type in a code or does it come by itself",
        )
        assert [len(asked) for asked in self.asked(*texts)] == [1] * len(texts)

    def test_what_asks_nothing_is_nothing(self) -> None:
        assert self.asked("best coffee in town, my whole office loves it") == [()]
