from __future__ import annotations

import pytest

from replyassist.guardrails import Severity
from replyassist.guardrails.voice.greeting import body_start

from ..builders import context, excerpts, findings


@pytest.mark.parametrize(
    "text",
    ["Hi Lena! Yes.", "Hello Lena, yes.", "Hey 👋 Lena, yes", "Dear Ms Lena Holm, yes", "Thanks, Lena! Yes.",
     "Hello, Lena!", "Good morning Lena, yes.", "Yes we do. Thank you Lena!"],
)  # fmt: skip
def test_another_name_than_the_authors_blocks(text: str) -> None:
    [finding] = findings(text, context(author_name="Tom"), "draft.wrong_name")
    assert finding.severity is Severity.BLOCK
    assert "Lena" in finding.excerpt


@pytest.mark.parametrize(
    ("author", "text"),
    [
        ("Tom", "Hi Tom! Yes."),
        ("Tom Keane", "Hello Tom, yes."),
        ("Tom Keane", "Dear Mr Keane, yes."),
        ("niamh_makes", "Hi Niamh, yes."),
        ("Mairéad", "Hi Mairead, yes."),
        ("Beatrice", "Hi Bea! Yes."),
        ("Tom", "HI TOM! yes"),
        ("O’Brien", "Hi O'Brien, yes."),
    ],
)
def test_the_authors_name_is_fine_in_its_usual_forms(author: str, text: str) -> None:
    assert not excerpts(text, context(author_name=author), "draft.wrong_name")


@pytest.mark.parametrize(
    "text",
    ["Hi there! Yes.", "Hello, Norway works too.", "Hi! We do.", "Hey all, yes", "Hi We ship.", "Thanks for asking!",
     "Sorry about that, we look.", "Hello everyone!", "Thank you. Norway works."],
)  # fmt: skip
def test_a_greeting_without_a_name_is_fine(text: str) -> None:
    assert not excerpts(text, context(author_name="Tom"), "draft.wrong_name")


def test_a_handle_counts_as_the_authors_name() -> None:
    assert not excerpts("Hi Aoife!", context(author_handle="aoife.lynch_"), "draft.wrong_name")


def test_a_name_is_a_warning_where_the_author_is_not_known() -> None:
    [finding] = findings("Hi Lena! Yes.", context(), "draft.wrong_name")
    assert finding.severity is Severity.WARN


def test_a_name_with_which_the_message_is_signed_is_fine_where_the_author_is_not_known() -> None:
    assert not excerpts("Hi Lena! Yes.", context(message="any decaf? Lena"), "draft.wrong_name")


def test_another_name_from_the_message_is_a_warning() -> None:
    there = context(author_name="Tom", message="Lena from your shop said so")
    assert [finding.severity for finding in findings("Hi Lena! Yes.", there, "draft.wrong_name")] == [Severity.WARN]


BY_NAME = {"greet_by_name": True}


@pytest.mark.parametrize("text", ["Hi there! Yes.", "Hello, yes.", "Hey 👋 yes!", "Hallo! Ja.", "Good morning, yes."])
def test_a_greeting_without_the_known_name_is_reported_where_the_brand_greets_by_name(text: str) -> None:
    [finding] = findings(text, context(rules=BY_NAME, author_name="Tom Keane"), "voice.greeting")
    assert finding.severity is Severity.WARN
    assert not findings(text, context(author_name="Tom Keane"), "voice.greeting")
    assert not findings(text, context(rules=BY_NAME), "voice.greeting")


@pytest.mark.parametrize("text", ["Hi Tom! Yes.", "Hello Mr Keane, yes.", "Yes, we do.", "Hi Lena! Yes."])
def test_a_name_or_no_greeting_at_all_is_no_nameless_greeting(text: str) -> None:
    assert not findings(text, context(rules=BY_NAME, author_name="Tom Keane"), "voice.greeting")


def test_a_name_that_nobody_could_be_greeted_by_is_not_asked_for() -> None:
    assert not findings("Hi there! Yes.", context(rules=BY_NAME, author_name="x_99"), "voice.greeting")


@pytest.mark.parametrize("text", ["Hallo Lena, ja.", "Bonjour Lena, oui.", "Hola Lena, sí.", "Ciao Lena! Sì."])
def test_another_name_blocks_in_other_languages_too(text: str) -> None:
    assert excerpts(text, context(author_name="Tom"), "draft.wrong_name") == ["Lena"]


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Hi Tom! Yes, we do.", "Yes, we do."),
        ("Hello there, yes.", "yes."),
        ("Yes, hello.", "Yes, hello."),
        ("Hi Tom\nYes.", "Yes."),
        ("Hello", ""),
        ("Highly likely, yes.", "Highly likely, yes."),
        ("", ""),
    ],
)
def test_the_body_begins_after_the_greeting(text: str, body: str) -> None:
    assert text[body_start(text) :] == body
