from __future__ import annotations

import pytest

from replyassist.learning.texts import MOST_WORDS, example_text, is_known
from replyassist.testing import FakeEncoder


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("do you ship to Norway??", "do you ship to Norway??"),
        ("  do you\n\nship to Norway? ", "do you ship to Norway?"),
        ("Hey, Tom Berg here: where is FH-30982?", "Hey, here: where is [ORDER]?"),
        ("@fernhill where is it, mail tom@mail.example", "where is it, mail [EMAIL]"),
    ],
)
def test_a_message_is_kept_as_one_line_without_personal_data(message: str, kept: str) -> None:
    assert example_text(message, name="Tom Berg", handle="tom.k") == kept


@pytest.mark.parametrize("message", ["??", "hello", "Tom", "Tom Berg", "tom@mail.example", "thanks tom@mail.example"])
def test_what_asks_nothing_without_personal_data_is_not_kept(message: str) -> None:
    assert example_text(message, name="Tom Berg", handle="") is None


def test_a_story_is_not_kept() -> None:
    assert example_text("why " * MOST_WORDS, name="", handle="") is not None
    assert example_text("why " * (MOST_WORDS + 1), name="", handle="") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Do you ship to Norway?", True),
        ("do you  ship to NORWAY", True),
        ("may I return an opened bag?", False),
    ],
)
def test_a_template_knows_what_it_has_in_other_writing(text: str, expected: bool) -> None:
    assert is_known(text, ["do you ship to Norway?", "international delivery?"], FakeEncoder()) is expected


def test_a_template_without_texts_knows_nothing() -> None:
    assert not is_known("do you ship to Norway?", [], FakeEncoder())
