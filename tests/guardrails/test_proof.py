from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.guardrails.proof import (
    is_bounding,
    is_limiting,
    lost_limits,
    sentences_of,
    worded_places,
)

COUNTRIES, DAYS = "We ship to 32 countries in Europe.", "Delivery takes 4 to 7 working days."


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We do not ship to Norway.", True),
        ("Bags can only be sent back unopened.", True),
        ("A parcel holds up to 20 kg.", True),
        (COUNTRIES, False),
        ("You can send it when you like.", False),
    ],
)
def test_what_limits_or_denies_is_bounding(sentence: str, expected: bool) -> None:
    assert is_bounding(sentence) is expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We never take back opened coffee.", True),
        ("Changes count up to 2 days before the roast day.", True),
        ("If you can no longer log in, write to us.", False),  # another case
        ("You find it under Profile.", False),
    ],
)
def test_what_begins_another_case_limits_nothing(sentence: str, expected: bool) -> None:
    assert is_limiting(sentence) is expected


@pytest.mark.parametrize(
    ("sentence", "places"),
    [
        ("Yes, we ship to Europe.", (0,)),
        ("It takes 4 to 7 days.", (1,)),
        ("We ship all over Europe, and it takes 4 to 7 working days.", (0, 1)),
        ("Thanks!", ()),
    ],
)
def test_a_sentence_words_the_sources_whose_words_or_figures_it_shares(sentence: str, places: tuple[int, ...]) -> None:
    assert worded_places(sentence, (COUNTRIES, DAYS)) == places


@pytest.mark.parametrize(
    ("text", "source", "message", "lost"),
    [
        ("We ship to Norway.", "We ship to Norway, unless you live on Svalbard.", "", ("unless you live on svalbard",)),
        ("We ship to Norway, but not to Svalbard.", "We ship to Norway, unless you live on Svalbard.", "", ()),
        ("We ship.", "We ship unless you live on Svalbard.", "I'm not on Svalbard", ()),
        ("You get 0.6 % more.", "You get 0.6 % more, up to 20,000 euros.", "", ("up to 20,000 euros",)),
        ("You get 0.6 % more on 20,000 euros.", "You get 0.6 % more, up to 20,000 euros.", "", ()),
        ("Send a photo.", "Send a photo if a bag arrives damaged.", "", ()),
    ],
)
def test_a_limit_is_lost_where_neither_its_words_nor_its_figure_are_left(
    text: str, source: str, message: str, lost: tuple[str, ...]
) -> None:
    assert lost_limits(text, source, message=message) == lost


def test_a_text_is_cut_into_its_sentences() -> None:
    assert sentences_of(f"{COUNTRIES} {DAYS}") == (COUNTRIES, DAYS)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_no_text_is_too_odd_to_be_compared(sentence: str, source: str, message: str) -> None:
    assert worded_places(sentence, (source,)) in ((), (0,))
    assert all(lost_limits(sentence, source, message=message))
