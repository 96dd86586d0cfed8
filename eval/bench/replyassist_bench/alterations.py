"""Alter one fact of a reply, so that a check of facts can be measured on replies that are known to be wrong.

``alter`` reads nothing but the text and the seed: it knows neither the fact behind the reply nor the checks, and it
was written before they were measured. Only sentences that state something are altered: questions ("Anything else?")
and what the writer says of themselves ("I can book it") are left alone. What each kind does:

- ``number``: a count, measure or age gets another value (2 pets -> 3 pets, 70x120cm -> 75x120cm);
- ``time``: a time of day is moved (10:30 -> 12:30, noon -> 2 pm) or a span of time gets another length (24 hours ->
  36 hours);
- ``price``: an amount or percentage gets another value, or an amount another currency (10 GBP -> 10 USD);
- ``negation``: see ``negations``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from replyassist_bench.negations import negated

KINDS = ("number", "time", "price", "negation")

_SMALL_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORD = "|".join(_SMALL_NUMBERS)
_VALUE = rf"(?:\d+(?:[.,]\d+)?|{_WORD})"
_CURRENCY = r"(?:gbp|eur|euros?|usd|dollars?|pounds?|pence|cents)"
_UNIT_OF_TIME = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|h|(?:working |business )?days?|nights?|weeks?|months?|years?)"
)
_MERIDIEM = r"\s?[ap]\.?m\b\.?"
_CLOCK = re.compile(
    rf"(?<![\w.:])(?P<hour>\d{{1,2}})(?:(?P<minute>[:.]\d{{2}})(?:{_MERIDIEM})?|{_MERIDIEM})(?!\w|%)"
    rf"|(?<=\bat )(?P<bare>\d{{1,2}})(?! ?(?:%|{_CURRENCY}|{_UNIT_OF_TIME})\b|[\w.:,]\d|\w|%)",
    re.IGNORECASE,
)
_CLOCK_WORD = re.compile(r"\b(?P<word>noon|midday|midnight)\b", re.IGNORECASE)
_SPAN = re.compile(
    rf"(?<![\w.:,])(?P<value>{_VALUE})(?=[\s-]?{_UNIT_OF_TIME}\b(?![\s-]?(?:old|of age)))", re.IGNORECASE
)
_MONEY = re.compile(
    rf"(?<=[€£$])(?P<sign>\d+(?:[.,]\d+)?)|(?<![\w.:,])(?P<value>{_VALUE})(?=\s?{_CURRENCY}\b)"
    rf"|(?<![\w.:,])(?P<percent>{_VALUE})(?=\s?(?:%|percent\b|per cent\b))",
    re.IGNORECASE,
)
_CURRENCY_NAME = re.compile(rf"(?<=\d) ?(?P<currency>{_CURRENCY})\b|(?P<mark>[€£$])(?=\d)", re.IGNORECASE)
_NUMBER = re.compile(rf"(?<![\w.:,/@#-])(?<!\d )(?P<value>{_VALUE})(?![:.,/]\d|\d)", re.IGNORECASE)
_OTHER_CURRENCY = {
    "gbp": "USD", "eur": "GBP", "euro": "pound", "euros": "pounds", "usd": "EUR", "dollar": "euro", "dollars": "euros",
    "pound": "euro", "pounds": "euros", "pence": "euros", "cents": "euros", "€": "£", "£": "$", "$": "€",
}  # fmt: skip
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]+)*[.!?]*\s*")
_OF_THE_WRITER = re.compile(r"\s*(?:i|i'm|i'll|i've|let me|please let|should you|have a|enjoy)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Change:
    """``text[start:end]`` becomes ``replacement``."""

    start: int
    end: int
    replacement: str


def alter(text: str, *, kind: str, seed: int) -> str | None:
    """The text with one fact of this kind altered, or None when it states nothing of the kind.

    The same text, kind and seed give the same result; among several facts the seed draws which one is altered, and
    to what. Raises ValueError for a kind that is not in ``KINDS``.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of alteration: {kind}")
    draw = random.Random(f"{seed}:{kind}:{text}")
    sentences = list(_stated(text))
    if kind == "negation":
        versions = [
            text[:start] + version + text[end:] for start, end in sentences for version in negated(text[start:end])
        ]
        return draw.choice(versions) if versions else None
    changes = [change for start, end in sentences for change in _CHANGES[kind](text, start, end, draw)]
    if not changes:
        return None
    change = draw.choice(changes)
    return text[: change.start] + change.replacement + text[change.end :]


def _stated(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences stand that state something about the subject."""
    for match in _SENTENCE.finditer(text):
        if not match[0].rstrip().endswith("?") and not _OF_THE_WRITER.match(match[0]):
            yield match.span()


def _numbers(text: str, start: int, end: int, draw: random.Random) -> Iterator[_Change]:
    taken = [match.span() for pattern in (_CLOCK, _SPAN, _MONEY) for match in pattern.finditer(text, start, end)]
    for match in _NUMBER.finditer(text, start, end):
        if not any(first < match.end() and match.start() < last for first, last in taken):
            yield _Change(*match.span("value"), _other_value(match["value"], draw))


def _times(text: str, start: int, end: int, draw: random.Random) -> Iterator[_Change]:
    for match in _CLOCK.finditer(text, start, end):
        group = "hour" if match["hour"] else "bare"
        yield _Change(*match.span(group), _other_hour(match[group], match[0], draw))
    for match in _CLOCK_WORD.finditer(text, start, end):
        yield _Change(*match.span(), draw.choice(("2 pm", "3 pm") if match[0].lower() != "midnight" else ("10 pm",)))
    for match in _SPAN.finditer(text, start, end):
        yield _Change(*match.span("value"), _other_value(match["value"], draw))


def _prices(text: str, start: int, end: int, draw: random.Random) -> Iterator[_Change]:
    for match in _MONEY.finditer(text, start, end):
        group = next(name for name in ("sign", "value", "percent") if match[name])
        yield _Change(*match.span(group), _other_value(match[group], draw))
    for match in _CURRENCY_NAME.finditer(text, start, end):
        group = "currency" if match["currency"] else "mark"
        yield _Change(*match.span(group), _OTHER_CURRENCY[match[group].lower()])


_CHANGES: dict[str, Callable[[str, int, int, random.Random], Iterator[_Change]]] = {
    "number": _numbers,
    "time": _times,
    "price": _prices,
}


def _other_value(written: str, draw: random.Random) -> str:
    """Another number, written in the same way; it stays plural, and of about the same size."""
    if written.lower() in _SMALL_NUMBERS:
        word = draw.choice([word for word in _SMALL_NUMBERS if word != written.lower()])
        return word.capitalize() if written[0].isupper() else word
    whole, separator, fraction = re.findall(r"^(\d+)([.,]?)(\d*)$", written)[0]
    number = int(whole)
    step = max(1, 5 if 20 <= number < 100 and number % 5 == 0 else 10 ** max(0, len(whole) - 2))
    others = {number + step, number + 2 * step, number * 2, number - step, number + number // 2} - {number, 0, 1}
    other = str(draw.choice(sorted(value for value in others if value > 0)))
    return f"{other.zfill(len(whole)) if whole[0] == '0' else other}{separator}{fraction}"


def _other_hour(written: str, time: str, draw: random.Random) -> str:
    """Another hour on the same clock: 1 to 12 beside am or pm and for a bare hour, else 0 to 23."""
    hour = int(written)
    by_day = ":" in time and not re.search(r"m\b", time, re.IGNORECASE)
    moved = hour + draw.choice((-3, -2, -1, 1, 2, 3))
    other = moved % 24 if by_day else (moved - 1) % 12 + 1
    return f"{other:02d}" if len(written) == 2 and (written[0] == "0" or by_day) else str(other)
