"""Phrases with simple wildcards, as the files of ``risk_words`` have them, found in a folded text.

``*`` stands for any letters, ``a|b`` for either word, ``word?`` for one that may be missing, ``...`` for up to four
words between. A phrase never reaches over the end of a sentence or a comma.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from replyassist.core.plain_text import bare

GAP_WORDS = 4
PREFIX = 2  # letters by which phrases are looked up
_BETWEEN = r"[^\w.!?,;:\n]{1,3}"
_WORD_START = re.compile(r"(?<!\w)\w")
_WITHOUT_STROKE = str.maketrans("łøıđ", "loid")  # letters that folding leaves alone
_UMLAUTS = {"ä": "ae?", "ö": "oe?", "ü": "ue?", "å": "aa?", "ø": "oe?"}  # also as people write them without the letter


def folded_for_phrases(text: str) -> str:
    """The text as phrases see it: as long as ``bare`` makes it, so that places can be led back."""
    return bare(text).text.translate(_WITHOUT_STROKE)


@dataclass(frozen=True)
class Phrases:
    """Phrases that mean the same; raises ValueError for one that cannot be looked up by its first letters."""

    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _ = self._by_prefix

    def first(self, folded: str) -> tuple[int, int] | None:
        """Where one of them first stands."""
        return next(self.all(folded), None)

    def all(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where they stand, one at each word that begins one."""
        for start in _WORD_START.finditer(folded):
            for pattern in self._by_prefix.get(folded[start.start() : start.start() + PREFIX], ()):
                if match := pattern.match(folded, start.start()):
                    yield match.span()
                    break

    @cached_property
    def _by_prefix(self) -> dict[str, list[re.Pattern[str]]]:
        index: dict[str, list[re.Pattern[str]]] = {}
        for line in self.lines:
            pattern = re.compile(source_of(line))
            for prefix in dict.fromkeys(_prefixes(line)):
                index.setdefault(prefix, []).append(pattern)
        return index


def phrases_of(listing: str) -> Phrases:
    """The phrases of a listing, one a line."""
    return Phrases(tuple(line.strip() for line in listing.splitlines() if line.strip()))


def source_of(line: str) -> str:
    """The pattern of one phrase; raises ValueError where it begins with what may be missing."""
    words = line.split()
    source = ""
    for place, word in enumerate(words):
        if word == "...":
            source += rf"(?:{_BETWEEN}\w+){{0,{GAP_WORDS}}}?"
            continue
        one = _alternatives(word.removesuffix("?"))
        if place == 0:
            source = one
        else:
            source += rf"(?:{_BETWEEN}{one})?" if word.endswith("?") else f"{_BETWEEN}{one}"
    return rf"{source}(?!\w)"


def _prefixes(line: str) -> Iterable[str]:
    """The letters that the phrase can begin with."""
    first = line.split(maxsplit=1)[0]
    if first == "..." or first.endswith("?"):
        raise ValueError(f"'{line}' begins with what may be missing")
    for word in first.split("|"):
        folded = folded_for_phrases(word.partition("*")[0]) + ("" if "*" in word else " ")
        if len(folded) < PREFIX:
            raise ValueError(f"'{line}' begins with '{word}', which has fewer than {PREFIX} letters")
        yield folded[:PREFIX]


def _alternatives(word: str) -> str:
    return f"(?:{'|'.join(map(_one, filter(None, word.split('|'))))})"


def _one(word: str) -> str:
    source = ""
    for character in word:
        if character == "*":
            source += r"\w*"
        elif character == "'":
            source += r"['\s]?"
        elif character == "-":
            source += r"[-\s]?"
        else:
            source += _UMLAUTS.get(character) or re.escape(folded_for_phrases(character))
    return source
