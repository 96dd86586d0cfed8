"""Two runs case by case: what became better or worse, by how much, and whether chance could have done it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.record import READY_RIGHT, SEND_READY, CaseResult, EvaluationRun
from replyassist.evaluation.statistics import (
    Interval,
    cohens_d_paired,
    cohens_h,
    holm,
    mcnemar_exact,
    paired_bootstrap,
    paired_shares,
    permutation_test,
)

SIGNIFICANT = 0.05
WORST_SHOWN = 5
COMPLETED = "completed"
COSTS = frozenset(
    [
        "seconds",
        "check_ms",
        "encode_ms",
        "search_ms",
        "model_calls",
        "failed_calls",
        "prompt_tokens",
        "completion_tokens",
    ]
)
"""What a draft costs; it moves with the machine's load, so it is shown and never decides."""
LOWER_IS_BETTER = COSTS
"""Measures of which less is better; of all others more is."""
NEITHER = frozenset({"best_score", "answerable"})
"""Descriptions that are neither good nor bad; they are not compared."""


class CaseMovement(BaseModel, frozen=True):
    """One case whose value changed."""

    case_id: str
    before: float
    after: float


class MeasureDifference(BaseModel, frozen=True):
    """One measure over the pairs that have it. ``difference`` is after less before, with a paired bootstrap interval.

    ``p_value`` is McNemar's exact test for a yes-or-no measure, else a sign-flip permutation test of the mean;
    ``p_adjusted`` accounts for the number of measures (Holm). ``won`` counts the cases that became better, whichever
    direction that is. ``ready_right`` is over what each run calls ready, which need not be the same cases: its test is
    of randomisation, it is not adjusted, and it wins and loses the cases that are no longer, or newly, ready and wrong.
    """

    measure: str
    before: float
    after: float
    difference: Interval
    p_value: float
    p_adjusted: float = 1.0
    test: Literal["mcnemar_exact", "permutation", "randomisation"]
    effect: float | None
    effect_name: Literal["cohens_h", "cohens_d"]
    won: int
    lost: int
    tied: int
    lower_is_better: bool
    regressions: tuple[CaseMovement, ...] = ()

    @property
    def gain(self) -> float:
        """The difference in the direction that is better."""
        return -self.difference.value if self.lower_is_better else self.difference.value

    @property
    def is_worse(self) -> bool:
        """Whether it became worse by more than chance explains."""
        return self.gain < 0 and self.p_adjusted < SIGNIFICANT

    @property
    def is_better(self) -> bool:
        """Whether it became better by more than chance explains."""
        return self.gain > 0 and self.p_adjusted < SIGNIFICANT


class OtherVoice(BaseModel, frozen=True):
    """A brand that the two runs answered with different voice rules; a voice is its version and where it is from."""

    brand: str
    before: str
    after: str


class Comparison(BaseModel, frozen=True):
    """All measures of two runs over the cases that both have."""

    before: str
    after: str
    pairs: int
    only_before: int
    only_after: int
    same_dataset: bool
    measures: tuple[MeasureDifference, ...]
    other_voices: tuple[OtherVoice, ...] = ()


def compare(before: EvaluationRun, after: EvaluationRun, *, allow_different: bool = False) -> Comparison:
    """Compare two runs, paired by case id; raise InvalidInput when they are of different cases, or have none in common.

    ``allow_different`` compares what both have, which is right when cases were only added.
    """
    same = before.dataset_digest == after.dataset_digest
    if not same and not allow_different:
        raise InvalidInput("the runs are of different cases; --allow-different compares those that both have")
    old = {result.case.id: result for result in before.results}
    new = {result.case.id: result for result in after.results}
    shared = [name for name in old if name in new]
    if not shared:
        raise InvalidInput("the runs have no case in common")
    return Comparison(
        before=before.id,
        after=after.id,
        pairs=len(shared),
        only_before=len(old) - len(shared),
        only_after=len(new) - len(shared),
        same_dataset=same,
        measures=_measures([(old[name], new[name]) for name in shared]),
        other_voices=tuple(
            OtherVoice(brand=brand, before=before.voice_of(brand), after=after.voice_of(brand))
            for brand, version in before.voice_digests.items()
            if after.voice_digests.get(brand, version) != version
        ),
    )


@dataclass(frozen=True)
class MovedCases:
    """The cases that changed sides, as (before, after): ``better`` and ``worse`` by what the runs were for.

    With drafts in both that is whether the draft is ready to send and good, else whether the right template was found
    or rightly none. ``other`` came out alike by that, with another template, route, verdict or draft.
    """

    better: tuple[tuple[CaseResult, CaseResult], ...]
    worse: tuple[tuple[CaseResult, CaseResult], ...]
    other: tuple[tuple[CaseResult, CaseResult], ...]


def moved_cases(before: EvaluationRun, after: EvaluationRun) -> MovedCases:
    """Which of the cases that both have changed, in the order of the second run."""
    old = {result.case.id: result for result in before.results}
    by_drafts = before.has_drafts and after.has_drafts
    pairs = [(old[result.case.id], result) for result in after.results if result.case.id in old]
    better: list[tuple[CaseResult, CaseResult]] = []
    worse: list[tuple[CaseResult, CaseResult]] = []
    other: list[tuple[CaseResult, CaseResult]] = []
    for pair in pairs:
        was, now = (_is_good(result, by_drafts=by_drafts) for result in pair)
        if was != now:
            (better if now else worse).append(pair)
        elif _became(pair[0]) != _became(pair[1]):
            other.append(pair)
    return MovedCases(tuple(better), tuple(worse), tuple(other))


def _is_good(result: CaseResult, *, by_drafts: bool) -> bool:
    if result.is_wrongly_ready:
        return False
    if by_drafts and SEND_READY in result.assertions:
        return result.assertions[SEND_READY]
    return result.assertions.get("right_or_abstained", result.error is None)


def _became(result: CaseResult) -> tuple[object, ...]:
    made = result.proposal
    return (result.error,) if made is None else (made.route, made.template_id, made.verdict, made.draft)


def values_of(result: CaseResult) -> dict[str, float | bool]:
    """Every measure of a case by name: scores as numbers, assertions as booleans, and whether it came to an end."""
    values = {**result.scores, **result.assertions, COMPLETED: result.error is None}
    return {name: value for name, value in values.items() if name not in {*NEITHER, READY_RIGHT}}


def _measures(pairs: Sequence[tuple[CaseResult, CaseResult]]) -> tuple[MeasureDifference, ...]:
    values = [(old.case.id, values_of(old), values_of(new)) for old, new in pairs]
    names = dict.fromkeys(name for _, old, new in values for name in old if name in new)
    found = [
        _difference(
            name, [(case_id, old[name], new[name]) for case_id, old, new in values if name in old and name in new]
        )
        for name in names
    ]
    adjusted = holm([measure.p_value for measure in found])
    others = (measure.model_copy(update={"p_adjusted": value}) for measure, value in zip(found, adjusted, strict=True))
    return (*_of_ready(pairs), *others)


def _of_ready(pairs: Sequence[tuple[CaseResult, CaseResult]]) -> Iterable[MeasureDifference]:
    """What ``ready`` is worth in each run; nothing where a run calls no draft ready."""
    before, after = ([pair[side].assertions.get(READY_RIGHT) for pair in pairs] for side in (0, 1))
    shares = paired_shares(before, after)
    if shares is None:
        return
    lost = [new.case.id for old, new in pairs if new.is_wrongly_ready and not old.is_wrongly_ready]
    won = sum(old.is_wrongly_ready and not new.is_wrongly_ready for old, new in pairs)
    yield MeasureDifference(
        measure=READY_RIGHT,
        before=shares.before,
        after=shares.after,
        difference=shares.difference,
        p_value=shares.p_value,
        p_adjusted=shares.p_value,
        test="randomisation",
        effect=cohens_h(shares.before, shares.after),
        effect_name="cohens_h",
        won=won,
        lost=len(lost),
        tied=len(pairs) - won - len(lost),
        lower_is_better=False,
        regressions=tuple(CaseMovement(case_id=name, before=1.0, after=0.0) for name in lost[:WORST_SHOWN]),
    )


def _difference(name: str, pairs: Sequence[tuple[str, float | bool, float | bool]]) -> MeasureDifference:
    before, after = [float(pair[1]) for pair in pairs], [float(pair[2]) for pair in pairs]
    changes = [new - old for old, new in zip(before, after, strict=True)]
    is_rate = all(isinstance(old, bool) and isinstance(new, bool) for _, old, new in pairs)
    lower = name in LOWER_IS_BETTER
    rises, falls = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    mean_before, mean_after = sum(before) / len(pairs), sum(after) / len(pairs)
    return MeasureDifference(
        measure=name,
        before=mean_before,
        after=mean_after,
        difference=paired_bootstrap(before, after),
        p_value=mcnemar_exact(falls, rises) if is_rate else permutation_test(changes),
        test="mcnemar_exact" if is_rate else "permutation",
        effect=cohens_h(mean_before, mean_after) if is_rate else cohens_d_paired(changes),
        effect_name="cohens_h" if is_rate else "cohens_d",
        won=falls if lower else rises,
        lost=rises if lower else falls,
        tied=len(pairs) - rises - falls,
        lower_is_better=lower,
        regressions=_worst(pairs, lower_is_better=lower),
    )


def _worst(
    pairs: Sequence[tuple[str, float | bool, float | bool]], *, lower_is_better: bool
) -> tuple[CaseMovement, ...]:
    sign = -1.0 if lower_is_better else 1.0
    moved = sorted((sign * (new - old), case_id, float(old), float(new)) for case_id, old, new in pairs)
    return tuple(
        CaseMovement(case_id=case_id, before=old, after=new)
        for gain, case_id, old, new in moved[:WORST_SHOWN]
        if gain < 0
    )
