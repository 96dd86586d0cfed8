from __future__ import annotations

import pytest

from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import propose
from replyassist.proposal import BY_TEMPLATE, Proposal
from replyassist.testing import FakeChatModel
from replyassist.triage import Route
from tests.pipeline.builders import context
from tests.world import voice

REPLY = "Wir liefern in 32 Länder in Europa. Die Lieferung dauert 4 bis 7 Werktage und ist nicht kostenlos."
SHIPPING = ReplyTemplate.model_validate(
    {
        "id": "versand",
        "title": "Liefert ihr ins Ausland?",
        "questions": ["Liefert ihr auch nach Norwegen?", "Wie lange dauert die Lieferung?", "Versand?"],
        "reply": REPLY,
    }
)
VOICE = voice(
    languages=["de"],
    greetings={"named": ["Hallo {name},"], "unnamed": ["Hallo,"]},
    empathy={"complaint": ["Das tut uns leid."], "praise": ["Danke!"], "question": [""]},
)


def proposed(text: str, *, model: FakeChatModel | None = None, picked: str | None = None) -> Proposal:
    message = InboundMessage(text=text, channel="instagram", author_name="Tom")
    return propose(message, context(model, SHIPPING, voice=VOICE), template_id=picked)


@pytest.mark.parametrize(
    "text", ["Liefert ihr auch nach Norwegen?", "Versand?", "Wie lange dauert die Lieferung denn so"]
)
def test_a_german_brand_sends_its_own_template_as_it_stands(text: str) -> None:
    proposal = proposed(text)

    assert (proposal.route, proposal.verdict) == (Route.DRAFT, Verdict.READY)
    assert REPLY[1:] in proposal.draft


@pytest.mark.parametrize(
    "said",
    [
        REPLY.replace("nicht kostenlos", "kostenlos"),
        REPLY.replace("4 bis 7", "10 bis 17"),
        REPLY.replace("4 bis 7", "zehn bis siebzehn"),
        f"{REPLY} Du bekommst dein Geld sofort zurück.",
        REPLY.split(" und ", maxsplit=1)[0] + ".",
    ],
)
def test_what_a_model_writes_in_an_unread_language_is_never_ready(said: str) -> None:
    proposal = proposed("Liefert ihr auch nach Norwegen?", model=FakeChatModel([f"Hallo Tom, {said}"]))
    written = [one for one in proposal.candidates if one.drafted_by != BY_TEMPLATE]

    assert written
    assert Verdict.READY not in {one.verdict for one in written}
    assert (proposal.drafted_by, proposal.verdict) == (BY_TEMPLATE, Verdict.READY)


@pytest.mark.parametrize("text", ["Ich will mich umbringen", "i want to die", "quiero morir"])
def test_a_grave_risk_goes_to_a_person_in_any_language(text: str) -> None:
    proposal = proposed(text)

    assert (proposal.route, proposal.triage.urgency, proposal.draft) == (Route.ESCALATE, 100, "")


def test_a_reply_to_a_message_that_nobody_here_reads_is_never_ready() -> None:
    text = "siparişim hala gelmedi ne zaman gelir acaba"

    assert proposed(text).reason == "language: nobody here reads 'tr'"
    assert proposed(text, picked="versand").verdict is Verdict.NEEDS_EDIT


def test_a_message_whose_language_cannot_be_told_is_answered_in_the_brands_first_one() -> None:
    model = FakeChatModel(["Hallo Tom, ja."])
    both = VOICE.model_copy(update={"languages": ["de", "en"]})

    proposal = propose(InboundMessage(text="Versand??", channel="instagram"), context(model, SHIPPING, voice=both))

    assert proposal.triage.language == "und"
    assert "in German" in model.calls[0].messages[0].content
    assert proposal.draft.endswith(REPLY[1:])
