"""The language of cards."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from replyassist.brands.service import get_brand, set_voice, voice_of
from replyassist.core.security import Role
from replyassist.guardrails import Finding, Severity
from replyassist.wording.catalogues import gettext
from tests.world import BRAND

from .desk import BEN, Desk, tone_finding

SEVERAL = "Several words in capitals read like shouting."
GERMAN = "Mehrere Wörter in Großbuchstaben lesen sich wie Schreien."


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestLanguage:
    @pytest.fixture(autouse=True)
    def german(self, desk: Desk) -> None:
        with desk.world.database.writing() as session:
            _speaks(session, "de", "en")

    def test_cards_and_answers_are_in_the_language_of_the_brand(self, desk: Desk) -> None:
        agent = desk.linked(Role.AGENT)
        item = desk.item(findings=(tone_finding(), Finding(rule="x", severity=Severity.WARN, explanation=SEVERAL)))
        desk.work()
        assert "Tom auf instagram" in desk.shown()
        assert f"Vor dem Senden prüfen:\n• Say it kindlier.\n• {GERMAN}" in desk.shown()
        assert desk.shown().endswith("[Freigeben]\n[Ablehnen …]\n[Eskalieren …]\n[In der Konsole öffnen]")
        assert "über einen Entwurf entscheiden" in desk.cards()[0]["text"]
        press = desk.press(action="escalate", pick="Rechts- oder Sicherheitsfrage")
        assert desk.told(press) == "Sie haben den Vorgang eskaliert: Die Leitung entscheidet."
        assert (desk.last(item).actor_id, desk.last(item).reason) == (agent.user_id, "Rechts- oder Sicherheitsfrage")
        assert "Der Vorgang ist schon weiter. Eskaliert: Die Leitung" in desk.told(press)
        assert "replyassist weiß nicht, wer Sie sind." in desk.told(desk.press(BEN))
        assert gettext("Approve") == "Approve", "nothing is left behind"

    def test_a_rejection_is_recorded_alike_in_every_language(self, desk: Desk) -> None:
        desk.linked()
        item = desk.item()
        desk.work()
        assert desk.told(desk.press(action="reject", pick="Falscher Ton")).startswith("Sie haben den Entwurf abgelehnt")
        assert desk.last(item).reason == "wrong tone"

    def test_a_brand_whose_language_has_no_catalogue_has_cards_in_english(self, desk: Desk) -> None:
        with desk.world.database.writing() as session:
            _speaks(session, "fr", "de")
        desk.item()
        desk.work()
        assert "[Approve]" in desk.shown()


def _speaks(session: Session, *languages: str) -> None:
    brand = get_brand(session, BRAND)
    set_voice(session, brand, voice_of(brand).model_copy(update={"languages": list(languages)}))
