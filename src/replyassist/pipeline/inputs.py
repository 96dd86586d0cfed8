"""What ``propose`` is given beside the message: what the brand has at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from replyassist.brands.voice import VoiceRules, WorkedExample
from replyassist.core.embedding import Encoder
from replyassist.core.entailment import Entailment
from replyassist.core.llm import ChatModel
from replyassist.core.prompts import PromptLibrary
from replyassist.drafting.profiles import Profile, profile_named, writer_of
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.reranking import Reranker
from replyassist.triage.corrections import Corrections

LAST = 10
"""Replies of a brand in which no sympathy is worded like another's."""


@dataclass(frozen=True)
class PastReply:
    """A reply that a person approved, and the template that it came from."""

    template_id: str
    text: str


@dataclass(frozen=True)
class PipelineContext:
    """All that ``propose`` needs beside the message. ``model`` is None where there is none.

    ``encoder`` is that of the checks; templates are found with the index's own. ``entailment``: a model that compares
    statements with their sources, where one is configured. ``reranker``: reads the first templates together with the
    message; None: they stay as they were found.

    ``approved``: examples made of replies that people of this brand approved; ``recent``: the last of those, the newest
    first, so that wording does not repeat. ``hides_names``: the model gets a placeholder for the author's name.
    ``spare``: asked, in its own way, where the model fails.
    """

    voice: VoiceRules
    index: TemplateIndex
    encoder: Encoder
    model: ChatModel | None
    library: PromptLibrary
    day: date
    threshold: float
    templates_shown: int = 3
    candidates: int = 4
    deadline_seconds: float = 30.0
    approved: tuple[WorkedExample, ...] = ()
    recent: tuple[PastReply, ...] = ()
    hides_names: bool = False
    corrections: Corrections | None = None
    entailment: Entailment | None = None
    reranker: Reranker | None = None
    spare: ChatModel | None = None

    @cached_property
    def profile(self) -> Profile | None:
        """How prompts are built for the model; None without one."""
        return profile_named(self.model.profile) if self.model else None

    @property
    def writer(self) -> ChatModel | None:
        """The model, where it writes answers; None: they are the template's own words."""
        return writer_of(self.model)

    @property
    def spare_writer(self) -> ChatModel | None:
        """The same of the second model."""
        return writer_of(self.spare)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that a reply can be written in: the brand's, and those that the model can put it into."""
        return tuple(dict.fromkeys((*self.voice.languages, *self.written_languages)))

    @property
    def written_languages(self) -> tuple[str, ...]:
        """The languages that the model can put a reply into; none without one."""
        return self.profile.languages if self.profile else ()

    @cached_property
    def last_replies(self) -> tuple[str, ...]:
        """The brand's last replies, whatever template they were built on."""
        return tuple(past.text for past in self.recent[:LAST])

    def recent_replies(self, template: ReplyTemplate | None) -> tuple[str, ...]:
        """The last replies that were built on this template."""
        return tuple(past.text for past in self.recent if template and past.template_id == template.id)
