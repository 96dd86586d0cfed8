from __future__ import annotations

import pytest

from replyassist.guardrails.voice.sameness import similarity

from ..builders import context, excerpts, findings

ECHO = {"echo_max": 0.8}
ASKED = "Do you ship coffee beans to Norway?"
REPLY = "Delivery takes 4 to 7 working days and costs €50."


@pytest.mark.parametrize(
    "said",
    ["You want to know whether we ship coffee beans to Norway.", "Do we ship coffee beans to Norway?",
     "Regarding coffee beans to Norway."],
)  # fmt: skip
def test_the_question_said_back_is_reported(said: str) -> None:
    there = context(rules=ECHO, message=ASKED, reply="It takes a week.")
    assert excerpts(f"Hi Tom! {said} It takes a week.", there, "voice.echo") == [said]


@pytest.mark.parametrize(
    "said",
    ["Yes, we ship coffee beans to Norway.", "Norway?", "No, coffee beans for Norway are not shipped.",
     "You want fresh roasted espresso by Friday."],
)  # fmt: skip
def test_an_answer_in_the_words_of_the_question_is_no_echo(said: str) -> None:
    assert not excerpts(f"{said} It takes a week.", context(rules=ECHO, message=ASKED), "voice.echo")


def test_taking_up_what_somebody_tells_is_no_echo() -> None:
    there = context(rules=ECHO, message="half the coffee is loose in the box :(")
    assert not excerpts("Oh no, half your coffee loose in the box, sorry.", there, "voice.echo")


def test_what_the_template_says_itself_is_no_echo() -> None:
    there = context(rules=ECHO, message=ASKED, reply="Regarding coffee beans to Norway: it takes a week.")
    assert not excerpts("Regarding coffee beans to Norway.", there, "voice.echo")


def test_without_a_limit_nothing_is_an_echo() -> None:
    assert not excerpts(ASKED, context(message=ASKED), "voice.echo")


def test_the_third_similar_reply_in_a_row_is_reported() -> None:
    recent = (f"Hi Ana! {REPLY}", f"Hello Bo, {REPLY}")
    there = context(earlier_replies=tuple(recent))
    assert findings(f"Hi Tom! {REPLY}", there, "voice.similar_reply")
    assert not findings("Hi Tom! We open at noon on every day of the week.", there, "voice.similar_reply")


@pytest.mark.parametrize("recent", [(f"Hi! {REPLY}",), (f"Hi! {REPLY}", "We open at noon.", f"Hi! {REPLY}"), ()])
def test_two_similar_replies_or_such_with_another_between_are_fine(recent: tuple[str, ...]) -> None:
    assert not findings(REPLY, context(earlier_replies=tuple(recent)), "voice.similar_reply")


def test_the_third_reply_with_the_same_opening_is_reported() -> None:
    recent = ("Hi Ana! So sorry about the crushed box.", "Hey Bo! So sorry about that late bag.")
    there = context(earlier_replies=tuple(recent))
    assert excerpts("Hi Tom! So sorry about this cup.", there, "voice.same_opening") == ["So sorry about"]
    assert not excerpts("Hi Tom! That cup is no good.", there, "voice.same_opening")


def test_similarity_leaves_greetings_out() -> None:
    assert similarity(f"Hi Tom! {REPLY}", f"Good morning Ana, {REPLY}") == 1.0
    assert similarity("", REPLY) == 0.0
