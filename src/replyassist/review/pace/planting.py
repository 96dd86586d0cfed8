"""Plants an error into a draft: another number than the template gives. A pure function."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"(?<![\w.,:/@#+-])\d{1,3}(?![\w.,:/@#%-]*[\w@/])")
_ROUND = 10


@dataclass(frozen=True)
class PlantedError:
    """A text with an error: the words around the number as they were, and as they are."""

    text: str
    right: str
    wrong: str


def plant(draft: str) -> PlantedError | None:
    """The draft with its last plain number changed; None for a draft without one."""
    found = list(_NUMBER.finditer(draft))
    if not found:
        return None
    number = found[-1]
    start, end = _sentence(draft, number.start(), number.end())
    wrong = draft[start : number.start()] + _other(int(number[0])) + draft[number.end() : end]
    return PlantedError(draft[:start] + wrong + draft[end:], right=_short(draft[start:end]), wrong=_short(wrong))


def _other(number: int) -> str:
    """Far enough to mislead, near enough to be overlooked: double a small number, ten more than a larger one."""
    return str(number * 2 if 0 < number < _ROUND else number + _ROUND)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    before = max(text.rfind(mark, 0, start) for mark in (". ", "! ", "? ", "\n"))
    after = [place for mark in (". ", "! ", "? ", "\n") if (place := text.find(mark, end)) >= 0]
    first = before + 1
    return first + len(text[first:]) - len(text[first:].lstrip()), (min(after) + 1 if after else len(text))


def _short(sentence: str) -> str:
    return sentence.strip()[:200]
