from __future__ import annotations

import pytest

from replyassist.guardrails.voice.reading import RIX_GRADES, reading_grade

from ..builders import context, findings

EASY = "We ship to you. It takes a week. You can pick it up at the shop too. Just tell us when."
HARD = (
    "Notwithstanding considerable operational difficulties experienced throughout international distribution "
    "networks, replacement consignments containing corresponding merchandise customarily materialise eventually."
)


def test_short_words_in_short_sentences_are_grade_one() -> None:
    assert reading_grade(EASY) == 1


def test_long_words_in_a_long_sentence_are_college_reading() -> None:
    assert reading_grade(HARD) == len(RIX_GRADES) + 1


def test_the_grade_is_andersons_table_of_long_words_a_sentence() -> None:
    sentence = "We ship the coffees to many countries in the north of here."  # 2 long words
    assert reading_grade(f"{sentence} {sentence}") == 6
    assert reading_grade("Coffees come from here to the north in a week or two. " * 2) == 4  # 1 long word


@pytest.mark.parametrize("text", ["", "Yes.", "Unquestionably international considerations."])
def test_a_sentence_or_two_have_no_grade(text: str) -> None:
    assert reading_grade(text) is None


def test_links_do_not_count() -> None:
    link = "https://fernhill.example/international-shipping-information"
    assert reading_grade(f"{EASY} {link}") == reading_grade(EASY)


def test_a_reply_above_the_grade_of_its_platform_is_reported() -> None:
    there = context(rules={"reading_grade_max": {"default": 20, "tiktok": 8}}, channel="tiktok")
    assert findings(HARD, there, "voice.reading_level")
    assert not findings(EASY, there, "voice.reading_level")


def test_without_a_limit_any_grade_is_fine() -> None:
    assert not findings(HARD, context(), "voice.reading_level")
    assert not findings(HARD, context(rules={"reading_grade_max": {"tiktok": 5}}), "voice.reading_level")


def test_a_language_without_spaces_has_no_grade() -> None:
    there = context(rules={"reading_grade_max": {"default": 1}}, language="ja")
    assert not findings(HARD, there, "voice.reading_level")
