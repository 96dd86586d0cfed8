from __future__ import annotations

import pytest

from ..builders import context, excerpts


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Send it to me, it is my job and mine alone.", ["me", "my", "mine"]),
        ("de", "Ich prüfe das, schreib mir.", ["Ich", "mir"]),
        ("fr", "Je regarde, dis-moi, j'arrive.", ["Je", "moi", "j'"]),
        ("es", "Yo lo miro con mi equipo.", ["Yo", "mi"]),
        ("nl", "Ik kijk, mijn team ook.", ["Ik", "mijn"]),
        ("it", "Io controllo il mio.", ["Io", "mio"]),
        ("pt", "Eu vejo com meu time.", ["Eu", "meu"]),
    ],
)
def test_a_brand_that_says_we_never_speaks_as_one_person(language: str, text: str, expected: list[str]) -> None:
    assert excerpts(text, context(language=language), "voice.pronoun") == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Our team helps us."), ("de", "Wir prüfen unser Lager."), ("fr", "Nous regardons."), ("ja", "私は見ます")],
)
def test_the_plural_is_fine_for_it(language: str, text: str) -> None:
    assert not excerpts(text, context(language=language), "voice.pronoun")


def test_a_brand_of_one_person_never_says_our_or_us() -> None:
    alone = context(rules={"pronoun": "I"})
    assert excerpts("Write to us at our shop.", alone, "voice.pronoun") == ["us", "our"]
    assert not excerpts("My shop ships to the US.", alone, "voice.pronoun")


def test_the_name_of_a_menu_is_nobody_speaking() -> None:
    assert not excerpts('Open "My account".', context(), "voice.pronoun")
    assert excerpts("So do I", context(reply="This is fine."), "voice.pronoun") == ["I"]
    assert not excerpts("Go to my orders now.", context(reply="Go to my orders."), "voice.pronoun")


@pytest.mark.parametrize(
    ("language", "formal", "informal"),
    [
        ("de", "Gern senden wir Ihnen das.", "Gern senden wir dir das."),
        ("fr", "Nous vous écrivons.", "On t'écrit, tu verras."),
        ("es", "Le escribimos a usted.", "Te escribimos por tu pedido."),
        ("nl", "Wij sturen u dat.", "Wij sturen jou dat."),
    ],
)
def test_the_form_of_address_is_the_brands(language: str, formal: str, informal: str) -> None:
    polite = context(rules={"address": "formal"}, language=language)
    familiar = context(rules={"address": "informal"}, language=language)
    assert excerpts(informal, polite, "voice.address")
    assert excerpts(formal, familiar, "voice.address")
    assert not excerpts(formal, polite, "voice.address")
    assert not excerpts(informal, familiar, "voice.address")


def test_sie_at_the_start_of_a_sentence_can_be_they() -> None:
    familiar = context(rules={"address": "informal"}, language="de")
    assert not excerpts("Sie ist da. Sie liegt im Laden.", familiar, "voice.address")


def test_a_mixture_of_addresses_is_reported_even_where_the_brand_has_no_rule() -> None:
    assert excerpts("Wir senden Ihnen das an deine Adresse.", context(language="de"), "voice.address") == ["deine"]
    assert not excerpts("Wir senden dir das an deine Adresse.", context(language="de"), "voice.address")
