"""One checkable thing in a text, written so that a mention in a draft can be looked up in its sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MASK = "\x1f"


class MentionKind(StrEnum):
    """What sort of thing is mentioned."""

    LINK = "link"  # a URL or a bare domain
    EMAIL = "email"  # an e-mail address
    HANDLE = "handle"  # an @name
    PHONE = "phone"  # a telephone number
    CODE = "code"  # letters and digits together: an order number, a model, a version
    NUMBER = "number"  # a plain number, a count or a measure
    TIME_SPAN = "time_span"  # a number of hours, days, weeks ...
    PRICE = "price"  # an amount of money
    PERCENTAGE = "percentage"  # a percentage
    DATE = "date"  # a day of a month, or a month
    WEEKDAY = "weekday"  # a day of the week
    TIME = "time"  # a time of day
    RELATIVE_TIME = "relative_time"  # tomorrow, next week
    ROUND_THE_CLOCK = "round_the_clock"  # 24/7


@dataclass(frozen=True, slots=True)
class Mention:
    """A checkable thing at ``start:end`` of the folded text.

    A source supports it when it offers one of the keys in ``needs``; a key in ``near`` (with the rule that names
    the difference) means that the source says something close to it. A mention without needs is never objected to.
    """

    kind: MentionKind
    start: int
    end: int
    needs: frozenset[str] = frozenset()
    offers: frozenset[str] = frozenset()
    near: tuple[tuple[str, str], ...] = ()
    same_number: str = ""
    in_the_past: bool = False


def simple(kind: MentionKind, span: tuple[int, int], *keys: str, past: bool = False) -> Mention:
    """A mention that needs exactly what it offers."""
    return Mention(kind, span[0], span[1], needs=frozenset(keys), offers=frozenset(keys), in_the_past=past)


def masked(text: str, mentions: Sequence[Mention]) -> str:
    """The text with the mentions blanked out, same length, so that no later pattern reads them again."""
    return mask_spans(text, ((mention.start, mention.end) for mention in mentions))


def mask_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these stretches blanked out, same length."""
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if end > position:
            first = max(start, position)
            pieces.append(text[position:first])
            pieces.append(MASK * (end - first))
            position = end
    pieces.append(text[position:])
    return "".join(pieces)
