from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.retrieval.parts import MOST_PARTS, parts_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "How long does it take? Do you ship to Norway?",
            ["How long does it take?", "Do you ship to Norway?"],
        ),
        ("is it fair trade tho and is the bag compostable", ["is it fair trade tho", "is the bag compostable"]),
        ("the current rate please, is the money covered", ["the current rate please", "is the money covered"]),
        ("my parcel is late\nwho do I call", ["my parcel is late", "who do I call"]),
        (
            "where is my parcel! Thanks. Can I still change it?",
            ["where is my parcel! Thanks.", "Can I still change it?"],
        ),
    ],
)
def test_a_message_is_cut_where_a_new_thought_begins(text: str, parts: list[str]) -> None:
    assert parts_of(text) == parts


@pytest.mark.parametrize(
    "text", ["", "hello", "do you ship to Norway?", "salt and pepper", "Hi! Do you ship to Norway?"]
)
def test_one_thought_has_no_parts(text: str) -> None:
    assert parts_of(text) == []


@given(st.text(max_size=400))
def test_there_are_never_many_parts_and_never_just_one(text: str) -> None:
    assert len(parts_of(text)) in range(MOST_PARTS + 1)
    assert len(parts_of(text)) != 1


def test_a_long_message_is_read_as_far_as_six_parts() -> None:
    assert len(parts_of("this is one sentence. " * 20)) == MOST_PARTS


@pytest.mark.parametrize("gap", [" ", " \n", "\t"])
def test_thousands_of_spaces_are_one_gap(gap: str) -> None:
    parts = parts_of(f"where is my parcel{gap * 3000}- and how do I return it{gap * 3000}")

    assert parts == ["where is my parcel", "and how do I return it"]
