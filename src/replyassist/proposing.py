"""Runs the pure pipeline on what the database holds: the worker and the stateless API both come through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from replyassist.brands.model_use import BrandModel, ModelLimits, Places
from replyassist.brands.models import Brand
from replyassist.brands.service import get_brand, voice_of
from replyassist.brands.voice import WorkedExample
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.embedding import Encoder
from replyassist.core.entailment import Entailment
from replyassist.core.llm import ChatMessage, ChatModel, WarmableModel
from replyassist.core.prompts import PromptLibrary
from replyassist.core.settings import Settings
from replyassist.core.telemetry import PROPOSALS, STAGE_SECONDS
from replyassist.core.tracing import note, span
from replyassist.drafting.profiles import profile_named, writer_of
from replyassist.drafting.prompt import DraftRequest, build_prompt
from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.models import WITH_ARTICLE
from replyassist.inbox.readable import readable
from replyassist.inbox.repository import next_to_draft
from replyassist.inbox.threads import StoredMessage
from replyassist.learning.generated.service import QuestionMaker
from replyassist.pipeline import PastReply, PipelineContext, propose
from replyassist.pipeline.plan_prompt import as_planned
from replyassist.privacy.nameless import nameless
from replyassist.proposal import Proposal
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.reranking import Reranker
from replyassist.retrieval.service import IndexRegistry
from replyassist.review.corrections.memory import CorrectionMemory
from replyassist.review.repository.approved import ApprovedReply, approved_texts, exemplary_replies
from replyassist.triage import Route, triage
from replyassist.triage.reader import shipped_reader

REMEMBERED_REPLIES = 100
EXAMPLES_KEPT = 10
LONGEST_MESSAGE, LONGEST_REPLY = 300, 2000
UNREAD = "…"
"""Stands for a message where only what comes before it is to be read."""
EXAMPLE_AUTHOR = "Sam"
"""Who the authors of approved examples are called: nobody's name goes into another person's prompt."""


@dataclass(frozen=True)
class Proposer:
    """The parts that every proposal needs, built once. ``model`` is None when drafts come from templates only.

    ``encoder`` is that of the checks, and so is ``entailment``, where one is configured. ``spare``: the model that is
    asked where the first one fails.
    """

    database: Database
    registry: IndexRegistry
    encoder: Encoder
    model: ChatModel | None
    library: PromptLibrary
    settings: Settings
    clock: Clock
    corrections: CorrectionMemory = field(default_factory=CorrectionMemory, kw_only=True)
    entailment: Entailment | None = field(default=None, kw_only=True)
    reranker: Reranker | None = field(default=None, kw_only=True)
    spare: ChatModel | None = field(default=None, kw_only=True)
    places: Places = field(default_factory=Places, kw_only=True)

    def propose(
        self,
        brand_id: str,
        message: InboundMessage,
        *,
        template_id: str | None = None,
        instruction: str | None = None,
        with_follow_up: bool = False,
    ) -> Proposal:
        """A proposal for one message of a brand; raise NotFound for an unknown brand."""
        with span("propose", brand=brand_id):
            context = self.context_for(brand_id)
            proposal = propose(
                message, context, template_id=template_id, instruction=instruction, with_follow_up=with_follow_up
            )
            used = [each for each in (context.model, context.spare) if isinstance(each, BrandModel)]
            proposal = proposal.model_copy(update={"cost_micro_usd": sum(each.micro_usd for each in used)})
            note(route=proposal.route.value, verdict=proposal.verdict, drafted_by=proposal.drafted_by)
        _count(proposal)
        return proposal

    def propose_stored(self, stored: StoredMessage, message: InboundMessage, **asked: Any) -> Proposal:
        """The same for a message on disk; without words it is for a person, who can look and pick a template."""
        if message.text or asked.get("template_id"):
            return self.propose(stored.message.brand_id, message, **asked)
        words = [attached.alt_text for attached in stored.attachments if attached.alt_text]
        kinds = " and ".join(dict.fromkeys(WITH_ARTICLE[attached.kind] for attached in stored.attachments))
        return Proposal(
            route=Route.ESCALATE,
            reason=f"attachment: {kinds or 'nothing'} without words",
            triage=triage("\n".join(words), context_texts=message.context_texts, own_words=self._own_words(stored)),
        )

    def given_up(self, stored: StoredMessage) -> Proposal:
        """What stands for a proposal where every attempt at one failed."""
        above = (stored.conversation.parent_text, stored.message.answered_text)
        context = [text for text in (stored.author.name, *above) if text]
        return Proposal(
            route=Route.ESCALATE,
            reason="drafting_failed: the machine could not draft this; the error is in the log",
            triage=triage(stored.text, context_texts=context, own_words=self._own_words(stored)),
        )

    def _own_words(self, stored: StoredMessage) -> Mapping[str, Sequence[str]]:
        """The words by topic that the brand sends to a person."""
        with self.database.reading() as session:
            return voice_of(get_brand(session, stored.message.brand_id)).risk_words

    def warm_model(self) -> None:
        """Load the reader; an embedded model that writes answers reads what the next message's prompt begins with.

        One that writes none is loaded when it is first asked. Prompts of a brand on a channel begin alike. Those of
        others are read when they come: to read them all now would make the first draft wait. Raises LanguageModelError
        when a model does not start.
        """
        if self.reranker is not None:
            self.reranker.warm()
        writer = writer_of(self.model)
        if not isinstance(writer, WarmableModel):
            return
        with self.database.reading() as session:
            message = next_to_draft(session)
            voice = voice_of(get_brand(session, message.brand_id)) if message else None
        if message is None or voice is None:
            writer.warm([ChatMessage("user", UNREAD)])
            return
        profile = profile_named(writer.profile)
        prompt = build_prompt(
            DraftRequest(InboundMessage(UNREAD, message.channel), answer=UNREAD, plans=profile.plans),
            voice=as_planned(voice) if profile.plans else voice,
            profile=profile,
            library=self.library,
        )
        writer.warm(prompt.messages)

    @property
    def question_maker(self) -> QuestionMaker | None:
        """What writes questions that people would ask; None without a model."""
        if self.model is None:
            return None
        model_of = partial(self._within_limits, self.model)
        return QuestionMaker(self.database, self.registry, model_of, self.library, self.clock)

    def _model_of(self, brand: Brand, model: ChatModel | None) -> ChatModel | None:
        return None if model is None else self._within_limits(model, brand)

    def _within_limits(self, model: ChatModel, brand: Brand) -> ChatModel:
        """The model within the limits of a brand, for one draft or the questions of one template."""
        return BrandModel(
            model,
            brand.id,
            ModelLimits.general(self.settings).of(brand),
            self.database,
            self.places,
            today=lambda: brand.day(self.clock.now()),
        )

    def context_for(self, brand_id: str) -> PipelineContext:
        """The brand's voice, index, threshold, approved replies and corrections as they stand now."""
        with self.database.reading() as session:
            brand = get_brand(session, brand_id)
            voice, day = voice_of(brand), brand.day(self.clock.now())
            threshold = self.registry.threshold_for(session, brand_id)
            recent = approved_texts(session, brand_id, limit=REMEMBERED_REPLIES)
            exemplary = exemplary_replies(session, brand_id, limit=REMEMBERED_REPLIES)
        index = self.registry.index_for(self.database, brand_id)
        reads = shipped_reader().fitting(index.encoder, self.encoder)
        return PipelineContext(
            voice=voice,
            index=index,
            encoder=self.encoder,
            model=self._model_of(brand, self.model),
            spare=self._model_of(brand, self.spare),
            library=self.library,
            day=day,
            threshold=threshold,
            templates_shown=self.settings.templates_shown,
            candidates=self.settings.llm_candidates,
            deadline_seconds=self.settings.llm_timeout_seconds,
            approved=_as_examples(exemplary, index),
            recent=tuple(PastReply(template_id, text) for template_id, text in recent),
            hides_names=bool(self.settings.llm_base_url or self.spare) and not self.settings.llm_send_names,
            corrections=self.corrections.of(self.database, brand_id, reads),
            entailment=self.entailment,
            reranker=self.reranker,
        )


def _as_examples(approved: Sequence[ApprovedReply], index: TemplateIndex) -> tuple[WorkedExample, ...]:
    """Approved replies as a model is shown them: one a template, with no personal data of anybody."""
    examples: dict[str, WorkedExample] = {}
    for reply in approved:
        template = index.template(reply.template_id)
        if template is None or template.id in examples:
            continue
        message, text = (
            nameless(given, name=reply.author_name or "", stand_in=EXAMPLE_AUTHOR)
            for given in (readable(reply.message), reply.text)
        )
        fits = len(message) <= LONGEST_MESSAGE and "[" not in text and "@" not in text and len(text) <= LONGEST_REPLY
        if fits and len(template.rendered_reply) <= LONGEST_REPLY:
            examples[template.id] = WorkedExample(
                author=EXAMPLE_AUTHOR, message=message, template=template.rendered_reply, reply=text
            )
        if len(examples) == EXAMPLES_KEPT:
            break
    return tuple(examples.values())


def _count(proposal: Proposal) -> None:
    PROPOSALS.labels(
        route=proposal.route.value, verdict=proposal.verdict or "no_draft", drafted_by=proposal.drafted_by
    ).inc()
    for stage, milliseconds in proposal.timings.model_dump().items():
        STAGE_SECONDS.labels(stage=stage).observe(milliseconds / 1000)
