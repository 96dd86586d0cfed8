from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from replyassist.answering import sentence_reading
from replyassist.answering.choosing import shipped_choosers
from replyassist.answering.sentence_reading import (
    NOTHING_READ,
    ReplyReading,
    SentenceJoin,
    SentenceWeights,
    read_reply,
    save_sentence_weights,
    shipped_sentence_weights,
)
from replyassist.core.errors import LanguageModelError, LanguageModelTimeout
from replyassist.core.pair_reading import TextPair

JOIN = SentenceJoin(of_chooser=1.0, of_reading=2.0, of_best=0.0, of_mean=0.0, constant=0.0)
DIRECT = np.array([[1.0], [-1.0], [0.0]]), np.array([0.0, 0.0, -9.0])
WEIGHTS = SentenceWeights("scripted", np.array([1.0]), np.array([0.0]), -0.5, {"encoder": JOIN}, *DIRECT)


class WordReader:
    """Sees which sentences have the message's first word; ``longest`` is how many sentences it reads.

    At the end it sees a 5, for a yes.
    """

    def __init__(self, error: LanguageModelError | None = None, digest: str = "scripted", longest: int = 9) -> None:
        self.error, self.digest, self.longest = error, digest, longest
        self.asked: list[str] = []

    def read(self, pairs: Sequence[TextPair]) -> NDArray[np.float32]:
        return np.zeros((len(pairs), 1), dtype=np.float32)

    def read_sentences(self, title: str, sentences: Sequence[str], message: str) -> NDArray[np.float32]:
        if self.error is not None:
            raise self.error
        self.asked.append(message)
        word = message.split(maxsplit=1)[0].lower()
        found = [float(word in each.lower()) for each in sentences[: self.longest]]
        return np.array([[each] for each in (*found, 5.0)], dtype=np.float32)


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_reading, "shipped_sentence_weights", lambda: WEIGHTS)


def said(reader: WordReader, message: str = "Dogs allowed?") -> dict[str, float]:
    return dict(read(reader, message).needed)


def read(reader: WordReader, message: str) -> ReplyReading:
    return read_reply(reader, message, title="Visiting", reply="We open at ten. Dogs may come in.")


def test_each_sentence_has_its_reading() -> None:
    assert said(WordReader()) == {"We open at ten.": -0.5, "Dogs may come in.": 0.5}


def test_how_a_sentence_differs_from_the_others_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = replace(WEIGHTS, beside=np.array([2.0]))
    monkeypatch.setattr(sentence_reading, "shipped_sentence_weights", lambda: beside)

    assert said(WordReader()) == {"We open at ten.": -1.5, "Dogs may come in.": 1.5}


def test_a_long_reply_is_read_so_far() -> None:
    assert said(WordReader(longest=1)) == {"We open at ten.": -0.5}
    assert said(WordReader(longest=0)) == {}


@pytest.mark.parametrize(
    ("reader", "message"),
    [
        (WordReader(LanguageModelError("it died")), "Dogs?"),
        (WordReader(LanguageModelTimeout("it is slow")), "Dogs?"),
        (WordReader(digest="another"), "Dogs?"),
        (WordReader(), "🙂🙂"),
    ],
)
def test_nothing_is_read_without_a_reader_that_was_fitted_or_a_word(reader: WordReader, message: str) -> None:
    assert read(reader, message) == NOTHING_READ
    assert reader.asked == []


def test_the_end_tells_how_likely_the_direct_answer_is_yes_or_no() -> None:
    reading = read(WordReader(), "Dogs allowed?")

    assert reading.yes == pytest.approx(1 / (1 + np.exp(-10)), abs=1e-4)
    assert reading.yes + reading.no == pytest.approx(1.0, abs=1e-4)


def test_a_join_moves_the_chances_of_what_was_read_alone() -> None:
    chances = np.array([0.5, 0.5, 0.2])

    joined = JOIN.probabilities(chances, ["one", "two", "three"], {"one": 1.0, "two": -1.0})

    assert joined == pytest.approx([1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2)), 0.2])
    assert JOIN.probabilities(chances, ["one", "two", "three"], {}) is chances


def test_how_far_a_sentence_is_from_the_best_and_the_mean_counts() -> None:
    join = SentenceJoin(of_chooser=0.0, of_reading=0.0, of_best=1.0, of_mean=1.0, constant=0.0)

    joined = join.probabilities(np.array([0.5, 0.5]), ["one", "two"], {"one": 2.0, "two": 0.0})

    assert joined == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(3))])


def test_any_of_several_may_be_needed() -> None:
    assert ReplyReading({"one": -9.0, "two": 3.0}).any_needed == pytest.approx(3.0, abs=0.01)
    assert ReplyReading({"one": 0.0, "two": 0.0}).any_needed == pytest.approx(np.log(2))
    assert NOTHING_READ.any_needed == 0.0


def test_weights_come_back_from_their_file(tmp_path: Path) -> None:
    save_sentence_weights(WEIGHTS, tmp_path / "kept.npz")

    kept = shipped_sentence_weights(tmp_path / "kept.npz")

    assert (kept.digest, kept.constant, dict(kept.joins)) == ("scripted", -0.5, {"encoder": JOIN})
    assert kept.own.tolist() == [1.0]
    assert (kept.direct.tolist(), kept.constants.tolist()) == tuple(each.tolist() for each in DIRECT)


def test_every_encoder_that_chooses_has_a_join() -> None:
    assert set(shipped_sentence_weights().joins) == set(shipped_choosers())
