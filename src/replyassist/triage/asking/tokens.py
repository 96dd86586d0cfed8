"""A message as tokens, and what each token is seen by: hashed features of its words, its borders and its sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal
from zlib import crc32

import numpy as np
import yaml
from numpy.typing import NDArray

READ_CHARACTERS = 2_000
"""The beginning of a long message that is read; the longest of the labelled messages has half as many."""
PLACES = 1 << 15
BEFORE, AFTER = 3, 4  # tokens around one that are seen with their distance
FAR = 8  # tokens of the same sentence that are seen without
_TOKEN = re.compile(r"\n+|[^\W_]+(?:['’][^\W_]+)*|[^\w\s]|_")
_BREAK = "\n"
_ENDS = frozenset(".?!…\n")
_CLAUSE_ENDS = frozenset(",;:.?!…") | {"line"}
_MARKS = frozenset(".?!,;:()-–—&+/\"'…")


@dataclass(frozen=True)
class Token:
    """One word, mark or line break, at ``start:end`` of the text; ``word`` in small letters."""

    start: int
    end: int
    word: str

    @property
    def ends_a_sentence(self) -> bool:
        """Whether it is a full stop, a question mark, a line break or the like."""
        return self.word in _ENDS

    @property
    def is_between(self) -> bool:
        """Whether it belongs to neither of the questions that it stands between: a mark, "and", "also"."""
        return not self.word[0].isalnum() or self.word in small_words("joining")

    @property
    def shape(self) -> str:
        """What kind of token it is: a line break, a number, a word, the mark itself, or another sign."""
        if self.word == _BREAK:
            return "line"
        if self.word[0].isdigit():
            return "digit" if len(self.word) == 1 else "number"
        if self.word[0].isalpha():
            return "word"
        return self.word if self.word in _MARKS else "sign"


@cache
def small_words(use: Literal["joining", "alternatives", "conditions"]) -> frozenset[str]:
    """Words around questions, of any language, by what they do there."""
    given = yaml.safe_load((files("replyassist.triage.asking") / "words.yaml").read_text(encoding="utf-8"))
    return frozenset(given[use])


def tokens_of(text: str) -> list[Token]:
    """The tokens of the part that is read, in their order; several line breaks are one."""
    found = _TOKEN.finditer(text[:READ_CHARACTERS])
    return [Token(*match.span(), _BREAK if match[0][0] == _BREAK else match[0].lower()) for match in found]


def places_of(tokens: list[Token]) -> list[NDArray[np.intp]]:
    """For each token the places of its features, each in 0 to ``PLACES`` - 1 and once."""
    message = _Message(tokens)
    return [
        np.array(sorted({crc32(name.encode("utf-8", "replace")) % PLACES for name in message.features(at)}))
        for at in range(len(tokens))
    ]


class _Message:
    """The tokens of one message with what is asked of each again and again."""

    def __init__(self, tokens: list[Token]) -> None:
        self._words = [token.word for token in tokens]
        self._shapes = [token.shape for token in tokens]
        self._marks = min(3, self._words.count("?"))
        ends = [at for at, token in enumerate(tokens) if token.ends_a_sentence]
        self._clauses = _clauses_of(self._shapes)
        self._end_of, self._begin_of = [len(tokens)] * len(tokens), [-1] * len(tokens)
        for before, end in zip([-1, *ends], [*ends, len(tokens)], strict=True):
            for at in range(before + 1, min(end + 1, len(tokens))):
                self._end_of[at], self._begin_of[at] = end, before

    def features(self, at: int) -> Iterator[str]:
        yield "any"
        yield from self._near(at)
        yield from self._of_the_sentence(at)

    def _word(self, at: int) -> str:
        return self._words[at] if 0 <= at < len(self._words) else "^" if at < 0 else "$"

    def _shape(self, at: int) -> str:
        return self._shapes[at] if 0 <= at < len(self._words) else "^" if at < 0 else "$"

    def _near(self, at: int) -> Iterator[str]:
        before, this, after = self._word(at - 1), self._word(at), self._word(at + 1)
        border = self._shape(at - 1)
        for distance in range(-BEFORE, AFTER + 1):
            yield f"word {distance} {self._word(at + distance)}"
        for distance in range(-2, 3):
            yield f"shape {distance} {self._shape(at + distance)}"
        yield f"pair {this} {after}"
        yield f"after {before} {this}"
        yield f"three {this} {after} {self._word(at + 2)}"
        yield f"between {before} {this} {after}"
        yield f"borders {self._shape(at - 2)} {border} {self._shape(at)}"
        yield f"border {border} {this}"
        yield f"border {border} {this} {after}"
        yield f"begins {this[:3]}"
        yield f"ends {this[-3:]}"
        yield f"goes on {after[:3]}"

    def _of_the_sentence(self, at: int) -> Iterator[str]:
        this, border = self._word(at), self._shape(at - 1)
        end, begin = self._end_of[at], self._begin_of[at]
        closing, opening = self._word(end), self._word(begin)
        mark = closing if closing in "?\n$" else "."
        into = at - begin - 1
        clause = next((far for far in range(at, end) if self._shapes[far] in ",;:"), end)
        yield f"mark {mark}"
        yield f"mark {mark} {border}"
        yield f"mark {mark} {this}"
        yield f"mark {mark} {self._marks}"
        yield f"mark {mark} in {min(FAR, end - at)}"
        yield f"into {min(into, 6)}"
        yield f"into {min(into, 6)} {mark}"
        yield f"into {min(into, 3)} {this}"
        yield f"opened {opening} {min(into, 2)}"
        yield f"marks {self._marks}"
        yield f"clause {min(6, clause - at)} {mark}"
        yield f"after a clause with {self._word(self._clauses[at])}"
        yield f"in the sentence of {self._word(begin + 1)} {min(into, 1)}"
        yield f"length {min(5, int(math.log2(len(self._words))))}"
        yield f"first {at == 0}"
        for word in self._words[at : min(end, at + FAR)]:
            yield f"ahead {word}"
        for word in self._words[begin + 1 : at]:
            yield f"behind {word}"


def _clauses_of(shapes: list[str]) -> list[int]:
    """For each token the place of the first token of the clause before its own; the token itself in the first one."""
    places, here, before = [], 0, None
    for at, shape in enumerate(shapes):
        places.append(at if before is None else before)
        if shape in _CLAUSE_ENDS:
            here, before = at + 1, here
    return places
