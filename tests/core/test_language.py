from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from replyassist.core.errors import ConfigurationError
from replyassist.core.language import UNKNOWN, detect_language, guess_language, language_name, other_language
from replyassist.core.language_files import languages_in, read_languages
from tests.samples_by_language import LATER, TEST, messages

MAIN = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv")
SURE = [
    ("Wo ist meine Bestellung?", "de"),
    ("habt ihr auch Tee da", "de"),
    ("Liefert ihr auch nach Wien?", "de"),
    ("où est mon colis", "fr"),
    ("¿dónde está mi pedido?", "es"),
    ("dov'è il mio pacco", "it"),
    ("onde está o meu café", "pt"),
    ("waar is mijn pakje", "nl"),
    ("Wo ist meine Bestellung? Ich warte seit einer Woche und bekomme keine Antwort.", "de"),
    ("ich hab die falsche mahlung bestellt kann man das noch ändern oder zu spät", "de"),
    ("slt vous faites encore le decaf svp ? j en trouve plus sur le site", "fr"),
    ("Où est ma commande ? J'attends depuis une semaine et personne ne répond.", "fr"),
    ("Onde está a minha encomenda? Estou à espera há uma semana.", "pt"),
    ("Gdzie jest moje zamówienie? Czekam już tydzień.", "pl"),
    ("Где мой заказ? Я жду уже неделю, и никто не отвечает.", "ru"),
    ("注文した商品がまだ届きません。", "ja"),
    ("أين طلبي؟ أنتظر منذ أسبوع", "ar"),
    ("where is my order, it has been a week", "en"),
]
NOT_SURE = [
    "Ich will sterben",
    "vous livrez quand ?",
    "hola, cuánto es?",
    "quando è in stock?",
    "danke!",
    "do you ship",
    "Bramble, Lullaby, Fernhill, Gesha, Pacamara.",
    "@fernhillcoffee #kaffee #liebe #morgen #guten https://kaffee.example/bestellung/jetzt",
    "☕☕☕",
    "12345",
    "",
]
ENGLISH = [
    "do u have decaf",
    "la marzocco users any tips",
    "is the el salvador back?",
    "Es tu Brute? lol",
    "wer u at today",
    "ngl thats fire fr fr no cap bestie",
    "gonna cop dis asap ty luv u xx",
    "omg yasss slay queen lmaooo i cant even",
    "pls halp my bby wnts dis 4 xmas",
    "hwo shud i grind for french pres, mine comes out all mudy",
    "Siobhán O'Sullivan and Niamh Ó Briain from Baile Átha Cliath said hi",
    "my order of 2x café crème and 1x dulce de leche hasn't arrived",
    "bonjour! do you ship to Lyon, and how long does it take?",
    "Grüße from Munich! When will you be back with the Kenya roast?",
]


@pytest.mark.parametrize(("text", "language"), SURE)
def test_a_message_in_another_language_is_recognised(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", NOT_SURE)
def test_what_is_short_or_in_no_language_is_unknown(text: str) -> None:
    guess = guess_language(text)

    assert (guess.code, guess.is_sure) == (UNKNOWN, False)


@pytest.mark.parametrize("text", ENGLISH)
def test_english_slang_names_and_borrowed_words_are_never_surely_foreign(text: str) -> None:
    assert detect_language(text) in {"en", UNKNOWN}


class TestLabelledMessages:
    """On the half of the sample that was not looked at while the thresholds were set."""

    @pytest.mark.parametrize("half", [TEST, LATER])
    def test_a_sure_guess_is_right(self, half: str) -> None:
        sure = [(language, found) for language, text in messages(half) if (found := detect_language(text)) != UNKNOWN]

        assert sum(language != found for language, found in sure) <= 0.01 * len(sure)

    @pytest.mark.parametrize("language", MAIN)
    def test_most_messages_of_more_than_a_few_words_are_told(self, language: str) -> None:
        own = [text for code, text in messages(TEST) if code == language]

        assert len(own) >= 24
        assert sum(detect_language(text) == language for text in own) >= 0.8 * len(own)

    @pytest.mark.parametrize("half", [TEST, LATER])
    def test_english_is_never_taken_for_another_language(self, half: str) -> None:
        assert {detect_language(text) for code, text in messages(half) if code == "en"} <= {"en", UNKNOWN}

    def test_the_first_words_of_a_message_are_never_sure(self) -> None:
        assert {detect_language(" ".join(text.split()[:3])) for code, text in messages(TEST) if code in MAIN} == {
            UNKNOWN
        }


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


def test_a_guess_says_how_likely_each_language_is() -> None:
    guess = guess_language("Wo ist meine Bestellung? Ich warte seit einer Woche und bekomme keine Antwort.")

    assert guess.likelihood("de") > 0.95 > guess.likelihood("nl")
    assert guess.likelihood("xx") == 0.0
    assert guess.likelihood_of_any(("en", "de", "de")) == pytest.approx(guess.likelihood("en") + guess.likelihood("de"))


def test_other_letters_exclude_a_language_and_no_letters_exclude_none() -> None:
    assert guess_language("где мой заказ").likelihood_of_any(("en", "de")) == 0
    assert guess_language("???").likelihood_of_any(("en",)) == 1


def test_a_language_has_its_english_name() -> None:
    assert (language_name("de"), language_name("xx")) == ("German", "xx")


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=50)
def test_every_text_has_some_guess(text: str) -> None:
    guess = guess_language(text)

    assert all(0.0 <= likelihood <= 1.0 for _, likelihood in guess.likelihoods)
    assert other_language(text, expected=guess.code) is None


class Words(BaseModel):
    greeting: str


class TestOneFileForEachLanguage:
    def test_which_files_there_are_says_what_is_known(self, tmp_path: Path) -> None:
        (tmp_path / "de.yaml").write_text("greeting: Hallo\n", "utf-8")

        assert languages_in(tmp_path) == {"de"}
        assert read_languages(tmp_path, Words) == {"de": Words(greeting="Hallo")}

    def test_a_broken_file_is_named_with_line_and_field(self, tmp_path: Path) -> None:
        (tmp_path / "fr.yaml").write_text("# French\ngreeting: [1]\n", "utf-8")

        with pytest.raises(ConfigurationError, match=r"fr\.yaml:2: field 'greeting'"):
            read_languages(tmp_path, Words)
