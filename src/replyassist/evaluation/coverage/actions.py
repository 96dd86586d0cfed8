"""What to do about a brand's templates, in the order of what it gains."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from .figures import Coverage, TemplateFigures, Theft

FEWEST_MESSAGES = 0.5  # of a thousand: what gains less is not named


class Kind(StrEnum):
    """What is to be done."""

    ADD_QUESTIONS = "add_questions"  # three more, as people really ask
    TELL_APART = "tell_apart"  # two templates take each other's messages: merge them or word them apart


@dataclass(frozen=True)
class Action:
    """``gain``: so many more of a thousand messages find the right template, all templates being asked for alike.

    ``low`` and ``high`` bound 95 % of what the trials leave open; to tell apart gains at most ``gain``, and 0 at least.
    ``thefts``: what shows it.
    """

    kind: Kind
    template_ids: tuple[str, ...]
    gain: float
    low: float
    high: float
    thefts: tuple[Theft, ...] = ()


def actions_of(coverage: Coverage) -> tuple[Action, ...]:
    """Every one that gains something worth naming, the largest gain first."""
    weight = 1000 / max(1, len(coverage.templates))
    found = [_more_questions(template, weight) for template in coverage.templates]
    pairs: dict[tuple[str, ...], list[Theft]] = defaultdict(list)
    for theft in coverage.thefts:
        pairs[tuple(sorted((theft.robbed, theft.thief)))].append(theft)
    found += [
        Action(Kind.TELL_APART, pair, gain, 0.0, gain, tuple(thefts))
        for pair, thefts in pairs.items()
        if any(theft.is_sure for theft in thefts)
        for gain in (round(weight * sum(theft.cost for theft in thefts), 2),)
    ]
    kept = [action for action in found if action.gain >= FEWEST_MESSAGES]
    return tuple(sorted(kept, key=lambda action: (-action.gain, action.kind, action.template_ids)))


def _more_questions(template: TemplateFigures, weight: float) -> Action:
    gain, low, high = (
        round(weight * share, 2) for share in (template.gain.value, template.gain.low, template.gain.high)
    )
    return Action(Kind.ADD_QUESTIONS, (template.template_id,), gain, low, high)
