"""Whether the right template was found, and whether a case without one was declined."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.evaluation.evaluators.outcome import CaseOutcome, Value
from replyassist.triage import Route

RANKS = 10  # how many templates are ranked for a case; past the tenth rank a reciprocal rank is 0


@dataclass(frozen=True)
class Retrieval:
    """Ranks of the right template, for cases that have one; ``best_score`` and ``answerable`` for all."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``hit_at_1``, ``hit_at_3``, ``reciprocal_rank`` (0 past rank 10); ``best_score``: the first's probability;
        ``answerable``: that any template answers.
        """
        found = [match.template_id for match in outcome.proposal.templates[:RANKS]]
        values: dict[str, Value] = {
            "best_score": outcome.proposal.templates[0].probability if found else 0.0,
            "answerable": outcome.proposal.templates[0].answerable if found else 0.0,
            "encode_ms": outcome.proposal.timings.encode,
            "search_ms": outcome.proposal.timings.search,
        }
        if not outcome.case.is_in_scope:
            return values
        right = outcome.case.right_templates
        rank = next((number for number, template_id in enumerate(found, start=1) if template_id in right), None)
        return values | {
            "hit_at_1": rank == 1,
            "hit_at_3": rank is not None and rank <= 3,
            "reciprocal_rank": 1 / rank if rank else 0.0,
        }


@dataclass(frozen=True)
class Abstention:
    """Answering what a template answers, and nothing else."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``abstained`` as a label, and ``right_or_abstained``: the right template first, or none where none is."""
        abstained = outcome.proposal.abstained
        matches = outcome.proposal.templates
        first = matches[0].template_id if matches and not abstained else None
        right = first in outcome.case.right_templates if outcome.case.is_in_scope else first is None
        return {"abstention": "abstained" if abstained else "answered", "right_or_abstained": right}


@dataclass(frozen=True)
class Routing:
    """The way that the message takes, where a person said which it should."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``route`` as a label, and ``route_right`` for cases with a labelled route.

        To let a person read first what needs no reply is right: nothing is drafted either way.
        """
        route = outcome.proposal.route
        values: dict[str, Value] = {"route": route.value}
        expected = outcome.case.expected.route
        if expected is None:
            return values
        waits = expected is Route.NO_REPLY and route is Route.REVIEW
        return values | {"route_right": waits or route is expected}
