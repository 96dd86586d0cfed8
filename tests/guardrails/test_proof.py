from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.guardrails.proof import (
    Wording,
    is_bounding,
    is_limiting,
    lost_limits,
    proven,
    says,
    sentences_of,
    worded_places,
)

COUNTRIES, DAYS = "We ship to 32 countries in Europe.", "Delivery takes 4 to 7 working days."
MESSAGE = "do you ship to Norway?"


def standing(sentence: str, *sources: str, message: str = MESSAGE) -> str | None:
    found = proven(sentence, sources or (COUNTRIES, DAYS), message=message)
    return None if found is None else found.text


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        (f"Yes, {COUNTRIES}", COUNTRIES),
        ("Yes, we ship to 32 countries in Europe.", COUNTRIES),
        ("No, we ship to 32 countries in Europe.", COUNTRIES),
        ("Absolutely! Delivery takes 4 to 7 working days.", DAYS),
        ("Hi Tom, delivery takes 4 to 7 working days.", DAYS),
        ("Unfortunately we ship to 32 countries in Europe.", COUNTRIES),
    ],
)
def test_a_yes_or_no_is_taken_off_for_no_source_says_it(sentence: str, left: str) -> None:
    assert standing(sentence) == left


@pytest.mark.parametrize("sentence", ["Yes.", "No!", "Yes, we do.", "", "Great weather today!", "Sure thing."])
def test_what_no_source_speaks_of_does_not_stand(sentence: str) -> None:
    assert standing(sentence) is None


def test_nothing_stands_without_a_source() -> None:
    assert proven(COUNTRIES, (), message=MESSAGE) is None


@pytest.mark.parametrize("sentence", ["We ship to Norway.", "We ship to Norway and 32 countries in Europe."])
def test_a_name_that_only_the_message_has_is_not_confirmed(sentence: str) -> None:
    assert standing(sentence) is None
    assert standing(sentence, "We ship to Norway and 32 countries in Europe.") is not None


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("We don't ship to 32 countries in Europe.", COUNTRIES),
        ("We ship to Norway.", "We do not ship to Norway."),
        ("Opened bags can be sent back.", "Opened bags cannot be sent back."),
        ("You can come without a ticket.", "You can come with a ticket."),
    ],
)
def test_it_denies_just_what_the_source_denies(sentence: str, source: str) -> None:
    assert standing(sentence, source) is None


def test_a_denial_may_be_worded_otherwise() -> None:
    assert standing("No, we don't ship to Norway.", "We do not ship to Norway.") == "We don't ship to Norway."


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Bags can be sent back within 30 days.", "Bags can only be sent back within 30 days."),
        ("Bags can be sent back.", "Bags can be sent back unless they are opened."),
        ("A parcel holds 20 kg.", "A parcel holds up to 20 kg."),
        ("We refund the fee.", "We refund the fee if the parcel is late."),
        ("You need 20 euros.", "You need at least 20 euros."),
        ("Delivery takes 2 days if you hurry.", "Delivery takes 2 days."),
        ("Only bags can be sent back.", "Bags can be sent back."),
        ("Tickets are for those over 16.", "Tickets are for those under 16."),
        ("Orders placed after noon leave the same day.", "Orders placed before noon leave the same day."),
    ],
)
def test_a_condition_is_neither_dropped_nor_added_nor_turned(sentence: str, source: str) -> None:
    assert standing(sentence, source) is None


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Send a photo to help@fernhill.example.", "You can send a photo to help@fernhill.example."),
        ("We wait until Friday.", "We wait till Friday."),
        ("It usually takes 2 days.", "It normally takes 2 days."),
    ],
)
def test_words_that_bound_nothing_may_differ(sentence: str, source: str) -> None:
    assert standing(sentence, source) == sentence


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("We ship to 45 countries in Europe.", COUNTRIES),
        ("Delivery takes 4 to 9 working days.", DAYS),
        ("Delivery takes 4 to 7 weeks.", DAYS),
        ("Write to care@fernhill.example.", "Write to help@fernhill.example."),
        ("See https://fernhill.example/win.", "See https://fernhill.example/ship."),
        ("It costs £4.", "It costs €4."),
    ],
)
def test_a_figure_or_address_is_that_of_the_source(sentence: str, source: str) -> None:
    assert standing(sentence, source) is None


def test_a_figure_of_another_source_is_not_taken_for_this_one() -> None:
    assert standing("Shoes cost £9 to hire.", "Shoes cost £3 to hire.", "Entry is £9 after lunch.") is None


def test_one_content_word_may_be_its_own_and_no_more() -> None:
    source = "Please send a photo to help@fernhill.example."

    assert standing("Just pop a photo over to help@fernhill.example.", source) is not None
    assert standing("Just pop a postcard over to help@fernhill.example.", source) is None


def test_a_question_answers_nothing() -> None:
    assert standing("Do we ship to 32 countries in Europe?") is None


def test_two_sources_in_one_sentence_are_both_worded() -> None:
    both = "We ship to 32 countries in Europe, and delivery takes 4 to 7 working days."

    assert proven(both, (DAYS, COUNTRIES), message=MESSAGE) == Wording(both, (0, 1))
    assert proven(COUNTRIES, (DAYS, COUNTRIES), message=MESSAGE) == Wording(COUNTRIES, (1,))


def test_it_begins_with_a_capital() -> None:
    assert standing("Well, delivery takes 4 to 7 working days.") == DAYS


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("To 32 countries in Europe we ship.", COUNTRIES, True),
        ("We ship to 32 countries.", COUNTRIES, False),
        ("We ship to many countries in Europe.", COUNTRIES, False),
        ("Bags that are opened stay with you.", "Opened bags stay with you.", True),
        ("We have bags.", "Opened bags stay with you.", False),
        ("", "And so it is.", True),
    ],
)
def test_a_source_is_said_by_its_figures_and_nearly_all_its_words(text: str, source: str, expected: bool) -> None:
    assert says(text, source) is expected


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
def test_no_text_is_too_odd_to_be_proven(sentence: str, source: str, message: str) -> None:
    found = proven(sentence, (source,), message=message)

    assert found is None or found.sources == (0,)
