"""The words that saved replies use for their parts, one file for each language, all languages at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True)
class PlaceholderWords:
    """What a placeholder may be called, and what stands around one; every list in lower case.

    ``name`` to ``other`` are the words inside a placeholder, ``filler`` those that say nothing there. A bracket with
    one of ``remark_words`` or ``editorial`` in it is a remark, and one after ``pressed`` is a button, as is
    the next one with only words of ``joining`` between. ``fill_in`` are the words of ``filler`` that ask for a value.
    ``XX`` after ``sizes`` is a size, beside ``numerals`` the number twenty, and before ``units`` a number that is
    missing.
    ``once_only`` are phrases that were true in one conversation.
    """

    greetings: frozenset[str]
    honorifics: frozenset[str]
    closings: frozenset[str]
    thanks: frozenset[str]
    introductions: frozenset[str]
    name: frozenset[str]
    person: frozenset[str]
    agent: frozenset[str]
    order: frozenset[str]
    case: frozenset[str]
    number: frozenset[str]
    filler: frozenset[str]
    other: frozenset[str]
    remark_words: frozenset[str]
    editorial: frozenset[str]
    pressed: frozenset[str]
    joining: frozenset[str]
    fill_in: frozenset[str]
    sizes: frozenset[str]
    numerals: frozenset[str]
    units: frozenset[str]
    todo: frozenset[str]
    once_only: frozenset[str]
    greetings_before_space: frozenset[str]

    @property
    def nouns(self) -> frozenset[str]:
        """Every word that names what belongs into a placeholder."""
        return self.name | self.person | self.agent | self.order | self.case | self.number | self.other


@cache
def words() -> PlaceholderWords:
    """The words of all languages; ``greetings_before_space`` are those of languages that set a space before "!"."""
    gathered: dict[str, set[str]] = {field.name: set() for field in fields(PlaceholderWords)}
    for path in sorted(_FOLDER.glob("*.yaml")):
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
        if listed.pop("space_before_mark", None):
            gathered["greetings_before_space"].update(listed["greetings"])
        for name, entries in listed.items():
            gathered[name].update(entries)
    return PlaceholderWords(**{name: frozenset(entries) for name, entries in gathered.items()})


def any_of(phrases: Iterable[str]) -> str:
    """The source of a pattern for one of the phrases, the longest first, with any spacing and apostrophe."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return (
        "(?:" + "|".join(re.escape(phrase).replace(r"\ ", r"[^\S\n]+").replace("'", "['’]") for phrase in ordered) + ")"
    )
