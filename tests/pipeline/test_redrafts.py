"""What a person asks of a redraft is done, or said not to be."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import propose
from replyassist.proposal import BY_MODEL, Proposal
from replyassist.testing import FakeChatModel
from replyassist.triage import Route
from tests.pipeline.builders import context
from tests.world import voice

SHIPS, PRICE, TOUR = (
    "We ship to 32 countries in Europe.",
    "A parcel costs €6.90.",
    "Tours run on Saturdays at the Mill House.",
)
TEMPLATE = ReplyTemplate(id="two", title="Shipping", reply=f"{SHIPS} {PRICE} {TOUR}")
VOICE = voice(
    empathy={"question": ["", "Good to hear from you."], "complaint": ["Sorry about that."], "praise": ["Thank you."]},
    closings={"public": ["See you!"], "private": [""]},
)
MESSAGE = InboundMessage(text="do you ship to Norway?", channel="instagram", author_name="Tom")
GERMAN = (
    "Wir liefern in 32 Länder in Europa. Ein Paket kostet 6,90 €. Führungen gibt es samstags im Mill House. Bis bald!"
)


def redrafted(instruction: str | None, *texts: str, profile: str = "chat-small", **more: Any) -> Proposal:
    model = FakeChatModel(texts, profile=profile) if texts else None
    there = context(model, TEMPLATE, voice=VOICE, **more)
    return propose(MESSAGE, there, template_id="two", instruction=instruction)


def test_what_is_to_be_left_out_is() -> None:
    assert PRICE not in redrafted("leave out the price").draft
    assert PRICE in redrafted(None).draft


def test_what_would_leave_nothing_stays_and_is_said() -> None:
    proposal = redrafted("leave out the countries, the price and the tours")

    assert TOUR in proposal.draft
    assert any('"tours"' in note for note in proposal.notes)


def test_what_no_sentence_is_about_is_said() -> None:
    assert any('"zebra crossing"' in note for note in redrafted("mention the zebra crossing").notes)


def test_shorter_has_no_closing_and_says_where_no_sentence_could_go() -> None:
    shorter = redrafted("shorter")

    assert "See you!" in redrafted(None).draft
    assert "See you!" not in shorter.draft
    assert any(note.startswith("not shorter") for note in shorter.notes)


def test_warmer_and_more_apologetic_are_the_voices_words() -> None:
    assert "Good to hear from you." in redrafted("warmer").draft
    assert "Sorry about that." in redrafted("more apologetic").draft
    assert "Sorry" not in redrafted("don't apologise").draft


@pytest.mark.parametrize("texts", [(), (SHIPS,)])
def test_what_nobody_here_follows_is_said(texts: tuple[str, ...]) -> None:
    assert any("as a list" in note for note in redrafted("as a list", *texts).notes)


def test_a_model_that_follows_instructions_is_told_them() -> None:
    proposal = redrafted("as a list", f"Hi Tom! {SHIPS} {PRICE} {TOUR}", profile="chat")

    assert not any("as a list" in note for note in proposal.notes)


@pytest.mark.parametrize("texts", [(), (SHIPS,)])
def test_a_language_that_nobody_here_writes_is_said(texts: tuple[str, ...]) -> None:
    proposal = redrafted("in German", *texts)

    assert SHIPS in proposal.draft
    assert any(note.startswith("not in German") for note in proposal.notes)


class TestTranslation:
    def test_it_is_in_the_language_that_a_person_asks_for_and_needs_a_look(self) -> None:
        proposal = redrafted("auf Deutsch", f"Hallo Tom! {GERMAN}", profile="chat")

        assert (proposal.draft, proposal.drafted_by) == (f"Hallo Tom! {GERMAN}", BY_MODEL)
        assert proposal.verdict is Verdict.NEEDS_EDIT
        assert "draft.translated" in {doubt.rule for doubt in proposal.doubts}

    @pytest.mark.parametrize(("said", "instead"), [("6,90", "9,60"), ("Mill House", "Mühlenhaus"), ("32", "23")])
    def test_one_that_changes_a_figure_or_a_name_is_not_used(self, said: str, instead: str) -> None:
        proposal = redrafted("auf Deutsch", f"Hallo Tom! {GERMAN.replace(said, instead)}", profile="chat")

        assert (proposal.route, proposal.draft) == (Route.ESCALATE, "")
