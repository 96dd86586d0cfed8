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


@pytest.mark.parametrize("written", ["tom_k99", "TOM_K99", "@Tom_K99", "https://shop.example/tom_k99"])
@pytest.mark.parametrize("handle", ["tom_k99", "@tom_k99"])
def test_a_handle_goes_however_it_is_written(written: str, handle: str) -> None:
    kept = nameless(f"ask {written} about it", name="", stand_in="", handle=handle)
    assert "99" not in kept
    assert kept.startswith("ask ")
    assert kept.endswith(" about it")


def test_a_handle_that_holds_the_name_goes_as_a_whole_too() -> None:
    assert nameless("I am Tom.Keller here", name="Tom", stand_in="", handle="tom.keller") == "I am  here"


def test_within_a_link_the_longer_part_of_a_name_goes_first() -> None:
    kept = nameless("see https://shop.example/Anna-Lena-k", name="Anna Anna-Lena", stand_in="")
    assert kept == "see https://shop.example/-k"


def test_another_persons_handle_goes_with_its_hyphen() -> None:
    assert nameless("ask @john-doe about it", name="", stand_in="") == "ask  about it"


def test_beside_a_handle_small_names_are_still_found() -> None:
    assert nameless("tom_k99 and agnieszka wait", name="", stand_in="", handle="tom_k99") == " and  wait"


def test_a_handle_of_two_letters_is_no_word_of_the_text() -> None:
    assert nameless("do you ship it, @do", name="", stand_in="", handle="do") == "do you ship it, "


def test_a_handle_of_three_letters_goes_without_its_at_too() -> None:
    assert nameless("ask kxq about it", name="", stand_in="", handle="kxq") == "ask  about it"


def test_nobodys_name_changes_nothing() -> None:
    assert nameless("where is my order?", name="", stand_in="Sam") == "where is my order?"
