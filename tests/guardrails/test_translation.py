from __future__ import annotations

import pytest

from replyassist.guardrails import Severity
from replyassist.guardrails.translation import changed_in_translation

SOURCE = (
    "You can visit the Cliff House in Ireland from Monday to Friday for €5.50. "
    "Write to help@fernhill.example within 10 days, or see https://fernhill.example/visit"
)
GERMAN = (
    "Du kannst das Cliff House in Irland von Montag bis Freitag für 5,50 € besuchen. "
    "Schreib innerhalb von 10 Tagen an help@fernhill.example oder sieh auf https://fernhill.example/visit nach"
)


def objections(text: str, **more: tuple[str, ...]) -> list[str]:
    found = list(changed_in_translation(text, source=SOURCE, **more))
    assert all(each.severity is Severity.BLOCK for each in found)
    return [each.explanation for each in found]


def test_a_translation_with_every_figure_address_and_name_passes() -> None:
    assert objections(GERMAN) == []


@pytest.mark.parametrize(
    ("said", "instead", "named"),
    [
        ("5,50 €", "6,50 €", "€5.50"),
        ("10 Tagen", "10 Wochen", "10 days"),
        ("Freitag", "Samstag", "Friday"),
        ("help@", "hilfe@", "help@fernhill.example"),
        ("/visit", "/besuch", "https://fernhill.example/visit"),
        ("Cliff House", "Klippenhaus", "Cliff"),
    ],
)
def test_what_is_lost_or_changed_blocks_it(said: str, instead: str, named: str) -> None:
    assert any(named in each for each in objections(GERMAN.replace(said, instead)))


def test_a_figure_of_its_own_blocks_it_unless_another_text_has_it() -> None:
    longer = f"{GERMAN}. Parken kostet 3 €."

    assert objections(longer)
    assert not objections(longer, also=("Parking is €3.",))
