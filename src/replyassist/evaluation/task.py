"""One case through the production pipeline: what it proposes, and what the evaluators say of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from replyassist.evaluation.cache import GenerationCache, MeteredModel, Usage
from replyassist.evaluation.dataset import Case
from replyassist.evaluation.evaluators import (
    DRAFT_EVALUATORS,
    RANKS,
    RETRIEVAL_EVALUATORS,
    CaseOutcome,
    Evaluator,
    message_of,
)
from replyassist.evaluation.record import DRAFT, RETRIEVAL, CaseResult
from replyassist.pipeline import PipelineContext, propose
from replyassist.proposal import Proposal

REASON_LIMIT = 300


@dataclass(frozen=True)
class Task:
    """How a case is answered and by what it is scored.

    ``model_identity`` tells apart models of the same name in the cache; ``profile`` replaces the model's own.
    """

    evaluators: tuple[Evaluator, ...]
    drafts: bool
    cache: GenerationCache | None = None
    model_identity: str = ""
    profile: str = ""

    def answer(self, case: Case, context: PipelineContext) -> CaseResult:
        """The pipeline's proposal with every value; a failure is a result with an ``error``, never an exception.

        More templates are ranked than the product shows; nothing else of the context is changed.
        """
        meter = self._meter(context)
        try:
            wide = replace(context, model=meter, templates_shown=max(RANKS, context.templates_shown))
            proposal = propose(message_of(case), wide)
        except Exception as error:
            return CaseResult(case=case, error=_reason(error))
        usage = meter.usage if meter else Usage()
        outcome = CaseOutcome(case, proposal, context, usage, seconds=_seconds(proposal, usage))
        values = _Values()
        for evaluator in self.evaluators:
            values.add(evaluator, outcome)
        return CaseResult(
            case=case,
            proposal=proposal,
            scores=values.scores,
            assertions=values.assertions,
            labels=values.labels,
            error="; ".join(values.errors) or None,
            seconds=round(outcome.seconds, 4),
            was_cached=usage.was_cached,
        )

    def _meter(self, context: PipelineContext) -> MeteredModel | None:
        if context.model is None or not self.drafts:
            return None
        return MeteredModel(context.model, cache=self.cache, identity=self.model_identity, profile=self.profile)


@dataclass
class _Values:
    """What the evaluators said, by kind."""

    scores: dict[str, float] = field(default_factory=dict)
    assertions: dict[str, bool] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, evaluator: Evaluator, outcome: CaseOutcome) -> None:
        try:
            values = evaluator.evaluate(outcome)
        except Exception as error:
            self.errors.append(f"{type(evaluator).__name__}: {_reason(error)}")
            return
        for name, value in values.items():
            if isinstance(value, bool):
                self.assertions[name] = value
            elif isinstance(value, str):
                self.labels[name] = value
            else:
                self.scores[name] = round(float(value), 6)


def evaluators_for(stages: Sequence[str]) -> tuple[Evaluator, ...]:
    """Every evaluator of these stages."""
    return (*RETRIEVAL_EVALUATORS * (RETRIEVAL in stages), *DRAFT_EVALUATORS * (DRAFT in stages))


def _seconds(proposal: Proposal, usage: Usage) -> float:
    """What the proposal took without waiting; an answer from the cache counts what it took the first time."""
    own = proposal.timings.total - proposal.timings.llm
    return max(0.0, own) / 1000 + usage.seconds


def _reason(error: Exception) -> str:
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first}"[:REASON_LIMIT]
