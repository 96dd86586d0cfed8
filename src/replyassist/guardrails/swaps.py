"""A number of the template must stay with what it belongs to: not "€8 in Ireland" when that is the price abroad."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.mention import Mention
from replyassist.guardrails.segments import Segment, segments
from replyassist.guardrails.text import normalise

MOST_FACTS = 60
"""A template with more facts is a list, in which words tell the facts apart no longer; it would also take long."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A fact with the stretch of text that it stands in."""

    fact: Mention
    segment: Segment


@dataclass(frozen=True, slots=True)
class _Misplaced:
    """A fact of the draft that stands among the words of another fact of the template."""

    fact: Mention
    own: frozenset[str]
    other: frozenset[str]
    is_telling: bool


def swapped_facts(text: str, context: CheckContext) -> Iterable[Finding]:
    """Object to facts of the template that stand beside the words of another one.

    Two facts that changed places block. One alone is a warning, and only where a weekday, a name or a word such as
    "abroad" tells the cases apart, as other words are used for many things.
    """
    if context.template is None:
        return
    given = [_Placed(fact, segment) for segment in segments(context.template_text) for fact in segment.facts]
    if not 2 <= len(given) <= MOST_FACTS:
        return
    plain = normalise(text)
    misplaced = [found for segment in segments(text) for found in _misplaced(segment, given)]
    worst: dict[tuple[int, int], Severity] = {}
    for found in misplaced:
        mutual = any(not found.own.isdisjoint(one.other) and not found.other.isdisjoint(one.own) for one in misplaced)
        span = plain.span(found.fact.start, found.fact.end)
        if mutual:
            worst[span] = Severity.BLOCK
        elif found.is_telling:
            worst.setdefault(span, Severity.WARN)
    for span, severity in sorted(worst.items()):
        yield report(
            text,
            span,
            rule="grounding.fact_swapped",
            severity=severity,
            explanation=f'"{text[slice(*span)]}" stands in the template, but there it belongs to something else. '
            "Please check which figure goes with what.",
        )


def _misplaced(segment: Segment, given: list[_Placed]) -> Iterator[_Misplaced]:
    for fact in segment.facts:
        own = [one for one in given if not fact.needs.isdisjoint(one.fact.offers)]
        if not own:
            continue
        own_words = frozenset[str]().union(*(one.segment.words for one in own))
        own_telling = frozenset[str]().union(*(one.segment.telling for one in own))
        for rival in _rivals(fact, own, given):
            shared = segment.words & (rival.segment.words - own_words)
            telling = bool(shared & rival.segment.telling)
            belongs = segment.words & ((own_telling if telling else own_words) - rival.segment.words)
            if shared and not belongs and not _is_also_given(segment, rival, fact):
                offers = frozenset[str]().union(*(one.fact.offers for one in own))
                yield _Misplaced(fact, offers, rival.fact.offers, telling)


def _rivals(fact: Mention, own: list[_Placed], given: list[_Placed]) -> list[_Placed]:
    """The facts of the template that this one could be taken for: of the same kind and unit, in other stretches."""
    return [
        one
        for one in given
        if any(one.fact.kind is mine.fact.kind and _unit(one.fact) == _unit(mine.fact) for mine in own)
        and fact.needs.isdisjoint(one.fact.offers)
        and all(one.segment is not mine.segment for mine in own)
    ]


def _is_also_given(segment: Segment, rival: _Placed, fact: Mention) -> bool:
    """Whether the rival's own value stands in the same stretch, so that its words are there for it."""
    return any(one is not fact and not one.needs.isdisjoint(rival.fact.offers) for one in segment.facts)


def _unit(fact: Mention) -> str:
    units = sorted(key.rpartition(":")[2] for key in fact.offers if key.startswith(("=", "low=")))
    return units[0] if units else ""
