from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from replyassist.core.errors import LanguageModelError, LanguageModelTimeout
from replyassist.core.pair_reading import TextPair
from replyassist.retrieval.index import TemplateMatch
from replyassist.retrieval.reranking import (
    LEAST_LIKELY,
    Reranker,
    RerankerWeights,
    save_weights,
    shipped_reranker,
    shipped_weights,
)
from replyassist.retrieval.service import Retrieved

WEIGHTS = RerankerWeights("reader-1", np.array([4.0, -4.0]), constant=0.0, of_search=1.0, of_reading=1.0, offset=0.0)


class ScriptedReader:
    """Says of each template by its title whether it answers: 1 or 0."""

    digest = "reader-1"

    def __init__(self, error: LanguageModelError | None = None, **answers: float) -> None:
        self.answers, self.error = answers, error
        self.pairs: list[TextPair] = []

    def read(self, pairs: Sequence[TextPair]) -> NDArray[np.float32]:
        if self.error is not None:
            raise self.error
        self.pairs += pairs
        return np.array([[self.answers[pair.title], 1 - self.answers[pair.title]] for pair in pairs], dtype=np.float32)

    def read_sentences(self, title: str, sentences: Sequence[str], message: str) -> NDArray[np.float32]:
        raise LanguageModelError("it reads no sentences")


def found(threshold: float = 0.35, **probabilities: float) -> Retrieved:
    matches = tuple(
        TemplateMatch(
            template_id=name, version="1", title=name, score=0.5, probability=probability, answerable=0.9,
            matched_text="", matched_field="question", reply=f"All about {name}.",
        )
        for name, probability in probabilities.items()
    )  # fmt: skip
    is_abstained = matches[0].probability < threshold
    return Retrieved(matches=matches, abstained=is_abstained, threshold=threshold, encode_ms=1.0, search_ms=1.0)


def ids(retrieved: Retrieved) -> list[str]:
    return [match.template_id for match in retrieved.matches]


def test_what_is_read_as_the_answer_comes_first() -> None:
    reader = ScriptedReader(hours=0, parking=1, prices=0)

    again = Reranker(reader, WEIGHTS).rerank(found(hours=0.5, parking=0.4, prices=0.2), "can I park?")

    assert ids(again) == ["parking", "hours", "prices"]
    assert again.best is not None
    assert again.best.probability > 0.9
    assert again.read == {"hours", "parking", "prices"}
    assert reader.pairs[1] == TextPair("parking", "All about parking.", "can I park?")


def test_a_template_that_does_not_answer_falls_below_the_threshold() -> None:
    again = Reranker(ScriptedReader(hours=0), WEIGHTS).rerank(found(hours=0.6), "is it insured?")

    assert again.abstained
    assert again.best is None


def test_one_that_was_too_unsure_can_be_read_as_the_answer() -> None:
    before = found(hours=0.3)
    assert before.abstained

    assert not Reranker(ScriptedReader(hours=1), WEIGHTS).rerank(before, "when are you open?").abstained


def test_only_the_first_and_what_is_likely_enough_is_read() -> None:
    reader = ScriptedReader(hours=1)
    Reranker(reader, WEIGHTS).rerank(found(hours=LEAST_LIKELY / 2, parking=LEAST_LIKELY / 3), "eh?")
    assert [pair.title for pair in reader.pairs] == ["hours"]

    reader = ScriptedReader(a=1, b=1, c=1)
    again = Reranker(reader, WEIGHTS).rerank(found(a=0.4, b=0.3, c=0.2, d=0.19), "eh?")
    assert [pair.title for pair in reader.pairs] == ["a", "b", "c"]
    assert ids(again)[-1] == "d"


@pytest.mark.parametrize("error", [LanguageModelError("it died"), LanguageModelTimeout("it is slow")])
def test_without_the_reader_all_stays_as_it_was_found(error: LanguageModelError) -> None:
    before = found(hours=0.5, parking=0.4)

    assert Reranker(ScriptedReader(error), WEIGHTS).rerank(before, "can I park?") is before


@pytest.mark.parametrize("message", ["", "🙂🙂", "?!"])
def test_what_has_no_word_is_not_read(message: str) -> None:
    before, reader = found(hours=0.5), ScriptedReader(hours=1)

    assert Reranker(reader, WEIGHTS).rerank(before, message) is before
    assert not reader.pairs


def test_weights_come_back_from_their_file(tmp_path: Path) -> None:
    save_weights(WEIGHTS, tmp_path / "reranker.npz")

    kept = shipped_weights(tmp_path / "reranker.npz")

    assert kept.weights.tolist() == WEIGHTS.weights.tolist()
    assert kept.probability(0.5, 2.0) == WEIGHTS.probability(0.5, 2.0)


def test_weights_of_another_reader_are_not_used() -> None:
    assert shipped_reranker(ScriptedReader()) is None
