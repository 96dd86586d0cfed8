"""A number that is the least of something in the template may not be the most of it in the draft, or the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from replyassist.guardrails.clauses import clause_spans
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.mention import Mention, MentionKind, masked
from replyassist.guardrails.text import normalise
from replyassist.guardrails.words import content_words

_LEAST = (
    r"(?:over|above|more than|greater than|at least|from|minimum(?: of| order of)?|min\.?|older than|longer than|after"
    r"|starting(?: at)?|not? less than|exceed(?:s|ing)?|beyond|bigger than|larger than|heavier than|past|upwards of)"
)
_MOST = (
    r"(?:under|below|less than|fewer than|smaller than|lighter than|younger than|shorter than|up to|at most"
    r"|maximum(?: of)?|max\.?|within|until|till|before|by|not? (?:more|later|larger|bigger|heavier|longer|older) than"
    r"|cheaper than|inside)"
)
_BETWEEN = r"(?: (?:the|an?|about|age|the age of|order(?: of)?))?"
_BEFORE = re.compile(rf"(?<!\w)(?:(?P<most>{_MOST})|(?P<least>{_LEAST})){_BETWEEN} $")
_AFTER = re.compile(
    r"(?: \w+)?(?:\+| (?:and|or) (?:(?P<least>more|above|over|up|older|later|longer|upwards|heavier)"
    r"|(?P<most>less|under|below|younger|earlier|fewer|lighter)))(?!\w)"
)
_COUNTED_BACK = re.compile(
    r" (?:in advance|before|prior|ahead|notice|beforehand|earlier|cancellation|grace|advance)(?!\w)"
)
_FIGURES = frozenset(
    {MentionKind.PRICE, MentionKind.PERCENTAGE, MentionKind.TIME_SPAN, MentionKind.TIME, MentionKind.NUMBER}
)


class Limit(StrEnum):
    """Which side of a number something holds for."""

    LEAST = "least"  # over 50, from 9:00, at least two
    MOST = "most"  # under 5, until 18:00, up to three


def limit_of(text: str, mention: Mention) -> Limit | None:
    """The limit that the words around a mention of a folded text make of it.

    None as well for what is counted back from an event: "up to 2 days before" means at least 2 days.
    """
    if _COUNTED_BACK.match(text, mention.end):
        return None
    before = _BEFORE.search(text, max(0, mention.start - 32), mention.start)
    for match in (before, _AFTER.match(text, mention.end)):
        if match:
            return Limit.MOST if match["most"] else Limit.LEAST
    return None


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number, price, time or the like with its limit and the content words of its clause."""

    mention: Mention
    limit: Limit | None
    words: frozenset[str]

    def is_number_of(self, other: _Figure) -> bool:
        """Whether it gives the other one's number."""
        return not other.mention.needs.isdisjoint(self.mention.offers)

    def is_of_the_matter_of(self, other: _Figure) -> bool:
        """Whether both clauses may speak of the same: half of this one's words stand in the other."""
        return 2 * len(self.words & other.words) >= len(self.words)


def turned_limits(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block "under €50" where the template gives that number only as "over €50", or the other way round.

    Who says both of a number ("free over €50, €4 under €50") turns neither.
    """
    given, own = _figures(context.template_text), _figures(text)
    plain = normalise(text)
    for figure in own:
        same = [one for one in given if one.is_number_of(figure)]
        limits = {one.limit for one in same}
        if figure.limit is None or not limits.isdisjoint({None, figure.limit}):
            continue
        if any(one.limit in limits and one.is_number_of(figure) for one in own):
            continue
        if any(figure.is_of_the_matter_of(one) for one in same):
            span = plain.span(figure.mention.start, figure.mention.end)
            side = "the least" if figure.limit is Limit.MOST else "the most"
            yield report(
                text,
                span,
                rule="grounding.condition_changed",
                severity=Severity.BLOCK,
                explanation=f'"{text[slice(*span)]}" is {side} in the template, and the other way round here. '
                "Please use the template's wording.",
            )


def _figures(text: str) -> tuple[_Figure, ...]:
    plain = normalise(text).text
    found = [mention for mention in mentions(text) if mention.kind in _FIGURES and mention.needs]
    blank = masked(plain, found)
    return tuple(
        _Figure(mention, limit_of(plain, mention), frozenset(content_words(blank[start:end])))
        for start, end in clause_spans(plain)
        for mention in found
        if start <= mention.start < end
    )
