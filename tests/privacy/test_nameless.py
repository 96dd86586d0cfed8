from __future__ import annotations

import pytest

from replyassist.privacy.nameless import nameless


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("I am Tom Berg: do you ship to Norway?", "I am Sam: do you ship to Norway?"),
        ("Berg here, and TomTom is no name", "Sam here, and TomTom is no name"),
        ("@tom.k where is it?", " where is it?"),
        ("mail me at Tom@mail.example", "mail me at [EMAIL]"),
        ("how long is the wait?", "how long is the wait?"),
    ],
)
def test_a_name_becomes_the_stand_in_once_and_the_rest_a_placeholder(text: str, kept: str) -> None:
    assert nameless(text, name="Tom Berg", stand_in="Sam") == kept


def test_names_may_just_go() -> None:
    assert nameless("Hi, Tom Berg here", name="Tom Berg", stand_in="") == "Hi,  here"


def test_a_handle_goes_as_a_whole() -> None:
    assert nameless("it is the.real.tom, the real one", name="", stand_in="", handle="the.real.tom") == (
        "it is , the real one"
    )


def test_nobodys_name_changes_nothing() -> None:
    assert nameless("where is my order?", name="", stand_in="Sam") == "where is my order?"
