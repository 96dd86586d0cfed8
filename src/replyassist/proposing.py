"""Runs the pure pipeline on what the database holds: the worker and the stateless API both come through here."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.brands.service import get_brand, voice_of
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.llm import ChatModel
from replyassist.core.prompts import PromptLibrary
from replyassist.core.settings import Settings
from replyassist.core.telemetry import PROPOSALS, STAGE_SECONDS
from replyassist.pipeline import Inbound, PipelineContext, propose
from replyassist.retrieval.service import IndexRegistry
from replyassist.review.proposal import Proposal


@dataclass(frozen=True)
class Proposer:
    """The parts that every proposal needs, built once. ``model`` is None when drafts come from templates only."""

    database: Database
    registry: IndexRegistry
    model: ChatModel | None
    library: PromptLibrary
    settings: Settings
    clock: Clock

    def propose(
        self,
        brand_id: str,
        message: Inbound,
        *,
        template_id: str | None = None,
        instruction: str | None = None,
    ) -> Proposal:
        """A proposal for one message of a brand; raise NotFound for an unknown brand."""
        context = self.context_for(brand_id)
        proposal = propose(message, context, template_id=template_id, instruction=instruction)
        _count(proposal)
        return proposal

    def context_for(self, brand_id: str) -> PipelineContext:
        """The brand's voice, index and threshold as they stand now."""
        with self.database.reading() as session:
            voice = voice_of(get_brand(session, brand_id))
            threshold = self.registry.threshold_for(session, brand_id)
        return PipelineContext(
            voice=voice,
            index=self.registry.index_for(self.database, brand_id),
            encoder=self.registry.encoder,
            model=self.model,
            library=self.library,
            day=self.clock.now().date(),
            threshold=threshold,
            templates_shown=self.settings.templates_shown,
            candidates=self.settings.llm_candidates,
            deadline_seconds=self.settings.llm_timeout_seconds,
        )


def _count(proposal: Proposal) -> None:
    PROPOSALS.labels(
        route=proposal.route.value, verdict=proposal.verdict or "no_draft", drafted_by=proposal.drafted_by
    ).inc()
    for stage, milliseconds in proposal.timings.model_dump().items():
        STAGE_SECONDS.labels(stage=stage).observe(milliseconds / 1000)
