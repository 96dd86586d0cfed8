from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from replyassist.guardrails import CheckContext, Severity, Verdict, verdict_of
from replyassist.guardrails.addresses import addresses
from replyassist.guardrails.fixing import mend
from replyassist.guardrails.voice import VOICE_RULES

from .builders import context, findings

ALL = dict.fromkeys(("exclamations", "emoji", "hashtags", "capitals", "sign_off", "greeting", "contractions"), "fix")
REPLY = "Write to help@fernhill.example, see https://fernhill.example/a!b or open 9:00 to 18:00, it is 20 % for €50."


def fixing(*, reply: str | None = None, **rules: Any) -> CheckContext:
    fields = {name: rules.pop(name) for name in ("author_name", "channel", "message") if name in rules}
    return context(rules={"severities": ALL} | rules, reply=reply, **fields)


@pytest.mark.parametrize(
    ("rules", "text", "mended"),
    [
        ({"exclamations_max": 0}, "Yes! We do!!", "Yes. We do."),
        ({"exclamations_max": 1}, "Yes!! We do! Great!", "Yes! We do. Great."),
        ({"exclamations_max": 0}, "Really?! Yes！", "Really? Yes。"),
        ({"exclamations_max": 0}, "¡Claro! Sí.", "Claro. Sí."),
        ({"exclamations_max": 0}, "Hola¡¡Tom! (¡Claro!)", "Hola Tom. (Claro.)"),
        ({"exclamations_max": 0}, "help@fernhill.example¡¡Yes!", "help@fernhill.example Yes."),
        ({"exclamations_max": 0}, "Wow!great 5!6", "Wow. great 5. 6"),
        ({"emoji": {"max": 1}}, "Yes ☕ we do 🌱.", "Yes ☕ we do."),
        ({"emoji": {"max": 5, "allowed": ["☕"]}}, "Yes 😂 we ☕ do😂so", "Yes we ☕ do so"),
        ({"emoji": {"max": 0}}, "Yes 👨‍👩‍👧 we do ☕️", "Yes we do"),
        ({"hashtags_max": 1}, "We #love #coffee here #one #two", "We #love coffee here"),
        ({"hashtags_max": 0}, "#coffee is good", "coffee is good"),
        ({"capitals_max_run": 1}, "We ship. THIS IS VERY GOOD for FERNHILL", "We ship. This is very good for FERNHILL"),
        ({"capitals_max_run": 1}, "so COME TO FERNHILL SHOP today", "so come to Fernhill shop today"),
        ({"sign_off": {"text": "Your team", "required": True}}, "Yes. ", "Yes.\nYour team"),
        ({"contractions": "avoid"}, "We don't, you'll see; it can't.", "We do not, you will see; it cannot."),
        ({"contractions": "wanted"}, "We are in, you will see, we do not close. They cannot say.",
         "We're in, you'll see, we don't close. They can't say."),
        ({}, "Yes  we do .\n\n\n\n It ships ", "Yes we do.\n\nIt ships"),
    ],
)  # fmt: skip
def test_a_rule_to_be_fixed_mends_the_draft(rules: dict[str, Any], text: str, mended: str) -> None:
    there = fixing(**rules)
    result = mend(text, there)
    assert result.text == mended
    assert result.findings
    assert not [finding for finding in findings(mended, there, "voice") if "too_" not in finding.rule]


@pytest.mark.parametrize("level", ["warn", "block"])
def test_a_rule_that_is_not_to_be_fixed_leaves_the_draft_alone(level: str) -> None:
    there = context(rules={"exclamations_max": 0, "emoji": {"max": 0}, "severities": {"exclamations": level}})
    assert mend("Yes! ☕", there).text == "Yes! ☕"


def test_a_draft_that_keeps_the_rules_stays_as_it_is() -> None:
    result = mend("Hi Tom! We do ship there.", fixing(exclamations_max=1))
    assert (result.text, result.findings) == ("Hi Tom! We do ship there.", ())


SORRY = {
    "id": "plain-sorry", "kind": "replace", "replacement": "sorry about that",
    "phrases": ["we apologize for any inconvenience", "we apologize for any inconvenience this may have caused"],
}  # fmt: skip


def test_a_set_phrase_gives_way_to_the_brands_wording_with_its_capital() -> None:
    there = fixing(rules=[SORRY])
    assert mend("We apologize for any inconvenience this may have caused.", there).text == "Sorry about that."
    assert mend("So we apologize for any inconvenience.", there).text == "So sorry about that."


@pytest.mark.parametrize(
    "rule",
    [
        {**SORRY, "severity": "warn"},
        {**SORRY, "when": {"channel": ["tiktok"]}},
        {**SORRY, "replacement": "sorry, we apologize for any inconvenience"},
    ],
)
def test_a_replacement_only_runs_where_it_is_to_fix_and_can_come_to_rest(rule: dict[str, Any]) -> None:
    text = "We apologize for any inconvenience."
    assert mend(text, fixing(rules=[rule])).text == text


def test_rules_that_undo_each_other_leave_the_draft_as_it_was() -> None:
    there = fixing(
        rules=[
            {"id": "one", "kind": "replace", "phrases": ["black"], "replacement": "white"},
            {"id": "two", "kind": "replace", "phrases": ["white"], "replacement": "black"},
        ]
    )
    assert mend("A black  cup.", there).text == "A black  cup."


def test_a_nameless_greeting_becomes_the_brands_greeting_by_name() -> None:
    there = fixing(greet_by_name=True, greetings={"named": ["Hey {name}!"]}, author_name="Tom Keane")
    assert mend("Hi there, we do.", there).text == "Hey Tom! we do."
    assert mend("Hi Tom, we do.", there).text == "Hi Tom, we do."


def test_a_sign_off_that_does_not_fit_is_left_to_a_person() -> None:
    there = fixing(sign_off={"text": "Your team", "required": True}, length={"default": {"min": 0, "max": 12}})
    assert mend("Yes we do.", there).text == "Yes we do."


def test_capitals_of_acronyms_and_known_names_stay() -> None:
    there = fixing(capitals_max_run=1, reply="Send it by SEPA from Galway.", message="my IBAN please")
    assert mend("SEND YOUR SEPA IBAN TO GALWAY NOW.", there).text.startswith("Send your SEPA IBAN")
    assert mend("PLEASE SEND IT TO GALWAY NOW.", there).text == "Please send it to Galway now."


def test_each_change_is_told_at_its_place_in_the_mended_text() -> None:
    result = mend("Yes!!  We do ☕ ship!", fixing(exclamations_max=0, emoji={"max": 0}))
    assert result.text == "Yes. We do ship."
    told = {(finding.rule, finding.excerpt, finding.explanation) for finding in result.findings}
    assert ("voice.exclamations", ".", '"!!" became ".".') in told
    assert ("voice.emoji_count", "", '"☕" was taken out.') in told
    assert all(finding.severity is Severity.FIX for finding in result.findings)


def test_what_was_fixed_asks_nothing_of_a_person() -> None:
    assert verdict_of(mend("Yes!", fixing(exclamations_max=0)).findings) is Verdict.READY


def test_a_draft_never_loses_all_its_words() -> None:
    rule = {"id": "drop", "kind": "replace", "phrases": ["yes"], "replacement": ""}
    assert mend("Yes.", fixing(rules=[rule])).text == "Yes."
    assert mend("☕", fixing(emoji={"max": 0})).text == "☕"


def test_changes_that_only_together_would_alter_an_address_are_not_all_given_up() -> None:
    text = "help@fernhill.example¡_¡Yes! Yes!"
    assert mend(text, fixing(exclamations_max=0)).text == "help@fernhill.example_¡Yes. Yes."


def test_a_draft_far_too_long_for_its_platform_is_not_mended() -> None:
    there = fixing(exclamations_max=0, length={"default": {"min": 0, "max": 10}})
    assert mend("Yes! " * 4, there).text == "Yes. Yes. Yes. Yes."
    assert mend("Yes! " * 5, there).text == "Yes! " * 5


STRICT: dict[str, Any] = {
    "exclamations_max": 0,
    "emoji": {"max": 1, "allowed": ["☕"]},
    "hashtags_max": 0,
    "capitals_max_run": 0,
    "contractions": "avoid",
    "greet_by_name": True,
    "author_name": "Tom",
    "sign_off": {"text": "Your FERNHILL team!", "required": True},
    "rules": [SORRY],
    "reply": REPLY,
}
_PIECES = st.sampled_from(
    ["Hi there!", "Yes", "!!", "?!", "¡", "！", "☕", "😂", "1️⃣", "#coffee", "#sale24", "SHOUT", "THIS IS", "we don't",
     "you'll", "We apologize for any inconvenience", "https://fernhill.example/a!b", "help@fernhill.example", "€50",
     "5-7 days", "1,000.5", "+353 91 234 567", "9:00", "FH-30982", "x.", "http:", "//", "a", " ", "  ", "\n", ".", ",",
     "Your FERNHILL team", "İ", "ß", "\u200b", "(", ")", "'"],
)  # fmt: skip
_TEXTS = (
    st.lists(_PIECES, max_size=14).map("".join) | st.lists(_PIECES, max_size=10).map(" ".join) | st.text(max_size=40)
)


@settings(deadline=None)
@given(text=_TEXTS)
def test_mending_twice_changes_nothing_more(text: str) -> None:
    there = fixing(**STRICT)
    once = mend(text, there).text
    again = mend(once, there)
    assert (again.text, again.findings) == (once, ())


@settings(deadline=None)
@given(text=_TEXTS)
def test_links_and_numbers_stay_letter_by_letter(text: str) -> None:
    mended = mend(text, fixing(**STRICT)).text
    assert [one.canonical for one in addresses(mended)] == [one.canonical for one in addresses(text)]
    assert re.findall(r"\d+", mended) == re.findall(r"\d+", text)


@settings(deadline=None)
@given(text=_TEXTS)
def test_every_change_lies_within_the_mended_text(text: str) -> None:
    result = mend(text, fixing(**STRICT))
    for finding in result.findings:
        assert 0 <= finding.start <= finding.end <= len(result.text)
        assert finding.excerpt == result.text[finding.start : finding.end]


@settings(deadline=None)
@given(text=_TEXTS)
@example(text="help@fernhill.example¡¡Yes")
@example(text="help@fernhill.example¡_¡Yes")
def test_a_mended_draft_breaks_no_more_rules_than_before(text: str) -> None:
    there = fixing(**STRICT)

    def broken(draft: str) -> set[str]:
        return {finding.rule for rule in VOICE_RULES for finding in rule(draft, there)}

    assert broken(mend(text, there).text) <= broken(text)
