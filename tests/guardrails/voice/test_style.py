from __future__ import annotations

import pytest

from replyassist.guardrails import Severity

from ..builders import context, excerpts, findings


def test_an_emoji_is_a_warning_where_the_brand_uses_none() -> None:
    [finding] = findings("Thank you ☕ so much", context(rules={"emoji": {"max": 0}}), "voice.emoji_count")
    assert (finding.excerpt, finding.severity) == ("☕", Severity.WARN)


def test_surplus_emoji_are_marked_from_the_first_one_too_many() -> None:
    assert excerpts("a 🙌 b 🌱 c ☕ d", context(rules={"emoji": {"max": 1}}), "voice.emoji_count") == ["🌱 c ☕"]


def test_as_many_emoji_as_allowed_are_fine() -> None:
    assert not excerpts("a 👨‍👩‍👧 b ☕️", context(rules={"emoji": {"max": 2}}), "voice.emoji")


def test_an_emoji_off_the_list_is_named() -> None:
    rules = {"emoji": {"max": 5, "allowed": ["☕", "🙌"]}}
    assert excerpts("☕️ 🙌🏽 😂", context(rules=rules), "voice.emoji_not_allowed") == ["😂"]


def test_signs_of_law_are_no_emoji() -> None:
    assert not excerpts("Fernhill™ © ®", context(rules={"emoji": {"max": 0}}), "voice.emoji")


def test_exclamation_marks_are_counted() -> None:
    there = context(rules={"exclamations_max": 1})
    assert not excerpts("Yes! Really.", there, "voice.exclamations")
    [finding] = findings("Yes! Really！", there, "voice.exclamations")
    assert (finding.excerpt, finding.severity) == ("！", Severity.WARN)


@pytest.mark.parametrize("text", ["THIS IS LOUD stuff", "so THIS, AND THAT."])
def test_a_run_of_capitals_is_a_warning(text: str) -> None:
    [finding] = findings(text, context(rules={"capitals_max_run": 1}), "voice.capitals")
    assert finding.severity is Severity.WARN


@pytest.mark.parametrize("text", ["It is VERY good, and VERY new.", "OK IT IS A go", "An FAQ and a PDF"])
def test_single_words_and_short_words_in_capitals_are_fine(text: str) -> None:
    assert not excerpts(text, context(rules={"capitals_max_run": 1}), "voice.capitals")


def test_acronyms_of_the_template_and_the_message_do_not_count() -> None:
    there = context(rules={"capitals_max_run": 1}, reply="Send the PDF by SEPA transfer.", message="what about IBAN?")
    assert not excerpts("The PDF SEPA IBAN form.", there, "voice.capitals")


def test_the_words_of_a_shouting_message_are_no_acronyms() -> None:
    there = context(rules={"capitals_max_run": 1}, message="WHERE IS MY ORDER")
    assert excerpts("WHERE ORDER, you ask.", there, "voice.capitals") == ["WHERE ORDER"]


def test_hashtags_are_counted_but_order_numbers_and_page_parts_are_none() -> None:
    there = context(rules={"hashtags_max": 1})
    assert not excerpts("#coffee for order #4711 at x.example/a#b", there, "voice.hashtags")
    assert excerpts("#one #two #three", there, "voice.hashtags") == ["#two #three"]


def test_a_text_over_the_length_of_its_channel_blocks_from_the_first_character_too_many() -> None:
    rules = {"length": {"default": {"min": 0, "max": 50}, "tiktok": {"min": 0, "max": 5}}}
    [finding] = findings("abcdefg", context(rules=rules, channel="tiktok"), "voice.too_long")
    assert (finding.excerpt, finding.severity) == ("fg", Severity.BLOCK)
    assert not findings("abcdefg", context(rules=rules, channel="instagram"), "voice.too_long")


def test_a_text_under_the_length_of_its_channel_is_a_warning() -> None:
    there = context(rules={"length": {"default": {"min": 8, "max": 50}}})
    assert [finding.severity for finding in findings("abc", there, "voice.too_short")] == [Severity.WARN]
    assert not findings("abcdefgh", there, "voice.too_short")


def test_a_missing_sign_off_is_a_warning_only_where_it_is_required() -> None:
    required = context(rules={"sign_off": {"text": "Your Fernhill team", "required": True}})
    optional = context(rules={"sign_off": {"text": "Your Fernhill team", "required": False}})
    [finding] = findings("We ship there.", required, "voice.sign_off_missing")
    assert (finding.severity, finding.excerpt) == (Severity.WARN, "")
    assert not findings("We ship there.", optional, "voice.sign_off_missing")


@pytest.mark.parametrize("ending", ["Your Fernhill team", "your  fernhill team!", "Your Fernhill team 🌱"])
def test_a_sign_off_is_recognised_with_emoji_and_stops(ending: str) -> None:
    required = context(rules={"sign_off": {"text": "Your Fernhill team", "required": True}})
    assert not findings(f"We ship there.\n{ending}", required, "voice.sign_off_missing")


@pytest.mark.parametrize(
    ("rules", "text", "rule"),
    [
        ({"exclamations_max": 0}, "Yes!", "voice.exclamations"),
        ({"emoji": {"max": 0}}, "Yes ☕", "voice.emoji_count"),
        ({"hashtags_max": 0}, "Yes #coffee", "voice.hashtags"),
        ({"capitals_max_run": 0}, "YES it is", "voice.capitals"),
        ({"sign_off": {"text": "Bye", "required": True}}, "Yes.", "voice.sign_off_missing"),
    ],
)
def test_the_severity_of_a_rule_is_data_and_what_was_not_fixed_is_a_warning(
    rules: dict[str, object], text: str, rule: str
) -> None:
    name = {"emoji_count": "emoji", "sign_off_missing": "sign_off"}.get(rule[6:], rule[6:])
    for level, severity in (("block", Severity.BLOCK), ("warn", Severity.WARN), ("fix", Severity.WARN)):
        there = context(rules={**rules, "severities": {name: level}}, reply=None)
        assert [finding.severity for finding in findings(text, there, rule)] == [severity]


def test_an_exclamation_mark_inside_a_link_does_not_count() -> None:
    there = context(rules={"exclamations_max": 0}, reply="See https://fernhill.example/a!b here.")
    assert not excerpts("See https://fernhill.example/a!b here.", there, "voice.exclamations")
