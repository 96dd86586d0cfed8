from __future__ import annotations

import pytest

from replyassist.guardrails.language import draft_language
from tests.guardrails.builders import context

ENGLISH = "We ship to 32 countries in Europe and it takes 4 to 7 working days."
GERMAN = "Wir liefern in 32 Länder in Europa, das dauert 4 bis 7 Werktage."


def foreign(text: str, *, language: str = "en", reply: str = ENGLISH) -> list[str]:
    return [found.excerpt for found in draft_language(text, context(reply=reply, language=language))]


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (GERMAN, "de")])
def test_a_reply_in_the_right_language_passes(text: str, language: str) -> None:
    assert foreign(text, language=language) == []


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "de"), (GERMAN, "en"), (GERMAN, "fr")])
def test_a_reply_in_the_wrong_language_is_found_whole(text: str, language: str) -> None:
    assert foreign(text, language=language) == [text]


def test_a_sentence_in_another_language_inside_a_reply_is_found() -> None:
    text = f"Hi Tom! {ENGLISH} {GERMAN} Thanks for asking, and enjoy the coffee when it is there."

    assert foreign(text) == [GERMAN]


def test_an_english_template_sentence_inside_a_german_reply_is_found() -> None:
    text = f"Hallo Tom! {GERMAN} Wir freuen uns auf deine Bestellung und wünschen dir viel Freude damit. {ENGLISH}"

    assert foreign(text, language="de") == [ENGLISH]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Danke!",
        "Hi Niamh! Gesha, Pacamara, Yirgacheffe.",
        "Sláinte from Baile Átha Cliath!",
        "Hi Dónal Ó Súilleabháin, we ship to Norway.",
        'You wrote "Wo ist meine Bestellung, ich warte seit einer Woche", and it is on its way to you now.',
        "Try the café crème, the dulce de leche or the Crema e Gusto with it.",
        "Yes ☕💚",
    ],
)
def test_names_borrowed_words_and_short_drafts_prove_nothing(text: str) -> None:
    assert foreign(text) == []


def test_what_the_brand_wrote_itself_may_be_in_any_language() -> None:
    own = "Go raibh míle maith agat as do chuid foighne linn."

    assert foreign(f"{ENGLISH} {own}", reply=f"{ENGLISH} {own}") == []


def test_a_short_german_draft_is_not_taken_for_english() -> None:
    assert foreign("Ja, klar, Tom!", language="de") == []
