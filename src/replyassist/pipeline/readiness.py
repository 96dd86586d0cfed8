"""How likely a draft's template answers the message, from all that was found; ``ready`` is earned by it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import BaseModel, Field

from replyassist.answering.answered import Answered
from replyassist.pipeline.planning import SentencePlan
from replyassist.proposal import Readiness
from replyassist.retrieval.service import Retrieved

PATH = Path(str(files("replyassist.pipeline"))) / "readiness.yaml"
READ_PATH = PATH.with_name("readiness_read.yaml")
READING = "sentence_reading"
"""Log-odds that the message needs one or another sentence; only with a reranker, 0 where several templates answer."""
DECIDED = "decided"
"""Log-odds that they amount to a plain yes or no, whichever; there where ``READING`` is, and 0 likewise."""
_FARTHEST = 0.001


class ReadinessModel(BaseModel, frozen=True, extra="forbid"):
    """Logistic regression; ``weights`` by the name of the evidence, which is used as ``evidence_of`` gives it.

    ``ready_from`` is the probability from which only the message itself can raise a doubt.
    """

    constant: float
    ready_from: float = Field(ge=0, le=1)
    weights: dict[str, float]

    def probability(self, evidence: Mapping[str, float]) -> float:
        """0 to 1; a piece of evidence that is missing counts as 0."""
        score = self.constant + sum(weight * evidence.get(name, 0.0) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))

    def read(self, evidence: Mapping[str, float]) -> Readiness:
        """What the proposal keeps."""
        probability = self.probability(evidence)
        return Readiness(
            probability=round(probability, 3),
            is_enough=probability >= self.ready_from,
            evidence={name: round(value, 3) for name, value in evidence.items()},
        )


@cache
def shipped_model(path: Path = PATH) -> ReadinessModel:
    """The one fitted by ``scripts/fit_readiness.py``; ``READ_PATH`` where the reranker read the template."""
    return ReadinessModel.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def evidence_of(found: Retrieved, plan: SentencePlan, told: Answered, *, used: Sequence[str]) -> dict[str, float]:
    """What speaks for and against the first template of ``used``: probabilities as log-odds, counts as they are."""
    first = next((match for match in found.matches if match.template_id == used[0]), None)
    other = max((match.probability for match in found.matches if match.template_id not in used), default=0.0)
    sureness = first.probability if first else 0.0
    evidence = {
        "sureness": _log_odds(sureness),
        "margin": _log_odds(sureness) - _log_odds(other),
        "said": _log_odds(told.probability),
        "unasked": plan.unasked,
        "missing": plan.missing,
        "templates": float(len(used)),
    }
    if used[0] in found.read:
        evidence[READING] = plan.reading.any_needed
        evidence[DECIDED] = _log_odds(plan.reading.yes + plan.reading.no) if plan.reading.needed else 0.0
    return evidence


def _log_odds(probability: float) -> float:
    inside = min(1 - _FARTHEST, max(_FARTHEST, probability))
    return math.log(inside / (1 - inside))
