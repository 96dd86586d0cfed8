"""How close a draft is to the reply that a person wrote for the same message."""

from __future__ import annotations

from dataclasses import dataclass

from sacrebleu.metrics.chrf import CHRF

from replyassist.evaluation.evaluators.outcome import CaseOutcome, Value


@dataclass(frozen=True)
class Overlap:
    """chrF (Popović 2015): the F-score of character n-grams, by sacrebleu with its defaults."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``chrf``, 0 to 1 (sacrebleu's figure divided by 100), for drafts of cases with a reference reply."""
        reference = outcome.case.expected.reply
        if not outcome.draft or not reference:
            return {}
        return {"chrf": CHRF().sentence_score(outcome.draft, [reference]).score / 100}


@dataclass(frozen=True)
class Similarity:
    """Cosine of the sentence embeddings."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``similarity``, -1 to 1, for drafts of cases with a reference reply."""
        reference = outcome.case.expected.reply
        if not outcome.draft or not reference:
            return {}
        draft, wanted = outcome.context.encoder.encode([outcome.draft, reference])
        return {"similarity": float(draft @ wanted)}
