"""An entailment model behind ``propose()``: faked, and a real one that the setting names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replyassist.app import build_parts
from replyassist.core.errors import EntailmentError
from replyassist.core.settings import Settings
from replyassist.guardrails import Verdict
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import propose
from replyassist.proposal import BY_MODEL, BY_TEMPLATE, Candidate, Proposal
from replyassist.testing import FakeChatModel, FakeEncoder, FakeEntailment
from tests.nli import save_tiny_model
from tests.pipeline.builders import context
from tests.pipeline.test_languages import REPLY, SHIPPING, VOICE
from tests.world import BRAND, World, shipping

WRITTEN = "Hi Tom! We ship to 32 countries in Europe. It takes 4 to 7 working days."
UNMADE, UNCHECKED = "grounding.entailment_unmade", "language.meaning_unchecked"
FIRST, SECOND = REPLY.split(". ")
GERMAN = f"Hallo Tom, {SECOND} {FIRST}."


def proposed(entailment: FakeEntailment | None, *, written: str = WRITTEN, **overrides: Any) -> Proposal:
    message = InboundMessage(text="do you ship to Norway??", channel="instagram", author_name="Tom")
    return propose(message, context(FakeChatModel([written]), entailment=entailment, **overrides))


def german(entailment: FakeEntailment | None) -> Candidate:
    """What the checks say of a German draft that a model wrote."""
    message = InboundMessage(text="Liefert ihr auch nach Norwegen?", channel="instagram", author_name="Tom")
    there = context(FakeChatModel([GERMAN]), SHIPPING, voice=VOICE, entailment=entailment)
    return next(one for one in propose(message, there).candidates if one.drafted_by == BY_MODEL)


def rules(found: Proposal | Candidate) -> list[str]:
    return [finding.rule for finding in found.findings]


def test_what_the_model_finds_in_the_template_changes_nothing() -> None:
    model = FakeEntailment()
    with_it, without = proposed(model), proposed(None)

    assert "We ship to 32 countries in Europe." in model.statements
    assert (with_it.draft, with_it.verdict, with_it.findings) == (without.draft, without.verdict, without.findings)
    assert (with_it.drafted_by, with_it.verdict) == (BY_MODEL, Verdict.READY)


@pytest.mark.parametrize(
    ("model", "verdict", "rule"),
    [
        (FakeEntailment(contradicted=["It takes"]), Verdict.BLOCKED, "grounding.contradicted"),
        (FakeEntailment(neutral=["It takes"]), Verdict.NEEDS_EDIT, "grounding.not_entailed"),
    ],
)
def test_a_draft_that_says_something_else_gives_way_to_the_template(
    model: FakeEntailment, verdict: Verdict, rule: str
) -> None:
    proposal = proposed(model)
    written = [one for one in proposal.candidates if one.drafted_by == BY_MODEL]

    assert {one.verdict for one in written} == {verdict}
    assert all(rule in rules(one) for one in written)
    assert (proposal.drafted_by, proposal.verdict) == (BY_TEMPLATE, Verdict.READY)


def test_a_model_that_fails_leaves_the_draft_as_it_is_and_a_note() -> None:
    proposal = proposed(FakeEntailment(error=EntailmentError("gone")))

    assert (proposal.drafted_by, proposal.verdict) == (BY_MODEL, Verdict.READY)
    assert rules(proposal) == [UNMADE]


def test_its_time_is_a_stage_of_its_own() -> None:
    assert proposed(FakeEntailment()).timings.entailment > 0
    assert proposed(None).timings.entailment == 0


def test_a_language_that_no_rule_reads_is_checked_by_it() -> None:
    assert UNCHECKED in rules(german(None))
    assert rules(german(FakeEntailment())) == []
    assert rules(german(FakeEntailment(contradicted=["Europa"]))) == ["grounding.contradicted"]


def test_where_it_fails_nobody_read_that_language() -> None:
    assert sorted(rules(german(FakeEntailment(error=EntailmentError("gone"))))) == [UNMADE, UNCHECKED]


def test_what_it_said_is_stored_with_the_proposal() -> None:
    proposal = Proposal.model_validate_json(proposed(FakeEntailment()).model_dump_json())
    chosen = next(one for one in proposal.candidates if one.text == proposal.draft)

    assert chosen.judged is not None
    assert {one.relation.value for one in chosen.judged.statements} == {"entailment"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestSetting:
    """The real adapter from the setting to the draft, with a CrossEncoder that is made here."""

    def proposed(self, world: World, folder: Path, *, written: str = WRITTEN) -> Proposal:
        settings = Settings(
            home=world.settings.home,
            database_url=world.database.url,
            entailment_model=str(folder),
            abstain_threshold=0.0,
        )
        parts = build_parts(
            settings,
            model=FakeChatModel([written]),
            encoder=FakeEncoder(),
            clock=world.clock,
            jobs=world.jobs,
            upgrade=False,
        )
        try:
            message = InboundMessage(text="do you ship to Norway??", channel="instagram", author_name="Tom")
            return parts.proposer.propose(BRAND, message, template_id=shipping().id)
        finally:
            parts.close()

    def test_a_statement_is_contradicted_by_a_real_model(self, world: World, tmp_path: Path) -> None:
        folder = save_tiny_model(tmp_path / "nli")
        proposal = self.proposed(world, folder, written=f"{WRITTEN} It is never late there.")
        written = next(one for one in proposal.candidates if one.drafted_by == BY_MODEL)

        assert "It is never late there." in [
            finding.excerpt for finding in written.findings if finding.rule == "grounding.contradicted"
        ]
        assert proposal.timings.entailment > 0

    def test_one_that_is_not_there_costs_nothing_but_the_signal(self, world: World, tmp_path: Path) -> None:
        proposal = self.proposed(world, tmp_path / "gone")

        assert proposal.draft
        assert proposal.verdict is not Verdict.BLOCKED
        assert UNMADE in [rule for one in proposal.candidates for rule in rules(one)]
