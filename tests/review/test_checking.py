from __future__ import annotations

import pytest

from replyassist.brands.service import get_brand, set_voice
from replyassist.core.errors import TextBlocked
from replyassist.faq.service import put_template
from replyassist.guardrails import Finding, Severity, Verdict, verdict_of
from replyassist.proposal import Candidate
from replyassist.review.checking import check_text
from replyassist.review.models import ReviewItem
from replyassist.review.surroundings import surroundings
from replyassist.testing import FakeEntailment
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World, shipping, voice


def drafted(world: World, *findings: Finding) -> ReviewItem:
    kept = Candidate(
        text=DRAFT, drafted_by="model", verdict=verdict_of(findings), findings=findings, coverage=1.0, score=0.9
    )
    return world.item(candidates=(kept,), findings=findings, verdict=kept.verdict)


SEEN = Finding(rule="grounding.unsupported_sentence", severity=Severity.BLOCK, explanation="Nobody says this.")


def test_an_unchanged_draft_is_held_against_what_its_own_checks_found(world: World) -> None:
    item = drafted(world, SEEN)

    with pytest.raises(TextBlocked):
        approve(world, world.person(), item)


def test_a_changed_voice_makes_the_earlier_findings_void(world: World) -> None:
    item = drafted(world, SEEN)
    with world.database.writing() as session:
        set_voice(session, get_brand(session, BRAND), voice(exclamations_max=1))
    with world.database.reading() as session:
        assert check_text(item, DRAFT, surroundings(session, item)).result.findings == ()


def test_a_persons_own_words_are_checked_anew(world: World) -> None:
    item = drafted(world, SEEN)
    with world.database.reading() as session:
        assert check_text(item, DRAFT + " ", surroundings(session, item)).result.verdict is Verdict.READY


class TestEntailment:
    """The unchanged draft has what an entailment model said when it was made; a person's own words are judged."""

    def test_a_persons_own_words_are_judged(self, world: World) -> None:
        item, model = drafted(world), FakeEntailment(contradicted=["32 countries"])
        with world.database.reading() as session:
            text = "Hi Tom! We ship to all 32 countries in Europe."
            result = check_text(item, text, surroundings(session, item), entailment=model).result

        assert [found.rule for found in result.findings] == ["grounding.contradicted"]

    def test_an_unchanged_draft_is_never_judged_again(self, world: World) -> None:
        item, model = drafted(world), FakeEntailment(contradicted=["32 countries"])
        with world.database.writing() as session:
            put_template(session, BRAND, shipping(title="Shipping"), now=world.clock.now())
        with world.database.reading() as session:
            check_text(item, DRAFT, surroundings(session, item), entailment=model)

        assert model.calls == []
