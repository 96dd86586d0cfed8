"""Numbers, units and days in other languages than English: one file for each in ``quantities``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Field

from replyassist.core.language import detect_language
from replyassist.core.language_files import read_languages

_FOLDER = Path(__file__).with_name("quantities")


class QuantityWords(BaseModel, frozen=True, extra="forbid"):
    """What a language writes; names of one thing are separated by ``|``.

    ``units`` has the names of each unit after its English one. ``months`` begins with January, ``weekdays`` with
    Monday. ``only_with_unit``: numbers that mean something else too. ``of``: what may stand between day and month.
    """

    numbers: dict[str, int]
    units: dict[str, str]
    months: list[str] = Field(min_length=12, max_length=12)
    weekdays: list[str] = Field(min_length=7, max_length=7)
    only_with_unit: frozenset[str] = frozenset()
    of: str = ""


@dataclass(frozen=True, slots=True)
class NumberWord:
    """A number in words, where it stands; with ``needs_unit`` it is a number only if it counts something measured."""

    start: int
    end: int
    value: Decimal
    needs_unit: bool


def unit_names() -> dict[str, str]:
    """The English name of each unit by its names in other languages."""
    return {
        name: unit
        for words in _files().values()
        for unit, listing in words.units.items()
        for name in _spellings(listing)
    }


def month_names() -> dict[str, int]:
    """The number of each month, 1 to 12, by its names in other languages."""
    return {
        name: number
        for words in _files().values()
        for number, listing in enumerate(words.months, start=1)
        for name in _spellings(listing)
    }


def weekday_names() -> dict[str, int]:
    """The number of each weekday, Monday is 0, by its names in other languages."""
    return {
        name: number
        for words in _files().values()
        for number, listing in enumerate(words.weekdays)
        for name in _spellings(listing)
    }


def words_before_months() -> frozenset[str]:
    """What may stand between a day and its month, as "de" in "18 de diciembre"."""
    return frozenset(words.of for words in _files().values() if words.of)


def number_words(text: str) -> Iterator[NumberWord]:
    """Numbers that a folded text writes in words: with a unit of their language, or in a text that is surely in it."""
    language = detect_language(text)
    taken: set[int] = set()
    for code, reader in _readers().items():
        for match in reader.pattern.finditer(text):
            is_alone = reader.unit.match(text, match.end()) is None
            if match.start() in taken or (is_alone and code != language):
                continue
            taken.add(match.start())
            value = reader.values[match[0]]
            is_doubtful = value == 1 or match[0] in reader.only_with_unit or code != language
            yield NumberWord(*match.span(), Decimal(value), needs_unit=is_doubtful)


@dataclass(frozen=True)
class _NumberParser:
    values: dict[str, int]
    pattern: re.Pattern[str]
    unit: re.Pattern[str]
    only_with_unit: frozenset[str]


@lru_cache(maxsize=1)
def _readers() -> dict[str, _NumberParser]:
    return {code: _reader(words) for code, words in _files().items()}


def _reader(words: QuantityWords) -> _NumberParser:
    values = {name: value for listing, value in words.numbers.items() for name in _spellings(listing)}
    units = (name for listing in words.units.values() for name in _spellings(listing))
    return _NumberParser(
        values,
        re.compile(rf"(?<![\w'-])(?:{_any_of(values)})(?![\w'])"),
        re.compile(rf" (?:(?:{_any_of(units)})(?!\w)|[€£$%]|euros?(?!\w)|\w{{1,4}} (?:{_any_of(values)}) )"),
        words.only_with_unit,
    )


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _spellings(listing: str) -> Iterator[str]:
    """Each name as it is written and without its marks."""
    for name in listing.split("|"):
        yield name
        decomposed = unicodedata.normalize("NFKD", name.translate(str.maketrans("łß", "ls")))
        yield "".join(character for character in decomposed if not unicodedata.combining(character))


@lru_cache(maxsize=1)
def _files() -> dict[str, QuantityWords]:
    return read_languages(_FOLDER, QuantityWords)
