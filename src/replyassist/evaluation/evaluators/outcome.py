"""What an evaluator is given, and what an evaluator is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from replyassist.drafting.courtesies import without_courtesies
from replyassist.evaluation.cache import Usage
from replyassist.evaluation.dataset import Case
from replyassist.faq.joined import joined
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import PipelineContext
from replyassist.pipeline.assignment import Assignment
from replyassist.pipeline.stopwatch import Stopwatch
from replyassist.proposal import Candidate, Proposal
from replyassist.triage.reading import as_read

Value = float | bool | str
LONGEST_SOURCE = 10_000  # characters; whether several templates fit was decided when the draft was made


@dataclass(frozen=True)
class CaseOutcome:
    """One case, what the pipeline proposed for it, with what, and what the model cost. ``seconds``: without waiting."""

    case: Case
    proposal: Proposal
    context: PipelineContext
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0

    @property
    def draft(self) -> str:
        """The proposed text; empty when there is none."""
        return self.proposal.draft

    @cached_property
    def chosen(self) -> Candidate | None:
        """The candidate that became the draft."""
        same = (item for item in self.proposal.candidates if item.text == self.draft)
        return next(same, None) if self.draft else None

    @cached_property
    def template(self) -> ReplyTemplate | None:
        """The template that the draft was written from; of several templates, all as one."""
        used = [self.context.index.template(template.id) for template in self.proposal.used_templates]
        known = [template for template in used if template is not None]
        if len(known) < 2:
            return without_courtesies(known[0], languages=self.context.voice.languages) if known else None
        return joined(known, longest=LONGEST_SOURCE) or known[0]

    @cached_property
    def checks(self) -> CheckContext:
        """What the draft was held against when it was made, but for the prompt's canary."""
        message = as_read(message_of(self.case))
        made = Assignment(message, self.context, self.proposal.triage, self.template, None, Stopwatch())
        return made.checks(visibility=message.visibility)


class Evaluator(Protocol):
    """Measures one side of an outcome: a number is a score, a truth value an assertion, a text a label.

    What does not apply to a case is left out, so that it is in no denominator.
    """

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """Values by name."""
        ...


def message_of(case: Case) -> InboundMessage:
    """The case as the pipeline sees it."""
    return InboundMessage(
        text=case.text,
        channel=case.channel,
        visibility=case.visibility,
        author_name=case.author_name,
        author_handle=case.author_handle,
        parent_text=case.parent_text,
        answered_text=case.answered_text,
    )
