from __future__ import annotations

from replyassist.core.errors import LanguageModelError
from replyassist.guardrails import Verdict
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline.assignment import AssembledDraft, Assignment
from replyassist.pipeline.stopwatch import Stopwatch
from replyassist.pipeline.thanking import PRAISE
from replyassist.pipeline.writing import write
from replyassist.proposal import BY_MODEL, BY_TEMPLATE
from replyassist.testing import FakeChatModel
from replyassist.triage import triage
from tests.pipeline.builders import context
from tests.world import voice

MESSAGE = InboundMessage(
    text="the new Dawn roast is unreal, best coffee ever!! write me at tom@mail.example",
    channel="instagram",
    author_name="Tom",
)


def thanked(model: FakeChatModel | None, message: InboundMessage = MESSAGE) -> AssembledDraft:
    there = context(model, voice=voice(closings={"public": ["See you!"], "private": [""]}))
    told = triage(message.text, languages=there.languages)
    return write(Assignment(message, there, told, None, None, Stopwatch()))


def test_thanks_that_take_up_what_was_said_are_greeted_and_closed_like_any_reply() -> None:
    model = FakeChatModel(["So glad you like the Dawn roast. Thank you!"], profile="chat-small")

    chosen = thanked(model).chosen

    assert chosen is not None
    assert chosen.text == "Hi Tom! So glad you like the Dawn roast. Thank you. See you!"
    assert (chosen.drafted_by, chosen.verdict) == (BY_MODEL, Verdict.READY)
    assert "tom@mail.example" not in model.calls[0].messages[-1].content


def test_thanks_that_state_something_give_way_to_the_voices() -> None:
    draft = thanked(FakeChatModel(["So glad you like the Dawn roast. It is back on Monday."], profile="chat-small"))

    assert draft.chosen is not None
    assert (draft.chosen.text, draft.chosen.drafted_by) == ("Hi Tom! That made our day. See you!", BY_TEMPLATE)
    assert draft.notes == (PRAISE,)


def test_a_model_that_fails_leaves_the_voices() -> None:
    draft = thanked(FakeChatModel(error=LanguageModelError("it is down"), profile="chat-small"))

    assert draft.chosen is not None
    assert draft.chosen.drafted_by == BY_TEMPLATE
    assert "it is down" in draft.notes[0]


def test_without_a_model_they_are_the_voices() -> None:
    assert thanked(None).notes == (PRAISE,)
