from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replyassist.guardrails.voice.matching import find_phrases


def found(text: str, *phrases: str, language: str = "en", inflected: bool = True) -> list[str]:
    return [text[start:end] for start, end in find_phrases(text, phrases, language=language, inflected=inflected)]


@pytest.mark.parametrize(
    "wording",
    [
        "rest assured",
        "REST  ASSURED",
        "rest\u00a0assured",
        "rest-assured",
        "rest\u200b ass\u200dured",
        "r e s t  a s s u r e d",
        "r.e.s.t. a.s.s.u.r.e.d",
        "re-st as-sured",
        "r*st assured".replace("*", "e*"),
        "r3st a55ur3d",
        "rest @ssured",
        "rеst аssurеd",  # Cyrillic е and а
        "ʀᴇꜱᴛ assured",
        "𝐫𝐞𝐬𝐭 assured",
        "rést ässured",
        "ｒｅｓｔ assured",
        "restassured",
        "rest_assured",
    ],
)
def test_a_phrase_is_found_in_every_disguise(wording: str) -> None:
    assert found(f"So {wording}, it comes.", "rest assured") == [wording]


@pytest.mark.parametrize("wording", ["d o n ' t  h e s i t a t e", "d0n't h-esitate", "dont hesitat3", "don'thesitate"])
def test_an_apostrophe_is_no_hiding_place(wording: str) -> None:
    assert found(f"Please {wording} now.", "don't hesitate") == [wording]


@pytest.mark.parametrize("wording", ["aϲtion", "actiσn", "αction"])
def test_a_letter_that_folds_onto_two_is_read_as_it_looks(wording: str) -> None:
    assert found(wording, "action") == [wording]


@pytest.mark.parametrize(
    "text",
    ["The forest assured us.", "Rest. Assured tenancies are others.", "arrest assured", "We rest, assured or not.",
     "the rest is assured"],
)  # fmt: skip
def test_other_words_are_no_disguise(text: str) -> None:
    assert not found(text, "rest assured")


@pytest.mark.parametrize("text", ["call 0095 now", "30,095 bags", "to ops"])
def test_digits_alone_spell_no_word(text: str) -> None:
    assert not found(text, "oops")


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("we apologize", "We apologised for it.", "We apologised"),
        ("valued customer", "for valued customers only", "valued customers"),
        ("free bag", "two free bags", "free bags"),
        ("we strive", "we're striving; we strives", "we strives"),
        ("guarantee", "it is guaranteed", "guaranteed"),
        ("happy to worry", "happy to worries", "happy to worries"),
    ],
)
def test_words_are_found_with_their_endings(phrase: str, text: str, expected: str) -> None:
    assert found(text, phrase) == [expected]


def test_without_inflection_only_the_phrase_itself_is_found() -> None:
    assert not found("we apologised", "we apologise", inflected=False)
    assert found("we apologise", "we apologise", inflected=False)


def test_endings_are_those_of_the_language() -> None:
    assert found("mit unseren besten Kunden", "unser best kunde", language="de") == ["unseren besten Kunden"]
    assert not found("mit unseren besten Kunden", "unser best kunde", language="it")


def test_an_accent_is_a_disguise_in_english_and_a_letter_in_german() -> None:
    assert found("schön", "schon", language="en")
    assert not found("schön", "schon", language="de")


def test_a_phrase_in_another_script_is_found() -> None:
    assert found("Уважаемый клиент, да", "уважаемый клиент", language="ru") == ["Уважаемый клиент"]


@pytest.mark.parametrize("text", ["Thank you for reaching out", "Thank you so very much for reaching out"])
def test_a_star_stands_for_up_to_three_words(text: str) -> None:
    assert found(text, "thank you * for reaching out") == [text]


def test_a_star_stands_for_no_more_than_three_words() -> None:
    assert not found("Thank you a b c d for reaching out", "thank you * for reaching out")


def test_the_longest_of_the_phrases_at_a_place_is_found() -> None:
    assert found("Sorry for the delay.", "sorry", "sorry for the delay") == ["Sorry for the delay"]


_PIECES = st.sampled_from(
    ["rest", "assured", "r", "e", "s", "t", " ", ".", "-", "3", "е", "\u200b", "é", "ﬁ", "☕", "*", "İ", "_"]
)


@settings(deadline=None)
@given(text=st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=60), phrase=st.text(min_size=1, max_size=20))
def test_any_text_gives_places_within_it_in_order(text: str, phrase: str) -> None:
    last = 0
    for start, end in find_phrases(text, ("rest assured", phrase)):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize("phrase", ["`", "* '", " ", "*"])
def test_a_phrase_without_words_is_nowhere_among_words(phrase: str) -> None:
    assert not found("a b", phrase)


@settings(deadline=None)
@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_phrase_between_spaces_is_always_found_at_its_place(before: str, after: str) -> None:
    text = f"{before} . rest assured . {after}"
    start = len(before) + 3
    assert any(first <= start and last >= start + 12 for first, last in find_phrases(text, ("rest assured",)))
