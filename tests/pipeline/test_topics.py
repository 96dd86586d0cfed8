from __future__ import annotations

import pytest

from replyassist.pipeline.topics import speaking_of
from replyassist.testing import FakeEncoder

SENTENCES = (
    "A day pass is £13 for adults.",
    "Shoe hire is £3.50, and chalk is included.",
    "Tours run every Saturday at 11:00.",
    "Book at https://fernhill.example/visit or write to help@fernhill.example.",
)


@pytest.mark.parametrize(
    ("topic", "places"),
    [
        ("price", (0, 1)),
        ("price of the shoes", (1,)),
        ("tours", (2,)),
        ("opening times", (2,)),
        ("link", (3,)),
        ("e-mail address", (3,)),
        ("chalk", (1,)),
        ("zebra chalk", (1,)),  # half of its words
        ("zebra crossing", ()),
        ("zebra crossing of chalk colours", ()),  # less than half of its words
    ],
)
def test_a_sentence_speaks_of_its_words_and_of_its_kind_of_figure(topic: str, places: tuple[int, ...]) -> None:
    assert speaking_of(topic, SENTENCES, FakeEncoder()) == places


def test_nothing_is_spoken_of_in_no_sentence() -> None:
    assert speaking_of("price", (), FakeEncoder()) == ()
