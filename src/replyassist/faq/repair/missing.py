"""Finds signs that stand in the place of a number or a value: ``€X``, ``[ ] days``, ``?? euros``, ``NaN euros``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .words import any_of, words

_MONEY = "[€$£¥]"
_LETTER = r"(?:[xX]{1,4}|[nN])(?:[.,][xX]{1,2})?"
_RANGE = rf"{_LETTER}(?:\s?[–/-]\s?(?:[xXyYnN]))?"
_BRACKETED = r"\[(?:\s|\.|…|_|-|#|[xXnN?]){0,6}\]|\{\s{0,3}\}|\((?:[xXnN]|\?\?+|\.\.+|\s)\)"
_SIGNS = r"\?\?+|\.\.\.+|…|-{3,}"
_PROGRAMS = r"null|NULL|NaN|N/A|n/a|undefined|None"
_BLANK = rf"(?:{_BRACKETED}|{_SIGNS}|{_PROGRAMS})"
_AFTER_MONEY = re.compile(
    rf"(?<![\w€$£¥]){_MONEY}\s?(?:{_BLANK}|{_RANGE})(?![\w$€£¥])|(?<!\S)(?:{_PROGRAMS}|\?\?+)\s?{_MONEY}(?!\w)"
    rf"|(?<![\w-])[xXnN]{{1,2}}\s?[€£%](?!\w)"
)
_ANYWHERE = re.compile(
    r"\?\?+[:.]\?\?+|\[object \w+\]|\A\s*(?:null|NaN|N/A|undefined|None)\s*\Z"
    r"|(?<=[^\n])(?<!\n[ -])\[(?:\s{0,3}|\.\.|_+|\?+|[xX]{2,4})\](?!\()"
)


def missing_values_in(text: str) -> Iterator[tuple[int, int]]:
    """Places of such signs beside money or a unit; a checkbox, a size, a name with an X and a pause are none."""
    for pattern in (_AFTER_MONEY, _ANYWHERE):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _before_units().finditer(text):
        yield match.span("blank" if match["blank"] else 0)
    for match in _letter_before_units().finditer(text):
        if not _is_part_of_name(text[: match.start()]):
            yield match.span("blank")


def _is_part_of_name(before: str) -> bool:
    """Whether the word before an X goes with it: ``Model X``, ``3 x``."""
    last = re.search(r"(?P<start>(?:^|[.!?:]\s|\n)\s*)?(?P<word>[^\W_]+[%°]?)\s*$", before[-40:])
    if last is None:
        return False
    word = last["word"]
    is_first = last["start"] is not None and (len(before) <= 40 or last.start() > 0)
    return word[0].isdigit() or word.lower() in words().sizes or (word[0].isupper() and not is_first)


@cache
def _unit() -> str:
    known = words()
    return rf"(?:{any_of(known.units - known.remark_words - known.filler)})(?!\w)"


@cache
def _before_units() -> re.Pattern[str]:
    """Units in small letters only where a program's word stands: "null Euro" is German for nothing at all."""
    return re.compile(
        rf"(?<![^\s(~€$£])(?P<blank>{_BRACKETED}|{_SIGNS})\s?(?i:{_unit()})|(?<!\S)(?:{_PROGRAMS})\s{_unit()}"
    )


@cache
def _letter_before_units() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,/:-])(?P<blank>{_RANGE})[\s-](?i:{_unit()})")
