"""What no mending may touch: links, addresses, numbers and the template's facts."""

from __future__ import annotations

import re
from functools import lru_cache

from replyassist.guardrails.addresses import addresses
from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.text import normalise

Span = tuple[int, int]

_NUMBER = re.compile(r"[$€£#]?\w*\d\w*(?:[.,:/ -]?\d\w*)*(?:\s?[%€$£])?")


@lru_cache(maxsize=512)
def address_spans(text: str) -> tuple[Span, ...]:
    """Offsets in the text of links, e-mail addresses, handles and phone numbers."""
    plain = normalise(text)
    return tuple(plain.span(one.start, one.end) for one in addresses(text))


def protected_spans(text: str, context: CheckContext) -> tuple[Span, ...]:
    """Offsets in the text of everything that must stay as it is, letter by letter."""
    numbers = tuple(match.span() for match in _NUMBER.finditer(text))
    return address_spans(text) + numbers + tuple(_facts(text, context))


def _facts(text: str, context: CheckContext) -> list[Span]:
    if context.template is None:
        return []
    values = {str(value) for value in context.template.facts.values()} - {""}
    return [match.span() for value in values for match in re.finditer(re.escape(value), text)]


def touches(start: int, end: int, spans: tuple[Span, ...]) -> bool:
    """Whether a change of ``[start:end]`` would alter one of the spans; one right beside it alters nothing."""
    return any(start < last and end > first for first, last in spans)
