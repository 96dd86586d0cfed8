from __future__ import annotations

import numpy as np
import pytest

from replyassist.answering.choosing import likely_needed, shipped_choosers
from replyassist.answering.keeping import KEPT_WHEN_SHORTER_FROM
from replyassist.answering.measures import MOST_SENTENCES
from replyassist.answering.sentence_rows import COMPARED
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS, KNOWN
from replyassist.testing import FakeEncoder

SENTENCES = ("Our decaf is made with water alone, at a mill in Bremen.", "It keeps a tenth of a percent of caffeine.")
DECAF = " ".join((*SENTENCES, "You can visit our roastery in Galway on Saturdays."))


def test_there_is_one_for_each_encoder_that_can_be_named() -> None:
    assert len(shipped_choosers()) == len(KNOWN)
    assert all(each.weights.shape == (COMPARED,) for each in shipped_choosers().values())


def test_an_encoder_that_nothing_was_fitted_to_tells_nothing() -> None:
    assert likely_needed(["caffeine?"], FakeEncoder(), title="Decaf", reply=DECAF) == {}


@pytest.mark.encoder
class TestWithTheRealEncoder:
    encoder = SentenceTransformerEncoder(CHECKS.name)

    def needed(self, *asked: str) -> list[int]:
        found = likely_needed(asked, self.encoder, title="Decaf", reply=DECAF)
        assert {row.shape for row in found.values()} == {(3,)}
        return np.flatnonzero(np.max(list(found.values()), axis=0) >= KEPT_WHEN_SHORTER_FROM).tolist()

    def test_the_sentence_that_answers_is_needed(self) -> None:
        assert self.needed("how much caffeine is left in it?") == [1]
        assert self.needed("can i come and visit you?") == [2]

    def test_what_any_of_the_questions_needs_is_needed(self) -> None:
        assert self.needed("how much caffeine is left in it?", "can i come and visit you?", " ") == [1, 2]

    @pytest.mark.parametrize(("asked", "reply"), [((), DECAF), (("", "  "), DECAF), (("caffeine?",), "")])
    def test_there_is_no_telling_without_a_question_or_a_sentence(self, asked: tuple[str, ...], reply: str) -> None:
        assert likely_needed(asked, self.encoder, title="Decaf", reply=reply) == {}

    def test_a_very_long_reply_is_read_to_a_limit(self) -> None:
        found = likely_needed(["caffeine?"], self.encoder, title="Decaf", reply="It is mild. " * (MOST_SENTENCES + 5))

        assert len(found["caffeine?"]) == MOST_SENTENCES
