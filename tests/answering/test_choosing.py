from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from replyassist.answering.choosing import (
    KEPT_FROM,
    KEPT_WHEN_SHORTER_FROM,
    Chooser,
    likely_needed,
    load_choosers,
    save_choosers,
    shipped_choosers,
)
from replyassist.answering.measures import MOST_SENTENCES, Background, said, texts_of
from replyassist.answering.sentence_rows import COMPARED
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS, KNOWN
from replyassist.testing import FakeEncoder
from replyassist.testing.encoder import DIMENSION, FakeReader

BACKGROUND = Background(np.full(DIMENSION, 0.01, np.float32), np.array([0.5, 2.0], np.float32), unseen=3.0)
SENTENCES = ("Our decaf is made with water alone, at a mill in Bremen.", "It keeps a tenth of a percent of caffeine.")
DECAF = " ".join((*SENTENCES, "You can visit our roastery in Galway on Saturdays."))


def chooser(weight: float, constant: float = 0.0) -> Chooser:
    """One that looks at the likeness of the whole sentence alone."""
    weights = np.zeros(COMPARED)
    weights[0] = weight
    return Chooser(BACKGROUND, weights, constant)


def test_the_likelihoods_are_those_of_a_logistic_regression() -> None:
    reader = FakeReader()
    question, reply = reader.read(["caffeine?"])[0], said(reader.read(texts_of("Decaf", " ".join(SENTENCES))))
    even, odds = chooser(0.0), chooser(0.0, constant=float(np.log(3)))

    assert even.likely(question, reply, SENTENCES) == pytest.approx([0.5, 0.5])
    assert odds.likely(question, reply, SENTENCES) == pytest.approx([0.75, 0.75])


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    save_choosers({"one": chooser(2.0, constant=-1.0), "two": chooser(3.0)}, tmp_path / "kept.npz")
    loaded = load_choosers(tmp_path / "kept.npz")

    assert list(loaded) == ["one", "two"]
    assert loaded["one"].constant == -1.0
    assert loaded["two"].weights == pytest.approx(chooser(3.0).weights)
    assert loaded["one"].background.rarity == pytest.approx(BACKGROUND.rarity)
    assert loaded["one"].background.centre == pytest.approx(BACKGROUND.centre)
    assert loaded["one"].background.unseen == 3.0


def test_there_is_one_for_each_encoder_that_can_be_named() -> None:
    assert len(shipped_choosers()) == len(KNOWN)
    assert all(each.weights.shape == (COMPARED,) for each in shipped_choosers().values())


def test_a_shorter_reply_keeps_less() -> None:
    assert KEPT_FROM < KEPT_WHEN_SHORTER_FROM < 0.5


def test_an_encoder_that_nothing_was_fitted_to_tells_nothing() -> None:
    assert likely_needed(["caffeine?"], FakeEncoder(), title="Decaf", reply=DECAF) is None


@pytest.mark.encoder
class TestWithTheRealEncoder:
    encoder = SentenceTransformerEncoder(CHECKS.name)

    def needed(self, *asked: str) -> list[int]:
        found = likely_needed(asked, self.encoder, title="Decaf", reply=DECAF)
        assert found is not None
        assert found.shape == (3,)
        return np.flatnonzero(found >= KEPT_WHEN_SHORTER_FROM).tolist()

    def test_the_sentence_that_answers_is_needed(self) -> None:
        assert self.needed("how much caffeine is left in it?") == [1]
        assert self.needed("can i come and visit you?") == [2]

    def test_what_any_of_the_questions_needs_is_needed(self) -> None:
        assert self.needed("how much caffeine is left in it?", "can i come and visit you?", " ") == [1, 2]

    @pytest.mark.parametrize(("asked", "reply"), [((), DECAF), (("", "  "), DECAF), (("caffeine?",), "")])
    def test_there_is_no_telling_without_a_question_or_a_sentence(self, asked: tuple[str, ...], reply: str) -> None:
        assert likely_needed(asked, self.encoder, title="Decaf", reply=reply) is None

    def test_a_very_long_reply_is_read_to_a_limit(self) -> None:
        found = likely_needed(["caffeine?"], self.encoder, title="Decaf", reply="It is mild. " * (MOST_SENTENCES + 5))

        assert found is not None
        assert len(found) == MOST_SENTENCES
