"""Whether a draft could be sent as it is, and what is wrong with one that is called ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from replyassist.evaluation.dataset import Case
from replyassist.evaluation.evaluators.outcome import CaseOutcome, Value
from replyassist.evaluation.evaluators.passages import said
from replyassist.evaluation.record import READY_RIGHT, READY_WRONG, SEND_READY, VERDICT_HOLDS
from replyassist.guardrails import Severity, Verdict, check
from replyassist.proposal import Proposal
from replyassist.triage import Route


@dataclass(frozen=True)
class ReadinessEvaluator:
    """The word ``ready``, held against the labels from both sides."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """What was asked for and came out ready, and what came out ready and is right.

        ``send_ready`` is for every case that should be drafted: the verdict is ready, and the draft says every
        ``must_include`` (where a case labels none: it was written from a right template) and no ``must_not_include``.
        No draft is not ready. ``ready_right`` is for every draft called ready, whatever the case: see ``wrongs``;
        the label ``ready_wrong`` says why not. ``verdict_holds`` is false where a draft is called ready, though a
        blocking finding stands with it or turns up when it is checked again: it must never be.
        """
        values: dict[str, Value] = {}
        is_ready = bool(outcome.draft) and outcome.proposal.verdict is Verdict.READY
        if outcome.draft:
            values = {"drafted_by": outcome.proposal.drafted_by, "verdict": str(outcome.proposal.verdict)}
            values[VERDICT_HOLDS] = not (is_ready and _has_blocking_finding(outcome))
        if is_ready:
            blocked = [] if values[VERDICT_HOLDS] else ["finding: a check blocks it"]
            wrong = [*wrongs(outcome.case, outcome.proposal), *blocked]
            values |= {READY_RIGHT: not wrong} | ({READY_WRONG: "; ".join(wrong)} if wrong else {})
        if outcome.case.should_be_drafted:
            values[SEND_READY] = is_ready and not _forbidden(outcome) and _answers(outcome)
        return values


def wrongs(case: Case, proposal: Proposal) -> Iterator[str]:
    """Why a draft must not be sent, each as ``kind: detail``; the kinds are route, template, fact and forbidden.

    The route is that of the label, where it has one. Every template that the draft draws on is one that the label
    accepts; where it says that none answers, only a draft without any is right, and only on the labelled route
    ``draft`` (the brand's own thanks). The draft says every ``must_include`` and no ``must_not_include``.
    """
    expected = case.expected
    if expected.route is not None and proposal.route is not expected.route:
        yield f"route: {proposal.route.value}, not {expected.route.value}"
    used = [template.id for template in proposal.used_templates]
    right = case.right_templates
    if (set(used) - right) or (not used and (right or expected.route is not Route.DRAFT)):
        yield f"template: {' and '.join(used) or 'none'}, not {' or '.join(sorted(right)) or 'a template at all'}"
    missing = sorted(set(expected.must_include) - set(said(proposal.draft, expected.must_include)))
    yield from (f"fact: does not say '{passage}'" for passage in missing)
    yield from (f"forbidden: says '{passage}'" for passage in said(proposal.draft, expected.must_not_include))


def _forbidden(outcome: CaseOutcome) -> tuple[str, ...]:
    return said(outcome.draft, outcome.case.expected.must_not_include)


def _answers(outcome: CaseOutcome) -> bool:
    """A ready draft that answers another question has no finding against it; only a label can tell."""
    wanted = outcome.case.expected.must_include
    if wanted:
        return len(said(outcome.draft, wanted)) == len(wanted)
    return outcome.proposal.template_id in outcome.case.right_templates


def _has_blocking_finding(outcome: CaseOutcome) -> bool:
    again = check(outcome.draft, outcome.checks).findings
    return any(finding.severity is Severity.BLOCK for finding in (*outcome.proposal.findings, *again))
