"""Which past messages are grouped, with the real encoder and the reading of kinds that was fitted with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.learning.past_messages import PastMessage
from replyassist.learning.pile import QuestionPool, make_pile
from replyassist.testing import FakeEncoder

QUESTIONS = ("do you sell gift cards?", "what time do you open on sunday", "can I order without an account")
OWN_CASES = (
    "my order has not arrived, it was due on monday, where is it?",
    "you charged my card twice for the last delivery",
    "I want my money back for the booking that you cancelled",
)
CLOSINGS = ("thank you so much!!", "ok thanks, that helped", "click the link in my bio for cheap followers")

pytestmark = pytest.mark.encoder


@pytest.fixture(scope="module")
def encoder() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(CHECKS.name)


def piled(texts: Sequence[str], encoder: SentenceTransformerEncoder | FakeEncoder) -> QuestionPool:
    return make_pile([PastMessage(f"line {number}", text) for number, text in enumerate(texts)], encoder)


def test_somebodys_own_case_is_not_grouped_and_counted(encoder: SentenceTransformerEncoder) -> None:
    pile = piled([*QUESTIONS, *OWN_CASES], encoder)
    assert sorted(message.text for message in pile.asked) == sorted(QUESTIONS)
    assert (pile.own_cases, pile.asking_nothing, len(pile.vectors)) == (3, 0, 3)


def test_praise_is_not_grouped_and_a_question_in_another_language_is(encoder: SentenceTransformerEncoder) -> None:
    german = "Wann öffnet ihr am Sonntag und habt ihr auch an Feiertagen geöffnet?"
    messages = [PastMessage("1", german), PastMessage("2", "Love your coffee, best in town! Thank you so much")]
    pile = make_pile(messages, encoder, languages=("de", "en"))
    assert [message.text for message in pile.asked] == [german]


def test_closings_are_not_grouped(encoder: SentenceTransformerEncoder) -> None:
    pile = piled([*QUESTIONS, *CLOSINGS], encoder)
    assert sorted(message.text for message in pile.asked) == sorted(QUESTIONS)
    assert (pile.asking_nothing, pile.own_cases) == (3, 0)


def test_without_the_encoder_of_the_readings_nothing_is_left_out_for_its_kind() -> None:
    assert len(piled([*QUESTIONS, *OWN_CASES], FakeEncoder()).asked) == 6
