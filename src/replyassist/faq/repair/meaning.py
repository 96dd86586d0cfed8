"""What a placeholder stands for, told by the words in it."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from .words import words

_WORD = re.compile(r"[^\W\d_]+")
_FILTER = re.compile(r"\s*(?:\||\bdefault\b|\bfallback\b|:).*", re.DOTALL)
_CASE_CHANGE = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")


class Meaning(StrEnum):
    """Who or what belongs into a placeholder."""

    CUSTOMER = "customer"  # the name of the person who asks
    AGENT = "agent"  # the name of the person who answers
    ORDER = "order"  # the number of an order or a ticket
    OTHER = "other"  # something else; nobody here can know its value


def parts_of(content: str) -> list[str]:
    """The words of a placeholder's name in lower case: ``Contact.FirstName`` is contact, first, name."""
    named = _FILTER.sub("", content.strip(), count=1) if re.match(r"\s*[\w.]+\s*(?:\||:)", content) else content
    return [word.lower() for word in _WORD.findall(_CASE_CHANGE.sub(" ", named))]


def meaning_of(content: str) -> Meaning:
    """What the placeholder with this name stands for."""
    known = words()
    found = [piece for part in parts_of(content) for piece in _pieces(part)]
    telling = [part for part in found if part not in known.filler or part in known.order]
    who = known.name | known.person
    if not telling:
        return Meaning.OTHER
    if all(part in known.agent | who for part in telling) and any(part in known.agent - who for part in telling):
        return Meaning.AGENT
    if all(part in who for part in telling):
        return Meaning.CUSTOMER
    is_order = any(part in known.order for part in telling)
    is_case = any(part in known.case for part in telling) and any(part in known.number for part in telling)
    allowed = known.order | known.case | known.number | who
    return Meaning.ORDER if (is_order or is_case) and all(part in allowed for part in telling) else Meaning.OTHER


def is_named(content: str) -> bool:
    """Whether every word is one that placeholders are called by, and at least one says what belongs there."""
    known = words()
    found = [piece for part in parts_of(content) for piece in _pieces(part)]
    return (
        bool(found)
        and all(part in known.nouns | known.filler for part in found)
        and any(part in known.nouns for part in found)
    )


def is_identifier(content: str) -> bool:
    """Whether it is written as a program names things: joined by signs or by capitals inside."""
    return bool(
        re.fullmatch(r"[^\W\d]\w*(?:[._][^\W_]\w*)+|[^\W\d]*[a-z][A-Z]\w*|[^\W\d_]+(?:_[^\W_]+)+", content.strip())
    )


@cache
def _pieces(part: str) -> tuple[str, ...]:
    """The word itself, or the two that it is written together from: ``ordernumber``."""
    known = words().nouns | words().filler
    if part in known:
        return (part,)
    for cut in range(3, len(part) - 1):
        if part[:cut] in known and part[cut:] in words().name | words().number:
            return (part[:cut], part[cut:])
    return (part,)
