from __future__ import annotations

from dataclasses import replace

from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import PastReply
from replyassist.pipeline.assignment import SYMPATHY_BELOW, Assignment
from replyassist.pipeline.inputs import LAST
from replyassist.pipeline.planning import PlannedSentence, SentencePlan
from replyassist.pipeline.stopwatch import Stopwatch
from replyassist.pipeline.writing import write
from replyassist.triage import Mood, triage
from tests.pipeline.builders import context
from tests.triage.readings import reading
from tests.world import shipping, voice

DAYS = "Delivery takes 4 to 7 working days."
QUESTION = InboundMessage(
    text="do you ship to Norway? about the international delivery", channel="instagram", author_name="Tom"
)


class TestSympathy:
    RULES = voice(empathy={"complaint": ["Sorry about that.", "That should not happen."], "praise": [""]})

    def opening(
        self, *, earlier: tuple[str, ...] = (), recent: tuple[PastReply, ...] = (), sentiment: float | None = None
    ) -> str:
        there = context(None, voice=self.RULES, recent=recent)
        read = reading(complaint=0.9, sentiment=sentiment) if sentiment is not None else None
        triaged = triage("").model_copy(update={"mood": Mood.COMPLAINT, "language": "en", "reading": read})
        message = replace(QUESTION, earlier_replies=earlier)
        plan = SentencePlan((PlannedSentence(DAYS, 0.9, is_kept=True),))
        draft = write(Assignment(message, there, triaged, shipping(), None, Stopwatch(), plan=plan))
        assert draft.chosen is not None
        return draft.chosen.text.removeprefix("Hi Tom! ").removesuffix(DAYS).strip()

    def test_it_is_not_worded_as_in_the_threads_last_replies(self) -> None:
        first = self.opening()
        other = self.opening(earlier=(f"Hi Tom! {first} We look into it.",))

        assert {first, other} == set(self.RULES.empathy.complaint)

    def test_nor_as_in_the_brands_last_ones_whatever_they_were_about(self) -> None:
        first = self.opening()

        assert self.opening(recent=(PastReply("opening-hours", f"Hi Ana! {first} We open at 9."),)) != first

    def test_it_is_said_only_where_the_message_sounds_unhappy(self) -> None:
        assert self.opening(sentiment=SYMPATHY_BELOW - 0.01) in self.RULES.empathy.complaint
        assert not self.opening(sentiment=SYMPATHY_BELOW + 0.01)

    def test_what_was_said_long_ago_may_be_said_again(self) -> None:
        first = self.opening()
        since = tuple(PastReply("opening-hours", f"Reply {number}.") for number in range(LAST))

        assert self.opening(recent=(*since, PastReply("opening-hours", first))) == first
