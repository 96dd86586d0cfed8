from __future__ import annotations

from replyassist.retrieval.elsewhere import elsewhere, messages_elsewhere
from replyassist.testing import FakeEncoder, FakeReader


def test_each_message_stands_there_once_and_is_short() -> None:
    messages = messages_elsewhere()

    assert len(set(messages)) == len(messages) > 200
    assert all(text and text == text.strip() and len(text.split()) <= 15 for text in messages)


def test_each_is_read_by_the_encoder_and_only_once() -> None:
    found = elsewhere(FakeEncoder())

    assert len(found) == len(messages_elsewhere())
    assert found[7].vector.tolist() == FakeEncoder().encode([messages_elsewhere()[7]])[0].tolist()
    assert elsewhere(FakeEncoder()) is found


def test_what_an_encoder_without_words_made_of_them_does_not_serve_one_with_words() -> None:
    assert elsewhere(FakeEncoder())[0].words is None
    assert elsewhere(FakeReader())[0].words is not None
