from __future__ import annotations

import pytest

from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.grounding import grounded_mentions
from tests.guardrails.builders import context

SAME = [
    ("Die Lieferung dauert vier Werktage.", "Die Lieferung dauert 4 Werktage."),
    ("Das dauert vier bis sieben Tage.", "Das dauert 4 bis 7 Tage."),
    ("La livraison prend quatre jours ouvrés.", "La livraison prend 4 jours ouvrés."),
    ("El envío tarda cuatro días laborables.", "El envio tarda 4 dias laborables."),
    ("La spedizione richiede quattro giorni lavorativi.", "La spedizione richiede 4 giorni lavorativi."),
    ("De levering duurt vier werkdagen.", "De levering duurt 4 werkdagen."),
    ("A entrega demora quatro dias úteis.", "A entrega demora 4 dias úteis."),
    ("Wysyłka trwa cztery dni robocze.", "Wysyłka trwa 4 dni robocze."),
    ("Leveransen tar fyra arbetsdagar.", "Leveransen tar 4 arbetsdagar."),
    ("Wir liefern in zwei Wochen.", "Wir liefern in 14 Tagen."),
    ("Bestell bis 18. Dezember 2026.", "Bestell bis 18.12.2026."),
    ("Pide antes del 18 de diciembre.", "Pide antes del 18/12."),
    ("Wir öffnen am Montag.", "We open on Monday."),
    ("Das kostet zehn Euro.", "Das kostet 10 €."),
]
ALTERED = [
    ("Die Lieferung dauert 4 Tage.", "Die Lieferung dauert 10 Tage."),
    ("Die Lieferung dauert vier Tage.", "Die Lieferung dauert zehn Tage."),
    ("Die Lieferung dauert 4 Werktage.", "Die Lieferung dauert 4 Wochen."),
    ("Livraison en quatre jours.", "Livraison en dix jours."),
    ("El envío tarda cuatro días.", "El envío tarda diez días."),
    ("La spedizione richiede 4 giorni.", "La spedizione richiede dieci giorni."),
    ("De levering duurt vier dagen.", "De levering duurt tien dagen."),
    ("A entrega demora 4 dias.", "A entrega demora dez dias."),
    ("Wysyłka trwa 4 dni.", "Wysyłka trwa dziesięć dni."),
    ("Leveransen tar fyra dagar.", "Leveransen tar tio dagar."),
    ("Wir öffnen am Montag.", "Wir öffnen am Sonntag."),
    ("Bestell bis 18. Dezember.", "Bestell bis 20. Dezember."),
    ("Wir liefern in zweiunddreißig oder 32 Länder.", "Wir liefern in 23 Länder."),
    ("Wir liefern euch das in zwölf Länder.", "Wir liefern euch das in zwanzig Länder."),
]


@pytest.mark.parametrize(("reply", "said"), SAME)
def test_a_number_in_words_is_the_same_as_in_digits(reply: str, said: str) -> None:
    assert list(grounded_mentions(said, context(reply=reply))) == []
    assert list(grounded_mentions(reply, context(reply=said))) == []


@pytest.mark.parametrize(("reply", "said"), ALTERED)
def test_another_number_unit_or_day_is_found_in_every_language(reply: str, said: str) -> None:
    assert list(grounded_mentions(said, context(reply=reply)))


@pytest.mark.parametrize(
    "text",
    [
        "Se sei in città passa da noi, ti aspettiamo con piacere.",
        "Le café est neuf et nous en sommes fiers, merci à vous.",
        "Gib bitte acht, das ist noch sehr heiß und es tut weh.",
        "Bring me once more to the elf shop with friends.",
        "Hay un café y una taza para ti en la tienda.",
    ],
)
def test_words_that_only_look_like_numbers_count_nothing(text: str) -> None:
    assert [one for one in mentions(text) if one.needs] == []
