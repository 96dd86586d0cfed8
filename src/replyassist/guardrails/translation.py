"""A translation has every figure, address and name of what it translates, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from replyassist.guardrails.context import report, report_whole
from replyassist.guardrails.coverage import facts_of
from replyassist.guardrails.extraction import known, mentions
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.mention import Mention, masked
from replyassist.guardrails.names import CLOSE_SPELLING
from replyassist.guardrails.places import PLACE
from replyassist.guardrails.text import normalise, sentence_spans

RULE = "grounding.translation_changed"
_NAME = re.compile(r"[^\W\d_][^\W_]*(?:['&-][^\W_]+)*")
_NEVER_A_NAME = frozenset({"i", "i'm", "i'll", "i've", "i'd"})


def changed_in_translation(text: str, *, source: str, also: Sequence[str] = ()) -> Iterator[Finding]:
    """Block a translation that lacks a figure, address or name of ``source``, or has one that it has not.

    ``also``: other texts whose figures it may have, such as the voice's own. A name is a capitalised word inside a
    sentence; it may be spelt a little differently ("Europa"), and a country may have another name altogether.
    """
    missing = [*_missing_facts(text, source), *_missing_names(text, source)]
    if missing:
        named = ", ".join(f'"{each}"' for each in dict.fromkeys(missing))
        yield report_whole(text, RULE, Severity.BLOCK, f"The translation lacks what its source has: {named}.")
    yield from _added_facts(text, (source, *also))


def _missing_facts(text: str, source: str) -> Iterable[str]:
    offered, plain = known((text,)).offers, normalise(source)
    for fact in _stated(source):
        if fact.needs.isdisjoint(offered):
            yield source[slice(*plain.span(fact.start, fact.end))]


def _added_facts(text: str, sources: tuple[str, ...]) -> Iterable[Finding]:
    offered, plain = known(sources).offers, normalise(text)
    for fact in _stated(text):
        if fact.needs.isdisjoint(offered):
            span = plain.span(fact.start, fact.end)
            explanation = f'"{text[slice(*span)]}" does not stand in what was translated.'
            yield report(text, span, rule=RULE, severity=Severity.BLOCK, explanation=explanation)


def _stated(text: str) -> list[Mention]:
    """The facts that stand there, without the days that a range of weekdays only spans: "Monday to Friday"."""
    found = facts_of(text)
    return [fact for fact in found if not any(_is_within(other, fact) for other in found)]


def _is_within(inner: Mention, outer: Mention) -> bool:
    return (
        outer.start <= inner.start and inner.end <= outer.end and (inner.start, inner.end) != (outer.start, outer.end)
    )


def _missing_names(text: str, source: str) -> Iterable[str]:
    said = {word.casefold() for word in _NAME.findall(text)}
    for name in _names(source):
        if not get_close_matches(name.casefold(), said, n=1, cutoff=CLOSE_SPELLING):
            yield name


def _names(source: str) -> Iterable[str]:
    """The capitalised words inside the sentences, without dates, addresses and countries."""
    plain = normalise(source)
    blank = masked(plain.text, mentions(source))
    places = [match.span() for match in PLACE.finditer(blank)]
    starts = {_first_letter(source, start, end) for start, end in sentence_spans(source)}
    for match in _NAME.finditer(blank):
        start, end = plain.span(*match.span())
        is_place = any(first <= match.start() < last for first, last in places)
        if source[start].isupper() and start not in starts and not is_place and match[0] not in _NEVER_A_NAME:
            yield source[start:end]


def _first_letter(text: str, start: int, end: int) -> int:
    return next((place for place in range(start, end) if text[place].isalpha()), start)
