"""What a brand's templates would catch: measured on its own questions, each hidden in turn, without labelled cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.evaluation.statistics import Interval, proportion_interval
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.entries import readable

from .curve import Curve, fitted, interval
from .trials import Progress, Rounds, Trial, tried
from .ways import ALIKE, TemplateWays, asked

MORE = 3  # questions: what a person writes in a minute or two
FEWEST_MEASURED = 3  # questions of a template from which its figure is called measured
FEWEST_STOLEN = 2  # one question alone may simply be an odd one
SMALLEST_SHARE = 0.1  # of the tried questions, at the lower end of Wilson's 95 % interval
LONGEST_CURVE = 15
EXAMPLES = 3
SECONDS = 180.0


class Basis(StrEnum):
    """Where a template's figure comes from."""

    MEASURED = "measured"  # on three of its own questions or more
    FEW = "few"  # on one or two, and on the brand's other templates
    OTHERS = "others"  # on the brand's other templates: it has no question that could be hidden
    ELSEWHERE = "elsewhere"  # on other brands: this one has no question that could be hidden


@dataclass(frozen=True)
class TemplateFigures:
    """One template: how many of its messages would find it now, and how many more with three more questions.

    ``ways``: its questions without near-repeats; ``tried`` of them were hidden and asked, ``caught`` came home.
    ``taken`` were tried questions of others that came here instead. Shares are of its own messages.
    """

    template_id: str
    title: str
    questions: int
    ways: int
    tried: int
    caught: int
    taken: int
    now: Interval
    gain: Interval
    basis: Basis
    examples: tuple[str, ...]


@dataclass(frozen=True)
class LostQuestions:
    """Questions of ``robbed`` for which ``thief`` came first, out of ``of`` that were tried.

    ``is_sure``: two at least, and surely more than a tenth: no mere chance. ``cost``: share of the messages of
    ``robbed`` that go there.
    """

    robbed: str
    thief: str
    questions: tuple[str, ...]
    of: int
    is_sure: bool
    cost: float


@dataclass(frozen=True)
class CurvePoint:
    """The share that finds the right template if each template knew so many ways of asking; and what was measured."""

    ways: int
    share: Interval
    measured: Interval | None


@dataclass(frozen=True)
class BrandCoverage:
    """All figures of a brand. ``now`` and ``with_more``: every template asked for equally often."""

    templates: tuple[TemplateFigures, ...]
    thefts: tuple[LostQuestions, ...]
    curve: tuple[CurvePoint, ...]
    now: Interval
    with_more: Interval
    questions: int
    ways: int
    more: int
    alike: float
    rounds: int
    rounds_planned: int
    sampled: bool
    encoder: str


def coverage_of(
    templates: Sequence[ReplyTemplate],
    encoder: Encoder,
    *,
    day: date,
    seconds: float = SECONDS,
    progress: Progress | None = None,
) -> BrandCoverage:
    """Measured with the product's own search, see ``trials``; no round is begun after ``seconds``."""
    brand = asked(templates, encoder)
    rounds = tried(brand, encoder, day=day, seconds=seconds, progress=progress)
    curve = fitted(rounds.trials, templates=len(brand))
    near = _distinct(trial for trial in rounds.trials if trial.is_near)
    ways = np.array([len(each.ways) for each in brand], dtype=np.int64)
    lost = Counter(trial.template for trial in near.values() if not trial.is_right)
    figures = _each(brand, curve, near, has_trials=bool(rounds.trials))
    return BrandCoverage(
        templates=figures,
        thefts=tuple(_thefts(brand, figures, near, lost)),
        curve=_points(curve, rounds, longest=min(LONGEST_CURVE, int(ways.max(initial=0)) + MORE)),
        now=interval(curve.of_all(ways), n=len(near)) if len(brand) else _NOTHING,
        with_more=interval(curve.of_all(ways + MORE), n=len(near)) if len(brand) else _NOTHING,
        questions=sum(len(each.template.questions) for each in brand),
        ways=int(ways.sum()),
        more=MORE,
        alike=ALIKE,
        rounds=rounds.done,
        rounds_planned=rounds.planned,
        sampled=rounds.sampled,
        encoder=encoder.model_digest,
    )


_NOTHING = Interval(0.0, 0.0, 0.0, 0)
_Near = dict[tuple[int, int], Trial]


def name_of(template: ReplyTemplate) -> str:
    """What people call it: its title, else the words of its id."""
    return template.title or readable(template.id) or template.id


def is_no_chance(stolen: int, *, of: int) -> bool:
    """Whether so many stolen of the tried questions are more than a tenth for sure: 2 of 5, 3 of 10, 7 of 30.

    Both numbers are our choice: no pair of the sample brands, whose templates a person told apart, reaches them.
    """
    return stolen >= FEWEST_STOLEN and proportion_interval(stolen, of).low >= SMALLEST_SHARE


def _distinct(trials: Iterable[Trial]) -> _Near:
    """Each question once, with the template to which it went most often."""
    tries: dict[tuple[int, int], Counter[Trial]] = defaultdict(Counter)
    for trial in trials:
        tries[trial.template, trial.question][trial] += 1
    return {question: several.most_common(1)[0][0] for question, several in tries.items()}


def _each(brand: Sequence[TemplateWays], curve: Curve, near: _Near, *, has_trials: bool) -> tuple[TemplateFigures, ...]:
    own: dict[int, list[Trial]] = defaultdict(list)
    taken = Counter(trial.found for trial in near.values() if not trial.is_right)
    for trial in near.values():
        own[trial.template].append(trial)
    found = []
    for number, each in enumerate(brand):
        mine, template = own[number], each.template
        now, more = (curve.shares(number, len(each.ways) + added) for added in (0, MORE))
        caught = [trial for trial in mine if trial.is_right]
        found.append(
            TemplateFigures(
                template_id=template.id,
                title=name_of(template),
                questions=len(template.questions),
                ways=len(each.ways),
                tried=len(mine),
                caught=len(caught),
                taken=taken[number],
                now=interval(now, n=len(mine)),
                gain=interval(more - now, n=len(mine)),
                basis=_basis(len(mine), has_trials=has_trials),
                examples=tuple(template.questions[trial.question] for trial in caught[:EXAMPLES]),
            )
        )
    return tuple(found)


def _basis(tried_questions: int, *, has_trials: bool) -> Basis:
    if not has_trials:
        return Basis.ELSEWHERE
    if tried_questions >= FEWEST_MEASURED:
        return Basis.MEASURED
    return Basis.FEW if tried_questions else Basis.OTHERS


def _thefts(
    brand: Sequence[TemplateWays], figures: Sequence[TemplateFigures], near: _Near, lost: Counter[int]
) -> list[LostQuestions]:
    stolen: dict[tuple[int, int], list[str]] = defaultdict(list)
    for trial in near.values():
        if not trial.is_right and trial.found >= 0:
            stolen[trial.template, trial.found].append(brand[trial.template].template.questions[trial.question])
    found = []
    for (robbed, thief), questions in stolen.items():
        of = figures[robbed].tried
        found.append(
            LostQuestions(
                robbed=brand[robbed].template.id,
                thief=brand[thief].template.id,
                questions=tuple(questions),
                of=of,
                is_sure=is_no_chance(len(questions), of=of),
                cost=round((1 - figures[robbed].now.value) * len(questions) / lost[robbed], 4),
            )
        )
    return sorted(found, key=lambda theft: (-theft.is_sure, -theft.cost, theft.robbed, theft.thief))


def _points(curve: Curve, rounds: Rounds, *, longest: int) -> tuple[CurvePoint, ...]:
    templates = curve.own.shape[1]
    if not templates:
        return ()
    right: dict[int, list[bool]] = defaultdict(list)
    for trial in {(trial.template, trial.question, trial.known): trial for trial in rounds.trials}.values():
        right[trial.known].append(trial.is_right)
    return tuple(
        CurvePoint(
            ways=ways,
            share=interval(curve.of_all(np.full(templates, ways)), n=len(right[ways])),
            measured=proportion_interval(sum(right[ways]), len(right[ways])) if right[ways] else None,
        )
        for ways in range(longest + 1)
    )
