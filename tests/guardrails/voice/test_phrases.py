from __future__ import annotations

import pytest

from replyassist.guardrails import Severity

from ..builders import context, excerpts, findings

BANNED = {"banned_phrases": ["don't hesitate to contact", "rest assured"]}
PROMISES = {"never_promise": ["full refund", "guarantee", "100 % safe", "free bag"]}


@pytest.mark.parametrize(
    "wording",
    [
        "don't hesitate to contact",
        "Don’t hesitate to contact",
        "DON'T  HESITATE\u00a0TO CONTACT",
        "dont hesitate to contact",
    ],
)
def test_a_banned_phrase_blocks_in_every_spelling(wording: str) -> None:
    found = findings(f"Please {wording} us.", context(rules=BANNED), "voice.banned_phrase")
    assert [(finding.excerpt, finding.severity) for finding in found] == [(wording, Severity.BLOCK)]


def test_a_banned_phrase_is_no_part_of_another_word() -> None:
    assert not excerpts("The forest assured us of shade.", context(rules=BANNED), "voice.banned_phrase")


def test_a_voice_without_banned_phrases_bans_nothing() -> None:
    assert not excerpts("Rest assured.", context(), "voice.banned_phrase")


@pytest.mark.parametrize("promise", ["a full refund", "It's guaranteed", "two free bags", "it is 100% safe"])
def test_a_promise_that_the_brand_never_makes_blocks(promise: str) -> None:
    [finding] = findings(f"You get {promise}.", context(rules=PROMISES, reply="Yes."), "voice.never_promise")
    assert finding.severity is Severity.BLOCK


def test_a_promise_of_the_template_may_be_repeated() -> None:
    there = context(rules=PROMISES, reply="You get a full refund within 5 days.")
    assert not excerpts("A full refund comes within 5 days.", there, "voice.never_promise")
    assert excerpts("A full refund and free bags.", there, "voice.never_promise") == ["free bags"]


def test_a_negated_promise_is_only_a_warning() -> None:
    [finding] = findings("We can't promise you a full refund.", context(rules=PROMISES), "voice.never_promise")
    assert finding.severity is Severity.WARN


@pytest.mark.parametrize("wording", ["I", "I'm", "I’ve", "i'll"])
def test_the_first_person_singular_is_a_warning_where_the_brand_says_we(wording: str) -> None:
    [finding] = findings(f"So {wording} sure.", context(), "voice.pronoun")
    assert (finding.excerpt, finding.severity) == (wording, Severity.WARN)


@pytest.mark.parametrize("text", ["We are here.", 'Press "I agree" below.', "i.e. this one.", "Vitamin-I is fine."])
def test_other_uses_of_the_letter_are_fine(text: str) -> None:
    assert not excerpts(text, context(), "voice.pronoun")


def test_a_brand_of_one_person_says_i_and_not_we() -> None:
    alone = context(rules={"pronoun": "I"})
    assert not excerpts("I'm here.", alone, "voice.pronoun")
    assert excerpts("We’re here.", alone, "voice.pronoun") == ["We’re"]


@pytest.mark.parametrize(
    "text",
    [
        "As an AI, we think so.",
        "I am just a bot.",
        "Our virtual assistant says yes.",
        "As a large language model, we can't.",
        "I was trained on data.",
        "This is an automated reply.",
    ],
)
def test_speaking_of_being_a_machine_blocks(text: str) -> None:
    found = findings(text, context(), "draft.machine_talk")
    assert found
    assert all(finding.severity is Severity.BLOCK for finding in found)


@pytest.mark.parametrize("text", ["As an aide, we help.", "Our coffee machine is a model.", "Said it again."])
def test_words_that_only_look_like_it_are_fine(text: str) -> None:
    assert not excerpts(text, context(), "draft.machine_talk")


def test_a_template_may_say_that_it_is_automated() -> None:
    there = context(reply="This is an automated reply. We answer soon.")
    assert not excerpts("This is an automated reply.", there, "draft.machine_talk")


@pytest.mark.parametrize("wording", ["r e s t  a s s u r e d", "rеst assurеd", "r3st a55ured", "rest\u200b-assured"])
def test_a_disguised_phrase_blocks_like_the_phrase_itself(wording: str) -> None:
    assert excerpts(f"So {wording}, yes.", context(rules=BANNED), "voice.banned_phrase") == [wording]


@pytest.mark.parametrize("promise", ["f u l l  r e f u n d", "a fu11 refund", "a full refunds"])
def test_a_disguised_promise_blocks_like_the_promise_itself(promise: str) -> None:
    [finding] = findings(f"You get {promise}.", context(rules=PROMISES, reply="Yes."), "voice.never_promise")
    assert finding.severity is Severity.BLOCK


def test_the_severity_of_a_banned_phrase_is_data() -> None:
    there = context(rules={**BANNED, "severities": {"banned_phrases": "warn"}})
    assert [finding.severity for finding in findings("Rest assured.", there, "voice.banned")] == [Severity.WARN]


@pytest.mark.parametrize("text", ["Als KI weiß ich das.", "En tant qu'IA, oui.", "Como IA, sí."])
def test_speaking_of_being_a_machine_blocks_in_other_languages(text: str) -> None:
    assert findings(text, context(), "draft.machine_talk")


@pytest.mark.parametrize("text", ["Als Kind schon.", "En tant que voisin, oui.", "Como siempre."])
def test_other_roles_are_fine_in_other_languages(text: str) -> None:
    assert not findings(text, context(), "draft.machine_talk")
