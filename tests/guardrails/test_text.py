from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.guardrails.text import compact, normalise, phrase_pattern, sentence_spans


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("DON’T", "don't"),
        ("“hi”", '"hi"'),
        ("5 – 7", "5 - 7"),
        ("a\u00a0b\u2009c", "a b c"),
        ("ﬁne ＡＢＣ", "fine abc"),
        ("re\u200bfund", "refund"),
        ("soft\u00adhyphen", "softhyphen"),
        ("cafe\u0301", "café"),
        ("٢٠٪", "20%"),
        ("Straße", "strasse"),
        ("a\tb`c", "a b'c"),
        ("line\r\nbreak", "line\n\nbreak"),
    ],
)
def test_different_ways_to_type_the_same_text_fold_to_one(written: str, folded: str) -> None:
    assert normalise(written).text == folded


def test_a_span_of_the_folded_text_leads_back_to_the_original() -> None:
    plain = normalise("Große ﬁsh, cafe\u0301!")
    start = plain.text.index("fish")
    assert plain.original[slice(*plain.span(start, start + 4))] == "ﬁsh"
    start = plain.text.index("café")
    assert plain.original[slice(*plain.span(start, start + 4))] == "cafe\u0301"


def test_an_empty_span_stays_empty() -> None:
    assert normalise("abc").span(2, 2) == (0, 0)


@given(st.text(st.characters()))
def test_every_folded_character_has_a_place_in_the_original(text: str) -> None:
    plain = normalise(text)
    assert len(plain.text) == len(plain.starts) == len(plain.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(plain.starts, plain.ends, strict=True))
    assert list(plain.starts) == sorted(plain.starts)


@given(st.text())
def test_the_ascii_part_of_a_mixed_text_folds_as_it_does_alone(text: str) -> None:
    assert normalise("é" + "Abc`D" + text).text.startswith("éabc'd") or normalise("D" + text).text[:1] != "d"


def test_sentences_end_at_stops_and_line_breaks_but_not_inside_times_and_addresses() -> None:
    text = 'Open 9.30 a day! See fernhill.example now. "Really?" Yes\n\nBye'
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "Open 9.30 a day!",
        "See fernhill.example now.",
        '"Really?"',
        "Yes",
        "Bye",
    ]


@pytest.mark.parametrize(
    "wording", ["rest assured", "REST  ASSURED", "rest\nassured", "rest-assured", "rest\u00a0assured"]
)
def test_a_phrase_is_found_whatever_stands_between_its_words(wording: str) -> None:
    pattern = phrase_pattern(("Rest assured",))
    assert pattern is not None
    assert pattern.search(normalise(f"so {wording}, it will").text)


def test_a_phrase_is_not_found_inside_another_word() -> None:
    pattern = phrase_pattern(("as an ai",))
    assert pattern is not None
    assert not pattern.search("as an aide")


def test_phrases_without_a_word_find_nothing() -> None:
    assert phrase_pattern(("-", " ")) is None


def test_compact_keeps_letters_and_digits_only() -> None:
    assert compact("FH-30 982!") == "fh30982"


def test_a_sentence_goes_on_after_the_hour() -> None:
    text = "Drop it off by 4 p.m. on the last day. We open at 9 a.m. See you!"

    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "Drop it off by 4 p.m. on the last day.",
        "We open at 9 a.m.",
        "See you!",
    ]
