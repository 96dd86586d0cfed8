from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from replyassist.answering.fitted import FittedModel, background_of, load_fitted, save_fitted
from replyassist.answering.measures import Background
from replyassist.testing.encoder import DIMENSION, FakeReader

BACKGROUND = Background(np.full(DIMENSION, 0.01, np.float32), np.array([0.5, 2.0], np.float32), unseen=3.0)


def model(weight: float, constant: float = 0.0) -> FittedModel:
    return FittedModel(BACKGROUND, np.array([weight, 0.0]), constant)


def test_the_probabilities_are_those_of_a_logistic_regression() -> None:
    rows = np.array([[1.0, 5.0], [-1.0, 5.0]])

    assert model(0.0).probabilities(rows) == pytest.approx([0.5, 0.5])
    assert model(0.0, constant=float(np.log(3))).probabilities(rows) == pytest.approx([0.75, 0.75])
    assert float(model(float(np.log(3))).probabilities(rows[1])) == pytest.approx(0.25)


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    save_fitted({"one": model(2.0, constant=-1.0), "two": model(3.0)}, tmp_path / "kept.npz")
    loaded = load_fitted(tmp_path / "kept.npz")

    assert list(loaded) == ["one", "two"]
    assert loaded["one"].constant == -1.0
    assert loaded["two"].weights == pytest.approx(model(3.0).weights)
    assert loaded["one"].background.rarity == pytest.approx(BACKGROUND.rarity)
    assert loaded["one"].background.centre == pytest.approx(BACKGROUND.centre)
    assert loaded["one"].background.unseen == 3.0


def test_a_piece_of_few_texts_is_rarer_than_one_of_many() -> None:
    read = FakeReader().read(["tea and cake", "tea and milk", "tea"])
    found = background_of(read)
    tea, cake = (int(number) for number in read[0].words.numbers[[0, 2]]) if read[0].words is not None else (0, 0)

    assert found.rarity[tea] < found.rarity[cake] < found.unseen
    assert found.centre.shape == (DIMENSION,)
