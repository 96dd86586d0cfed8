from __future__ import annotations

import gc

from replyassist.core.shared_encoders import SharedEncoders
from replyassist.testing import FakeEncoder


def test_who_asks_for_the_same_name_gets_the_same_encoder_as_long_as_it_is_held() -> None:
    made: list[str] = []

    def make(name: str) -> FakeEncoder:
        made.append(name)
        return FakeEncoder()

    shared = SharedEncoders(make)
    first, other = shared("minilm"), shared("mpnet")

    assert shared("minilm") is first is not other
    assert made == ["minilm", "mpnet"]
    del first
    gc.collect()
    held = shared("minilm")
    assert made == ["minilm", "mpnet", "minilm"]
    assert shared("minilm") is held
