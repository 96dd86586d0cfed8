"""What an evaluator is given, and what an evaluator is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from replyassist.evaluation.cache import Usage
from replyassist.evaluation.dataset import Case
from replyassist.faq.joined import joined
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext
from replyassist.inbox.inbound import Inbound
from replyassist.pipeline import PipelineContext
from replyassist.proposal import Candidate, Proposal

Value = float | bool | str
LONGEST_SOURCE = 10_000  # characters; whether two templates fit was decided when the draft was made


@dataclass(frozen=True)
class Outcome:
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
        """The template that the draft was written from; of two templates, both as one."""
        first, second = (
            self.context.index.template(template_id) if template_id else None
            for template_id in (self.proposal.template_id, self.proposal.also_template_id)
        )
        return (joined(first, second, longest=LONGEST_SOURCE) or first) if first and second else first

    @cached_property
    def checks(self) -> CheckContext:
        """What the draft is held against."""
        return CheckContext(
            voice=self.context.voice,
            template=self.template,
            message=message_of(self.case),
            language=self.proposal.triage.language,
            mood=self.proposal.triage.mood.value,
            encoder=self.context.encoder,
        )


class Evaluator(Protocol):
    """Measures one side of an outcome: a number is a score, a truth value an assertion, a text a label.

    What does not apply to a case is left out, so that it is in no denominator.
    """

    def evaluate(self, outcome: Outcome) -> dict[str, Value]:
        """Values by name."""
        ...


def message_of(case: Case) -> Inbound:
    """The case as the pipeline sees it."""
    return Inbound(
        text=case.text,
        channel=case.channel,
        visibility=case.visibility,
        author_name=case.author_name,
        author_handle=case.author_handle,
        parent_text=case.parent_text,
    )
