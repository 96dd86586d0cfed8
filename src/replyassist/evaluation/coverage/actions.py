"""What to do about a brand's templates, in the order of what it gains."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from .figures import BrandCoverage, LostQuestions, TemplateFigures

FEWEST_MESSAGES = 0.5  # of a thousand: what gains less is not named


class CoverageActionKind(StrEnum):
    """What is to be done."""

    ADD_QUESTIONS = "add_questions"  # three more, as people really ask
    TELL_APART = "tell_apart"  # two templates take each other's messages: merge them or word them apart


@dataclass(frozen=True)
class CoverageAction:
    """``gain``: so many more of a thousand messages find the right template, all templates being asked for alike.

    ``low`` and ``high`` bound 95 % of what the trials leave open; to tell apart gains at most ``gain``, and 0 at least.
    ``thefts``: what shows it.
    """

    kind: CoverageActionKind
    template_ids: tuple[str, ...]
    gain: float
    low: float
    high: float
    thefts: tuple[LostQuestions, ...] = ()


def actions_of(coverage: BrandCoverage) -> tuple[CoverageAction, ...]:
    """Every one that gains something worth naming, the largest gain first."""
    weight = 1000 / max(1, len(coverage.templates))
    found = [_more_questions(template, weight) for template in coverage.templates]
    pairs: dict[tuple[str, ...], list[LostQuestions]] = defaultdict(list)
    for theft in coverage.thefts:
        pairs[tuple(sorted((theft.robbed, theft.thief)))].append(theft)
    found += [
        CoverageAction(CoverageActionKind.TELL_APART, pair, gain, 0.0, gain, tuple(thefts))
        for pair, thefts in pairs.items()
        if any(theft.is_sure for theft in thefts)
        for gain in (round(weight * sum(theft.cost for theft in thefts), 2),)
    ]
    kept = [action for action in found if action.gain >= FEWEST_MESSAGES]
    return tuple(sorted(kept, key=lambda action: (-action.gain, action.kind, action.template_ids)))


def _more_questions(template: TemplateFigures, weight: float) -> CoverageAction:
    gain, low, high = (
        round(weight * share, 2) for share in (template.gain.value, template.gain.low, template.gain.high)
    )
    return CoverageAction(CoverageActionKind.ADD_QUESTIONS, (template.template_id,), gain, low, high)
