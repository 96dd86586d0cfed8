"""Whether a run may stand: not surely worse than a baseline, above its floors, nothing blocked called ready."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.compare import COSTS, Comparison, compare
from replyassist.evaluation.record import READY_RIGHT, VERDICT_HOLDS, CaseResult, EvaluationRun
from replyassist.evaluation.scores import summarise
from replyassist.guardrails import Severity, Verdict

EVERY_MEASURE = ""
IMMATERIAL = {"chrf": 0.02, "similarity": 0.02, "personalisation": 0.02}
"""Falls of a mean that no reader would notice, however sure they are: another greeting moves chrF by .006."""


class FailedCheck(StrEnum):
    """Why a gate stays shut."""

    WORSE = "worse"  # significantly worse than the baseline, by more than is allowed
    BELOW_MINIMUM = "below_minimum"  # a figure of the run is under its floor
    BLOCKED_BUT_READY = "blocked_but_ready"  # a draft is called ready in spite of a blocking finding
    LOST_CASES = "lost_cases"  # more labelled cases than allowed were ready to send and are not any more
    READY_AND_WRONG = "ready_and_wrong"  # more labelled cases than allowed are called ready and wrong, and were not


class GateObjection(BaseModel, frozen=True):
    """One reason against a run, in words, with the cases that show it."""

    check: FailedCheck
    measure: str
    detail: str
    cases: tuple[str, ...] = ()


class Gate(BaseModel, frozen=True):
    """The objections; the gate is open without any. ``comparison`` is None without a baseline."""

    objections: tuple[GateObjection, ...]
    comparison: Comparison | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing speaks against the run."""
        return not self.objections


def gate(
    candidate: EvaluationRun,
    *,
    baseline: EvaluationRun | None = None,
    max_drop: Mapping[str, float] | None = None,
    minimum: Mapping[str, float] | None = None,
    max_lost: int | None = None,
    allow_different: bool = False,
) -> Gate:
    """Hold a run against a baseline and floors.

    ``max_drop``: by how much the mean of a measure may fall significantly; the key ``""`` is for every measure without
    its own. Unless given, 0 is allowed, and for likeness to a reference what is ``IMMATERIAL``. What a draft costs
    never shuts the gate. ``minimum``: floors of the figures that ``eval run`` prints. ``max_lost``: how many cases may
    newly be called ready and wrong, whether or not chance could explain it; unless given, none where neither run had
    a model, since nothing but the change moves their drafts, and as many as the tests let pass where one had.
    Raises InvalidInput for a figure that the run lacks and for runs of different cases.
    """
    comparison = compare(baseline, candidate, allow_different=allow_different) if baseline else None
    objections = [*_below(candidate, minimum or {}), *_blocked_but_ready(candidate.results)]
    if baseline and comparison:
        if max_lost is None and baseline.model is None and candidate.model is None:
            max_lost = 0
        newly = _ready_and_wrong(baseline.results, candidate.results, max_lost)
        objections = [*newly, *_worse(comparison, max_drop or {}), *objections]
    return Gate(objections=tuple(objections), comparison=comparison)


def blocked_but_ready(result: CaseResult) -> bool:
    """Whether a draft is called ready though a blocking finding stands with it, or turns up when checked again."""
    proposal = result.proposal
    if proposal is None or not proposal.draft or proposal.verdict is not Verdict.READY:
        return False
    blocks = any(finding.severity is Severity.BLOCK for finding in proposal.findings)
    return blocks or not result.assertions.get(VERDICT_HOLDS, True)


def _worse(comparison: Comparison, max_drop: Mapping[str, float]) -> Iterable[GateObjection]:
    for measure in comparison.measures:
        usual = max_drop.get(EVERY_MEASURE, IMMATERIAL.get(measure.measure, 0.0))
        allowed = max_drop.get(measure.measure, usual)
        if measure.measure not in COSTS and measure.is_worse and -measure.gain > allowed:
            yield GateObjection(
                check=FailedCheck.WORSE,
                measure=measure.measure,
                detail=f"{measure.measure} fell from {measure.before:.3f} to {measure.after:.3f} "
                f"(p = {measure.p_adjusted:.4f}, {measure.lost} cases lost, {measure.won} won)",
                cases=tuple(movement.case_id for movement in measure.regressions),
            )


def _ready_and_wrong(
    before: Iterable[CaseResult], after: Iterable[CaseResult], max_lost: int | None
) -> Iterable[GateObjection]:
    known = {result.case.id for result in before if not result.is_wrongly_ready and _is_judged(result)}
    cases = tuple(result.case.id for result in after if result.is_wrongly_ready and result.case.id in known)
    if max_lost is None or len(cases) <= max_lost:
        return
    detail = f"{len(cases)} labelled cases are called ready and wrong, and were not; {max_lost} may be"
    yield GateObjection(check=FailedCheck.READY_AND_WRONG, measure=READY_RIGHT, detail=detail, cases=cases)


def _is_judged(result: CaseResult) -> bool:
    """Whether it says what its draft is worth if that is called ready; runs of older versions do not."""
    is_ready = result.proposal is not None and result.proposal.verdict is Verdict.READY
    return READY_RIGHT in result.assertions or not is_ready


def _below(run: EvaluationRun, minimum: Mapping[str, float]) -> Iterable[GateObjection]:
    figures = summarise(run)
    known = sorted(name for name, value in figures.items() if _number(value) is not None)
    for name, floor in minimum.items():
        value = _number(figures.get(name))
        if value is None and name in figures:
            raise InvalidInput(f"the run has no case that '{name}' could be measured on", field="min")
        if value is None:
            raise InvalidInput(f"the run has no figure '{name}'; it has {', '.join(known)}", field="min")
        if value < floor:
            detail = f"{name} is {value:.3f}, less than {floor:g}"
            yield GateObjection(check=FailedCheck.BELOW_MINIMUM, measure=name, detail=detail)


def _number(figure: object) -> float | None:
    value = figure.get("value") if isinstance(figure, dict) else figure
    return float(value) if isinstance(value, int | float) else None


def _blocked_but_ready(results: Iterable[CaseResult]) -> Iterable[GateObjection]:
    cases = tuple(result.case.id for result in results if blocked_but_ready(result))
    if cases:
        detail = f"{len(cases)} drafts are called ready in spite of a blocking finding"
        yield GateObjection(check=FailedCheck.BLOCKED_BUT_READY, measure=VERDICT_HOLDS, detail=detail, cases=cases)
