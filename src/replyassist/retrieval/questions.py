"""A message may ask several things: each is looked up by itself, beside the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from replyassist.triage.asking import Question

from .index import TemplateMatch
from .parts import parts_of

SURE_OF_A_PART = 0.8
"""On eval/cases/dev.jsonl and eval/brands/dev together 10 of 15 second questions are found from here on, and five that
are none; at .7 it is 13 and 14."""


SHORT = 4  # words of a question that may mean nothing without what stands before it: "who decides?", "is that normal"


@dataclass(frozen=True)
class MatchedQuestion:
    """One question of a message in its own words, and the template that surely answers it; None: none does.

    ``is_sure``: that it is a question of its own, and not a part of the one beside it.
    """

    text: str
    match: TemplateMatch | None
    is_sure: bool = True

    def is_open(self, used: Sequence[str]) -> bool:
        """Whether a reply that stands on these templates surely leaves it unanswered."""
        return self.is_sure if self.match is None else self.match.template_id not in used


@dataclass(frozen=True)
class MessagePart:
    """A part of a message that is looked up by itself: a question, or something told, which may ask for help too.

    ``before``: what stands before a short question, which is looked up together with it as well.
    """

    text: str
    is_question: bool
    is_sure: bool = True
    before: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What is looked up: the part, and the part with what stands before it."""
        return (self.text, f"{self.before} {self.text}") if self.before else (self.text,)


def units_of(text: str, questions: Sequence[Question]) -> list[MessagePart]:
    """The questions of a message and the parts that hold none of them, in their order; empty where there is one."""
    told = [part for part in parts_of(text) if not any(each.text in part or part in each.text for each in questions)]
    units = [
        *(MessagePart(each.text, True, each.is_sure) for each in questions),
        *(MessagePart(each, False) for each in told),
    ]
    if len(units) < 2:
        return []
    units.sort(key=lambda unit: text.find(unit.text))
    return [units[0], *(_with_what_is_before(unit, before) for before, unit in pairwise(units))]


def asked_in(
    units: Sequence[MessagePart],
    found: Sequence[Sequence[Sequence[TemplateMatch]]],
    *,
    threshold: float,
    whole: Sequence[TemplateMatch],
) -> tuple[MatchedQuestion, ...]:
    """What a message asks, each with its template, where that is several things; else empty.

    ``found``: what was found for each text of each unit, likeliest first; ``whole``: for the whole message. A template
    has to be as sure as ``SURE_OF_A_PART``, for a part alone lacks what stands around it; for the template of the whole
    message the ``threshold`` of all messages is enough. It also answers a short question which, together with what
    stands before it, surely leads to it. What is told counts where a template answers it that no question has, and
    where another part leads to the template of the whole: else it explains the question. One question beside what is
    told is several things only where they lead to several templates.
    """
    main = whole[0].template_id if whole else None
    answers = [_answer(matches, main, threshold) for matches in found]
    taken = {match.template_id for unit, match in zip(units, answers, strict=True) if unit.is_question and match}
    is_split = any(alone and alone[0].template_id == main for alone, *_ in found)
    asked = []
    for unit, match in zip(units, answers, strict=True):
        if not unit.is_question:
            if match is None or match.template_id in taken or match.probability < SURE_OF_A_PART or not is_split:
                continue
            taken.add(match.template_id)
        asked.append(MatchedQuestion(unit.text, match, unit.is_sure))
    different = {each.match.template_id for each in asked if each.match}
    is_several = sum(unit.is_question for unit in units) > 1 or len(different) > 1
    return tuple(asked) if is_several else ()


def as_asked(
    whole: Sequence[TemplateMatch], asked: Sequence[MatchedQuestion], *, threshold: float
) -> tuple[TemplateMatch, ...]:
    """What was found for the whole, its first template as sure as the question that asks for it.

    Several questions have a share each of the whole: where none of its templates reaches the threshold, the template
    of the question that is surest comes first. Templates of other questions come last, where they are not there yet.
    """
    own = {match.template_id: match for match in sorted(_matches(asked), key=lambda match: match.probability)}
    if not own:
        return tuple(whole)
    raised = [_surer(match, own.pop(match.template_id, match)) if at == 0 else match for at, match in enumerate(whole)]
    others = sorted(own.values(), key=lambda match: -match.probability)
    if not raised or raised[0].probability < threshold:
        lead = others[:1]
        raised = [*lead, *(match for match in raised if match.template_id not in {each.template_id for each in lead})]
    known = {match.template_id for match in raised}
    return (*raised, *(match for match in others if match.template_id not in known))


def _with_what_is_before(unit: MessagePart, before: MessagePart) -> MessagePart:
    is_short = unit.is_question and len(unit.text.split()) <= SHORT
    return replace(unit, before=before.text) if is_short else unit


def _answer(found: Sequence[Sequence[TemplateMatch]], main: str | None, threshold: float) -> TemplateMatch | None:
    alone, *together = ([*matches[:1]] for matches in found)
    by_itself = [match for match in alone if _answers(match, main, threshold)]
    of_the_whole = [
        match
        for matches in together
        for match in matches
        if match.template_id == main and match.probability >= SURE_OF_A_PART
    ]
    return next(iter([*by_itself, *of_the_whole]), None)


def _answers(match: TemplateMatch, main: str | None, threshold: float) -> bool:
    return match.probability >= (min(threshold, SURE_OF_A_PART) if match.template_id == main else SURE_OF_A_PART)


def _matches(asked: Sequence[MatchedQuestion]) -> list[TemplateMatch]:
    return [each.match for each in asked if each.match is not None]


def _surer(first: TemplateMatch, second: TemplateMatch) -> TemplateMatch:
    return max(first, second, key=lambda match: match.probability)
