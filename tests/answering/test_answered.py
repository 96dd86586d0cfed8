from __future__ import annotations

from collections.abc import Sequence

import pytest

from replyassist.answering import Answered, answered
from replyassist.answering.answered import ReplyMemory
from replyassist.answering.reader import DOUBTED_BELOW
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.core.words import Reading
from replyassist.testing import FakeEncoder
from replyassist.testing.encoder import FakeReader

DECAF = "Our decaf is made with water alone, at a mill in Bremen. It keeps a tenth of a percent of caffeine."


class CountingReader(FakeReader):
    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def read(self, texts: Sequence[str]) -> list[Reading]:
        self.read_texts += texts
        return super().read(texts)


def test_the_answer_is_doubtful_below_the_threshold() -> None:
    assert Answered(DOUBTED_BELOW - 0.01, ()).is_doubtful
    assert not Answered(DOUBTED_BELOW, ()).is_doubtful


def test_another_encoder_than_that_of_the_fit_tells_nothing() -> None:
    assert answered("is the decaf organic?", FakeEncoder(), title="Decaf", reply=DECAF) is None


def test_a_reply_is_read_once_while_it_is_remembered() -> None:
    reader, memory = CountingReader(), ReplyMemory(size=1)
    first = memory.of(reader, title="Decaf", reply=DECAF)
    assert memory.of(reader, title="Decaf", reply=DECAF) is first
    assert len(reader.read_texts) == 3
    memory.of(reader, title="Tea", reply="Green.")
    memory.of(reader, title="Decaf", reply=DECAF)
    assert len(reader.read_texts) == 8


@pytest.mark.encoder
class TestWithTheRealEncoder:
    encoder = SentenceTransformerEncoder(CHECKS.name)

    def test_taking_the_answer_out_of_the_reply_lowers_the_probability(self) -> None:
        question = "how much caffeine is left in the decaf?"
        with_it = answered(question, self.encoder, title="Decaf", reply=DECAF)
        without = answered(question, self.encoder, title="Decaf", reply=DECAF.partition(". ")[0] + ".")
        assert with_it is not None
        assert without is not None
        assert with_it.probability > without.probability

    def test_words_that_the_reply_does_not_speak_of_are_named(self) -> None:
        found = answered("are your decaf beans organic?", self.encoder, title="Decaf", reply=DECAF)
        assert found is not None
        assert found.unspoken == ("beans", "organic")

    def test_a_message_without_text_asks_nothing(self) -> None:
        assert answered("  ", self.encoder, title="Decaf", reply=DECAF) is None
