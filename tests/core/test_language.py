from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replyassist.core.language import detect_language, guess_language, other_language

SHORT = [
    ("Wo ist meine Bestellung?", "de"),
    ("habt ihr auch Tee?", "de"),
    ("Liefert ihr auch nach Wien?", "de"),
    ("où est mon colis", "fr"),
    ("vous livrez quand ?", "fr"),
    ("¿dónde está mi pedido?", "es"),
    ("hola, cuánto es?", "es"),
    ("dov'è il mio pacco", "it"),
    ("quando è in stock?", "it"),
    ("onde está o meu café", "pt"),
    ("waar is mijn pakje", "nl"),
]
LONG = [
    ("Wo ist meine Bestellung? Ich warte seit einer Woche und bekomme keine Antwort.", "de"),
    ("ich hab die falsche mahlung bestellt kann man das noch ändern oder zu spät", "de"),
    ("Où est ma commande ? J'attends depuis une semaine et personne ne répond.", "fr"),
    ("slt vous faites encore le decaf svp ? j en trouve plus sur le site", "fr"),
    ("¿Dónde está mi pedido? Llevo una semana esperando y nadie contesta.", "es"),
    ("Dov'è il mio ordine? Aspetto da una settimana e nessuno risponde", "it"),
    ("Onde está a minha encomenda? Estou à espera há uma semana.", "pt"),
    ("Waar blijft mijn bestelling? Ik wacht al een week en niemand antwoordt.", "nl"),
    ("Gdzie jest moje zamówienie? Czekam już tydzień.", "pl"),
    ("Где мой заказ? Я жду уже неделю, и никто не отвечает.", "ru"),
    ("注文した商品がまだ届きません。", "ja"),
    ("أين طلبي؟ أنتظر منذ أسبوع", "ar"),
]
ENGLISH = [
    "do u have decaf",
    "la marzocco users any tips",
    "is the el salvador back?",
    "Es tu Brute? lol",
    "wer u at today",
    "ngl thats fire fr fr no cap bestie",
    "gonna cop dis asap ty luv u xx",
    "Siobhán O'Sullivan and Niamh Ó Briain from Baile Átha Cliath said hi",
    "my order of 2x café crème and 1x dulce de leche hasn't arrived",
    "bonjour! do you ship to Lyon, and how long does it take?",
    "Grüße from Munich! When will you be back with the Kenya roast?",
    "☕☕☕",
    "",
]


@pytest.mark.parametrize(("text", "language"), SHORT + LONG)
def test_a_message_in_another_language_is_recognised(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ENGLISH)
def test_slang_names_and_borrowed_words_stay_english(text: str) -> None:
    assert detect_language(text) == "en"


@pytest.mark.parametrize(
    ("text", "expected", "other"),
    [
        ("Wir liefern in 32 Länder in Europa, das dauert 4 bis 7 Werktage.", "en", "de"),
        ("Nous livrons dans 32 pays en Europe en 4 à 7 jours ouvrés.", "en", "fr"),
        ("We ship to 32 countries in Europe and it takes 4 to 7 working days.", "de", "en"),
        ("We ship to 32 countries in Europe and it takes 4 to 7 working days.", "en", None),
        ("Wir liefern in 32 Länder in Europa.", "de", None),
        ("Hi Niamh! Gesha, Pacamara, Yirgacheffe.", "en", None),
        ("Bramble, Lullaby, Fernhill.", "de", None),
        ("Danke, Tom!", "en", None),
        ("", "de", None),
    ],
)
def test_only_a_clearly_other_language_counts(text: str, expected: str, other: str | None) -> None:
    assert other_language(text, expected=expected) == other


def test_a_guess_says_how_sure_it_is() -> None:
    sure = guess_language("Wo ist meine Bestellung? Ich warte seit einer Woche und bekomme keine Antwort.")
    unsure = guess_language("hm ok")

    assert sure.confidence > 0.9 > unsure.confidence
    assert sure.likelihood("xx") == 0.0


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=50)
def test_every_text_has_some_language(text: str) -> None:
    guess = guess_language(text)

    assert len(guess.code) == 2
    assert 0.0 <= guess.confidence <= 1.0
    assert other_language(text, expected=guess.code) is None
