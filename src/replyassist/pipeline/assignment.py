"""What the writing of one draft is given, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from replyassist.core.language import UNKNOWN, detect_language
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline.inputs import PipelineContext
from replyassist.pipeline.instructions import LengthOrTone, ParsedInstruction, read_wish
from replyassist.pipeline.planning import SentencePlan
from replyassist.pipeline.stopwatch import Stopwatch, TimedEntailment
from replyassist.proposal import Candidate, ReplyPlan
from replyassist.triage import Mood, Triage

PRIVATE, PUBLIC = "private", "public"
SYMPATHY_BELOW = -0.45
"""Sentiment (-1 to 1) below which a complaint is met with sympathy. Of 44 dev messages read as complaints 12 are above,
two of which deserve it; "sorry for the hassle" before a question about buying is what readers found worst."""


@dataclass(frozen=True)
class Assignment:
    """One message that is to be answered from one template (None: thanks for praise).

    ``first`` is the template of the first question, where ``template`` is two of them as one source. ``plan``: which
    of its sentences this message needs.
    """

    message: InboundMessage
    context: PipelineContext
    triaged: Triage
    template: ReplyTemplate | None
    instruction: str | None
    watch: Stopwatch
    first: ReplyTemplate | None = None
    plan: SentencePlan | None = None

    @property
    def wish(self) -> ParsedInstruction:
        """The instruction in its parts."""
        return read_wish(self.instruction)

    @cached_property
    def answer(self) -> str:
        """What of the template answers this message; all of it where there is no plan, and for a translation."""
        if self.template is None:
            return ""
        return self.plan.answer if self.plan is not None else self.template.rendered_reply

    @cached_property
    def template_language(self) -> str:
        """The language of the template's reply; the brand's first one where there is no telling."""
        languages = self.context.voice.languages
        if self.template is None:
            return languages[0]
        found = detect_language(self.template.rendered_reply)
        return found if found in languages else languages[0]

    @cached_property
    def language(self) -> str:
        """The language of the reply: what a person asks for, else that of the message, where it can be had.

        Else it is the template's.
        Where the message's language cannot be told it is the brand's first one, if the reply can be had in that.
        """
        if self.wish.language in self.context.languages:
            return self.wish.language
        asked = self.triaged.language
        if asked == UNKNOWN:
            asked = self.context.voice.languages[0]
            return asked if asked in self.context.written_languages else self.template_language
        return asked if asked in self.context.languages else self.template_language

    @property
    def opening_mood(self) -> str:
        """The mood that the reply opens for: sympathy is said where a person asks for it.

        Else only where the message surely sounds unhappy.
        """
        if LengthOrTone.SORRIER in self.wish.changes:
            return Mood.COMPLAINT.value
        mood, reading = self.triaged.mood, self.triaged.reading
        sounds = reading.sentiment if reading is not None else None
        is_mild = mood is Mood.COMPLAINT and sounds is not None and sounds > SYMPATHY_BELOW
        return Mood.QUESTION.value if is_mild else mood.value

    @property
    def is_translation(self) -> bool:
        """Whether the reply has to be in another language than the template, which only a model can do."""
        return self.template is not None and self.language != self.template_language

    def message_as(self, visibility: str) -> InboundMessage:
        """The message, answered in public or in private."""
        return replace(self.message, visibility=visibility)

    def checks(self, *, canary: str = "", visibility: str) -> CheckContext:
        """What a draft is held against that will be seen in public or in private."""
        entailment = self.context.entailment
        return CheckContext(
            voice=self.context.voice,
            template=self.template,
            message=self.message_as(visibility),
            language=self.language,
            mood=self.triaged.mood.value,
            canary=canary,
            encoder=self.context.encoder,
            entailment=TimedEntailment(entailment, self.watch) if entailment is not None else None,
            likely_no=self.plan.reading.no if self.plan is not None else 0.0,
        )


@dataclass(frozen=True)
class AssembledDraft:
    """The chosen candidate with how it came about; ``stopped_by``: why there can be none.

    ``plan``: that of the chosen one, or of the text of a model that came nearest.
    """

    chosen: Candidate | None = None
    candidates: tuple[Candidate, ...] = ()
    model: str | None = None
    prompt_digest: str | None = None
    notes: tuple[str, ...] = ()
    stopped_by: str = ""
    plan: ReplyPlan | None = None
