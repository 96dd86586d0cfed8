from __future__ import annotations

import numpy as np

from replyassist.retrieval.elsewhere import FEWEST, TOO_NEAR, elsewhere, messages_elsewhere
from replyassist.testing import FakeEncoder

ENCODER = FakeEncoder()


def test_each_message_stands_there_once_and_is_short() -> None:
    messages = messages_elsewhere()

    assert len(set(messages)) == len(messages) > 200
    assert all(text and text == text.strip() and len(text.split()) <= 15 for text in messages)


def test_messages_near_a_brands_own_texts_are_its_business() -> None:
    own = messages_elsewhere()[7]
    texts, vectors = elsewhere(ENCODER.encode([own]), ENCODER)

    assert own not in texts
    assert len(texts) == len(vectors) >= FEWEST
    assert float((vectors @ ENCODER.encode([own])[0]).max()) < TOO_NEAR


def test_where_nearly_all_is_the_brands_business_there_is_nothing_elsewhere() -> None:
    texts, vectors = elsewhere(ENCODER.encode(messages_elsewhere()), ENCODER)

    assert texts == []
    assert vectors.shape == (0, ENCODER.dimension)
    assert np.isfinite(vectors).all()
