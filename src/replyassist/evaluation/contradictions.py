"""Labels that cannot all be right: of one case, or of one message that is labelled more than once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from replyassist.evaluation.dataset import Case, CasePlace
from replyassist.evaluation.evaluators.passages import says
from replyassist.faq.problems import Problem
from replyassist.guardrails.text import normalise

Message = tuple[str, ...]


def contradictions(cases: Iterable[Case], places: Mapping[str, CasePlace]) -> Iterator[Problem]:
    """One problem for each case that contradicts itself, or the first other case of the same message.

    A message is the same in the same brand, channel, visibility and under the same post. Contradictory are: no right
    template and one, right templates of which none is the same, two routes, and a passage that must be said and
    must not.
    """
    earlier: dict[Message, dict[str, Case]] = defaultdict(dict)
    for case in cases:
        place, known = places[case.id], earlier[_message(case)]
        against = (_between(other, case, places[other.id]) for other in known.values())
        found = _within(case) or next(filter(None, against), None)
        if found:
            yield Problem(found[1], place.file, place.line, place.prefix + found[0])
        known.setdefault(case.expected.model_dump_json(exclude={"reply"}), case)


def repetitions(cases: Iterable[Case], places: Mapping[str, CasePlace]) -> Iterator[str]:
    """A line that says how many messages are there more than once, and one for each that then accepts other templates.

    Neither is a contradiction: people do ask the same, and one of two labels may be the fuller one.
    """
    first: dict[Message, Case] = {}
    again: list[tuple[Case, Case]] = [
        (first[key], case) for case in cases for key in [_message(case)] if first.setdefault(key, case) is not case
    ]
    if again:
        example = f"{places[again[0][1].id]} as line {places[again[0][0].id].line}"
        yield f"{len(again)} messages are there again and count again, such as {example}"
    for one, other in again:
        if one.right_templates != other.right_templates:
            yield f"{places[other.id]} accepts other templates than line {places[one.id].line} for the same message"


def _message(case: Case) -> Message:
    texts = (
        " ".join(normalise(text).text.split()) for text in (case.text, case.parent_text or "", case.answered_text or "")
    )
    return (case.brand, case.channel, case.visibility, *texts)


def _within(case: Case) -> tuple[str, str] | None:
    clash = _clash(case.expected.must_include, case.expected.must_not_include)
    return ("must_include", f"who says '{clash[0]}' says '{clash[1]}', which must not be said") if clash else None


def _between(one: Case, other: Case, place: CasePlace) -> tuple[str, str] | None:
    """The field and the reason, if the label of the later case contradicts that of the earlier one."""
    there, here = one.expected, other.expected
    if one.right_templates != other.right_templates and not one.right_templates & other.right_templates:
        return "template_id", _says(_ids(other), place, _ids(one))
    if there.route and here.route and there.route is not here.route:
        return "route", _says(here.route.value, place, there.route.value)
    if clash := _clash(here.must_include, there.must_not_include):
        return "must_include", _says(f"'{clash[0]}'", place, f"never '{clash[1]}'")
    if clash := _clash(there.must_include, here.must_not_include):
        return "must_not_include", _says(f"never '{clash[1]}'", place, f"'{clash[0]}'")
    return None


def _clash(wanted: Sequence[str], forbidden: Sequence[str]) -> tuple[str, str] | None:
    return next(((yes, no) for yes in wanted for no in forbidden if says(yes, no)), None)


def _says(here: str, place: CasePlace, there: str) -> str:
    return f"{here}, and for the same message in line {place.line} of {place.file} {there}: they contradict each other"


def _ids(case: Case) -> str:
    return " or ".join(f"'{name}'" for name in sorted(case.right_templates)) or "none"
