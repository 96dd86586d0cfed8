from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.drafting.courtesies import without_courtesies
from replyassist.faq.template import ReplyTemplate
from tests.world import shipping

BODY = "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."
GREETINGS = {
    "en": [
        "Hi,",
        "Hi ,",
        "Hi there!",
        "Hey 👋",
        "Hello\n",
        "Hello Anna,\n\n",
        "Dear customer,\n\n",
        "Dear valued customer:",
        "Dear Sir or Madam,",
        "Good morning everyone!",
        "Hi from all of us at Fernhill!",
        "Hi [First Name],",
        "Hi *|FNAME|*,",
        "Hi «first name»,",
        "Hello! Good morning!",
    ],
    "de": [
        "Hallo,",
        "Sehr geehrte Damen und Herren,\n",
        "Liebe Kundin, lieber Kunde,",
        "Guten Tag Frau Weber,",
        "Moin!",
    ],
    "fr": ["Bonjour,", "Bonjour Madame,\n", "Chère cliente, cher client,"],
    "es": ["¡Hola!", "Estimado cliente:", "Buenos días,"],
    "it": ["Ciao!", "Gentile cliente,"],
    "pt": ["Olá,", "Prezado cliente,"],
    "nl": ["Beste klant,", "Hoi!"],
    "sv": ["Hej!"],
}
SIGN_OFFS = {
    "en": [
        "\n\nBest,\nSupport Team",
        " Kind regards, Anna",
        "\nKind regards",
        "\n\nWarm regards,\nAnna Weber\nFernhill Coffee",
        "\n\nBest wishes,\n{agent_name}\nThe team at Fernhill",
        "\nCheers!\nTom",
        "\nThe Fernhill Team",
        "\n– Anna",
        " ^AW",
    ],
    "de": ["\n\nMit freundlichen Grüßen\nIhr Fernhill-Team", " LG Anna", " Liebe Grüße, Anna", "\nDein Fernhill Team"],
    "fr": ["\n\nCordialement,\nL’équipe Fernhill", "\nBien à vous, Anne"],
    "es": [" Un saludo, Equipo Fernhill", "\nAtentamente,\nAna"],
    "nl": ["\nMet vriendelijke groet,\nAnna"],
}


def kept(reply: str, *languages: str) -> str:
    template: ReplyTemplate = shipping().model_copy(update={"reply": reply})
    return without_courtesies(template, languages=list(languages)).rendered_reply


@pytest.mark.parametrize(
    ("language", "greeting"), [(code, text) for code, texts in GREETINGS.items() for text in texts]
)
def test_a_templates_own_greeting_is_left_out(language: str, greeting: str) -> None:
    assert kept(f"{greeting} {BODY}", language) == BODY


@pytest.mark.parametrize(("language", "end"), [(code, text) for code, texts in SIGN_OFFS.items() for text in texts])
def test_a_templates_own_sign_off_is_left_out(language: str, end: str) -> None:
    assert kept(BODY + end, language) == BODY


def test_a_sentence_that_went_on_after_the_greeting_begins_with_a_capital() -> None:
    assert kept("Hi there, we ship to 32 countries.", "en") == "We ship to 32 countries."


@pytest.mark.parametrize(
    "reply",
    [
        BODY,
        "Good morning deliveries start at 8.",
        "Hi we ship to 32 countries.",
        "Hello Kitty mugs are back.",
        "Hey presto: a receipt. Dear is the coffee, not the postage.",
        f"{BODY} Thanks for waiting.",
        f"{BODY} Many thanks!",
        f"{BODY} Best wait 3 minutes.",
        f"{BODY} Cheers, we'll be in touch.",
        f"{BODY}\nVisit us at:\nThe Roastery, Galway",
        f"{BODY}\n– Decaf\n– Espresso Blend",
        "Hi!",
        "Kind regards,\nAnna",
        "Lieber Kaffee als Tee. Beste Bohnen.",
    ],
)
def test_what_says_something_stays_letter_by_letter(reply: str) -> None:
    assert kept(reply, "de", "fr") == reply


def test_only_the_brands_own_languages_are_read() -> None:
    assert kept("Beste Kaffeebohnen, frisch geröstet.", "de") == "Beste Kaffeebohnen, frisch geröstet."


@given(st.text(max_size=80))
def test_nothing_is_added_and_nothing_in_the_middle_is_lost(text: str) -> None:
    found = kept(f"{text} middle {text}", "en")

    assert found == f"{text} middle {text}" or found[1:] in f"{text} middle {text}"
