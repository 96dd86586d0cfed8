"""What a draft costs: tokens, calls and time."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.evaluation.evaluators.outcome import CaseOutcome, Value


@dataclass(frozen=True)
class CostEvaluator:
    """Tokens as the endpoint reports them, and time without waiting."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``seconds`` and ``check_ms`` of a draft; ``model_calls``, ``failed_calls`` and tokens where it was asked."""
        if not outcome.draft:
            return {}
        values: dict[str, Value] = {"seconds": outcome.seconds, "check_ms": outcome.proposal.timings.check}
        usage = outcome.usage
        if not usage.calls:
            return values
        values |= {"model_calls": float(usage.calls), "failed_calls": float(usage.failures)}
        if not usage.completion_tokens:
            return values
        return values | {
            "prompt_tokens": float(usage.prompt_tokens),
            "completion_tokens": float(usage.completion_tokens),
        }
