from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.brands.voice import VoiceRules
from replyassist.drafting.names import first_name
from replyassist.drafting.personalise import Manner, greeting_in, personalise, thank
from replyassist.inbox.inbound import InboundMessage
from tests.world import voice

ANSWER = "We ship to 32 countries in Europe."


def to(name: str | None = "Tom", **overrides: Any) -> InboundMessage:
    fields: dict[str, Any] = {"channel": "instagram", "visibility": "public", "text": "do you ship?"}
    return InboundMessage(author_name=name, **(fields | overrides))


def spoken(**overrides: Any) -> VoiceRules:
    """A voice with something to say in every place."""
    fields: dict[str, Any] = {
        "empathy": {"complaint": ["Sorry."], "praise": ["How kind."], "question": ["Good question."]},
        "closings": {"public": ["See you!"], "private": ["Just write here."]},
    }
    return voice(**(fields | overrides))


def reply(*, name: str | None = "Tom", mood: str = "question", rules: VoiceRules | None = None, **more: Any) -> str:
    return personalise(ANSWER, voice=rules or spoken(), mood=mood, to=to(name, **more))


def test_the_greeting_has_the_first_name_where_there_is_one() -> None:
    assert reply(name="WEBER, ANNA").startswith("Hi Anna! ")
    assert reply(name="Instagram User").startswith("Hi there! ")


@given(st.text(max_size=60))
def test_a_name_never_brings_more_than_letters(name: str) -> None:
    first = first_name(name)

    assert first is None or first.replace("-", "").replace("'", "").replace("’", "").isalpha()
    assert "{" not in personalise(ANSWER, voice=spoken(), mood="question", to=to(name))


@pytest.mark.parametrize(
    ("mood", "visibility", "expected"),
    [
        ("question", "public", f"Hi Tom! Good question. {ANSWER} See you!"),
        ("complaint", "public", f"Hi Tom! Sorry. {ANSWER} See you!"),
        ("praise", "public", f"Hi Tom! How kind. {ANSWER} See you!"),
        ("complaint", "private", f"Hi Tom! Sorry. {ANSWER} Just write here."),
    ],
)
def test_the_words_follow_the_mood_and_the_place(mood: str, visibility: str, expected: str) -> None:
    assert reply(mood=mood, visibility=visibility) == expected


def test_empty_phrases_leave_no_room() -> None:
    silent = {"empathy": {"complaint": [""], "praise": [" "], "question": []}, "closings": {"public": [""]}}

    for mood in ("complaint", "praise", "question"):
        assert reply(mood=mood, rules=spoken(**silent)) == f"Hi Tom! {ANSWER}"


def test_a_voice_without_greetings_begins_with_the_answer() -> None:
    rules = spoken(greetings={"named": [], "unnamed": []}, empathy={}, closings={})

    assert reply(rules=rules) == reply(name=None, rules=rules) == ANSWER


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("We ship to Norway.", "Hello Tom, we ship to Norway."),
        ("Yes, we do.", "Hello Tom, yes, we do."),
        ("Norway is on our list.", "Hello Tom,\nNorway is on our list."),
        ("DHL brings it.", "Hello Tom,\nDHL brings it."),
    ],
)
def test_after_a_comma_the_sentence_goes_on(answer: str, expected: str) -> None:
    rules = spoken(greetings={"named": ["Hello {name},"]}, empathy={}, closings={})

    assert personalise(answer, voice=rules, mood="question", to=to()) == expected


class TestLength:
    """Whole it has 66 characters; 57 without the closing, 42 without the empathy, the answer alone 34."""

    @pytest.mark.parametrize(
        ("limit", "expected"),
        [
            (66, f"Hi Tom! Good question. {ANSWER} See you!"),
            (65, f"Hi Tom! Good question. {ANSWER}"),
            (57, f"Hi Tom! Good question. {ANSWER}"),
            (56, f"Hi Tom! {ANSWER}"),
            (42, f"Hi Tom! {ANSWER}"),
            (41, ANSWER),
            (34, ANSWER),
            (5, ANSWER),
        ],
    )
    def test_what_does_not_fit_is_dropped_and_never_the_answer(self, limit: int, expected: str) -> None:
        assert reply(rules=spoken(length={"default": {"min": 1, "max": limit}})) == expected

    def test_each_platform_has_its_own_limit(self) -> None:
        rules = spoken(length={"default": {"max": 300}, "tiktok": {"max": 40}})

        assert reply(rules=rules, channel="tiktok") == ANSWER
        assert reply(rules=rules, channel="instagram") == f"Hi Tom! Good question. {ANSWER} See you!"

    @given(st.integers(1, 200), st.sampled_from(["question", "complaint", "praise"]), st.text(max_size=40))
    def test_the_answer_is_whole_and_the_limit_is_kept_where_it_can_be(self, limit: int, mood: str, seed: str) -> None:
        text = reply(rules=spoken(length={"default": {"max": limit}}), mood=mood, text=seed)

        assert ANSWER in text
        assert len(text) <= max(limit, len(ANSWER))


class TestSignOff:
    def test_it_closes_every_reply_where_it_is_required(self) -> None:
        rules = spoken(sign_off={"text": "Your Fernhill team", "required": True})

        assert reply(rules=rules) == f"Hi Tom! Good question. {ANSWER} See you! Your Fernhill team"

    def test_it_stays_when_the_rest_is_dropped(self) -> None:
        rules = spoken(sign_off={"text": "Your team", "required": True}, length={"default": {"max": 10}})

        assert reply(rules=rules) == f"{ANSWER} Your team"

    def test_it_is_left_out_where_it_is_not_required(self) -> None:
        assert "Fernhill team" not in reply(rules=spoken(sign_off={"text": "Your Fernhill team", "required": False}))


class TestWording:
    CHOICES = ("Hi {name}!", "Hey {name}!", "Hello {name},", "Hiya {name}!")

    def test_the_same_message_gets_the_same_words(self) -> None:
        rules = spoken(greetings={"named": list(self.CHOICES)})

        assert len({reply(rules=rules, text="do you ship?") for _ in range(20)}) == 1

    def test_other_messages_get_other_words(self) -> None:
        rules = spoken(greetings={"named": list(self.CHOICES)})
        replies = {reply(rules=rules, text=f"message {number}").split("Good")[0].strip() for number in range(50)}

        assert replies == {choice.replace("{name}", "Tom") for choice in self.CHOICES}


class TestThanks:
    def test_praise_is_answered_with_the_brands_own_words(self) -> None:
        assert thank(voice=spoken(), to=to()) == "Hi Tom! How kind. See you!"
        assert thank(voice=spoken(), to=to(None)) == "Hi there! How kind. See you!"

    @pytest.mark.parametrize("praise", [[], [""]])
    def test_a_voice_without_such_words_says_nothing(self, praise: list[str]) -> None:
        assert thank(voice=spoken(empathy={"praise": praise}), to=to()) == ""

    def test_the_thanks_are_not_said_twice(self) -> None:
        rules = spoken(empathy={"praise": ["How kind.", "You made our day."]})
        for number in range(20):
            text = thank(voice=rules, to=to(text=f"message {number}"))
            assert ("How kind." in text) + ("You made our day." in text) == 1


@pytest.mark.parametrize(
    ("language", "name", "greeting"),
    [
        ("en", "Tom", "Hi Tom!"),
        ("de", "Tom", "Hi Tom!"),
        ("fr", "Tom", "Bonjour Tom !"),
        ("es", None, "¡Hola!"),
        ("tr", "Tom", ""),
    ],
)
def test_a_greeting_is_the_voices_where_it_is_said_in_the_language(
    language: str, name: str | None, greeting: str
) -> None:
    assert greeting_in(language, voice=spoken(), to=to(name)) == greeting


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        (Manner(has_sympathy=False), f"Hi Tom! {ANSWER} See you!"),
        (Manner(has_closing=False), f"Hi Tom! Good question. {ANSWER}"),
        (Manner(is_warm=True), f"Hi Tom! Good question. {ANSWER} See you!"),
    ],
)
def test_a_person_may_want_it_without_feeling_or_closing_or_with_both(manner: Manner, expected: str) -> None:
    rules = spoken()
    assert personalise(ANSWER, voice=rules, mood="question", to=to(), manner=manner) == expected


def test_what_is_to_be_warm_leaves_no_friendly_sentence_to_chance() -> None:
    rules = spoken(empathy={"question": ["", "", "", "Lovely to hear from you."], "complaint": [""], "praise": [""]})

    assert "Lovely" in personalise(ANSWER, voice=rules, mood="question", to=to(), manner=Manner(is_warm=True))


def test_forty_people_who_write_the_same_do_not_get_forty_times_the_same() -> None:
    rules = spoken(
        greetings={"named": ["Hi {name}!", "Hello {name}!"], "unnamed": ["Hi there!", "Hello!"]},
        closings={"public": ["See you!", "Enjoy!"], "private": [""]},
    )
    named = [reply(name="Tom", author_handle=f"tom{number}", rules=rules) for number in range(40)]
    unnamed = [reply(name=None, author_handle=f"somebody{number}", rules=rules) for number in range(40)]

    assert len(set(named)) == len(set(unnamed)) == 4, "each part is picked by itself"
    assert reply(name=None, rules=rules) == reply(name=None, rules=rules), "the same message, the same words"
