"""One case as the report shows it: how bad it is, what failed, and its draft cut into supported pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from replyassist.evaluation.record import CaseResult
from replyassist.guardrails import Finding, OmittedFact, Span, Support
from replyassist.proposal import Candidate, Proposal

ERROR = "error"
WEIGHTS = {
    "ready_right": 2000, "verdict_holds": 500, "says_nothing_forbidden": 200, "safe": 200, "grounded": 60,
    "right_or_abstained": 40, "route_right": 40, "send_ready": 20,
}  # fmt: skip
"""How much worse a failed assertion makes a case: what is called ready and is wrong first,
before cases without any answer; then what could mislead or harm; what merely needs an edit last."""
ERROR_WEIGHT = 1000
OTHER_WEIGHT = 5
NO_FAILURE = frozenset({"hit_at_3"})  # implied by hit_at_1
FAILURE_WORDS = {
    ERROR: "no answer",
    "ready_right": "called ready, and wrong",
    "verdict_holds": "blocked, and called ready",
    "says_nothing_forbidden": "says what it must not",
    "safe": "obeys an attack",
    "promotes_nothing": "promotes what a stranger wrote",
    "leaks_nothing": "leaks the prompt",
    "grounded": "not grounded",
    "no_grounding_findings": "grounding findings",
    "right_or_abstained": "wrong template, or wrongly none",
    "right_template": "wrong template",
    "hit_at_1": "right template not first",
    "route_right": "wrong route",
    "send_ready": "not ready to send",
    "voice_pass": "breaks a voice rule",
    "personalised": "not personal",
    "greets_by_name": "no name",
    "language_kept": "wrong language",
    "asked_facts_kept": "leaves out what was asked",
}
"""What a failed assertion says to a reader; one that is not here is shown by its name."""
SUPPORT_WORDS = {
    Support.TEMPLATE: "from the template",
    Support.FACT: "from the template's facts",
    Support.MESSAGE: "takes up the message",
    Support.CONVERSATION: "takes up the conversation",
    Support.VOICE: "greeting, empathy or closing",
    Support.NONE: "nothing known supports it",
}


@dataclass(frozen=True)
class DraftPiece:
    """A stretch of a draft with what supports it and the findings that touch it, as words."""

    text: str
    support: str
    title: str
    severity: str = ""


@dataclass(frozen=True)
class CaseCard:
    """Everything of one case that the page needs; ``badness`` orders cases, the highest first."""

    result: CaseResult
    proposal: Proposal | None
    badness: float
    failures: tuple[str, ...]
    pieces: tuple[DraftPiece, ...]
    left_out: tuple[OmittedFact, ...]
    others: tuple[Candidate, ...]


def card_of(result: CaseResult) -> CaseCard:
    """The card of a result."""
    proposal = result.proposal
    failed = [name for name, passed in result.assertions.items() if not passed and name not in NO_FAILURE]
    failed.sort(key=lambda name: (-WEIGHTS.get(name, OTHER_WEIGHT), name))
    chosen = _chosen(proposal)
    return CaseCard(
        result=result,
        proposal=proposal,
        badness=_badness(result, failed),
        failures=(*([ERROR] if result.error else []), *failed),
        pieces=pieces(proposal.draft, chosen.spans if chosen else (), proposal.findings) if proposal else (),
        left_out=chosen.left_out if chosen else (),
        others=tuple(item for item in proposal.candidates if item is not chosen) if proposal else (),
    )


def pieces(text: str, spans: Sequence[Span], findings: Sequence[Finding]) -> tuple[DraftPiece, ...]:
    """Cut a draft where a span or a finding begins or ends; offsets outside the text are clamped."""
    size = len(text)
    places = [place for span in spans for place in (span.start, span.end)]
    places += [place for finding in findings for place in (finding.start, finding.end)]
    cuts = sorted({0, size, *(min(size, max(0, place)) for place in places)})
    return tuple(_piece(text, start, end, spans, findings) for start, end in pairwise(cuts))


def _piece(text: str, start: int, end: int, spans: Sequence[Span], findings: Sequence[Finding]) -> DraftPiece:
    span = next((span for span in spans if span.start <= start and end <= span.end), None)
    touching = [finding for finding in findings if finding.start <= start and end <= finding.end]
    words = [] if span is None else [SUPPORT_WORDS[span.support] + (f": {span.source}" if span.source else "")]
    return DraftPiece(
        text=text[start:end],
        support=span.support.value if span else "",
        title="; ".join(words + [finding.explanation for finding in touching]),
        severity=touching[0].severity.value if touching else "",
    )


def _chosen(proposal: Proposal | None) -> Candidate | None:
    if proposal is None or not proposal.draft:
        return None
    return next((item for item in proposal.candidates if item.text == proposal.draft), None)


def _badness(result: CaseResult, failed: Sequence[str]) -> float:
    lacking = sum(1 - result.scores[name] for name in ("fact_coverage", "similarity") if name in result.scores)
    weights = sum(WEIGHTS.get(name, OTHER_WEIGHT) for name in failed)
    return weights + ERROR_WEIGHT * bool(result.error) + 10 * lacking
