"""Fold a stranger's text so that one pattern finds all spellings, and each place can be shown as it was written."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_STRAIGHT = {**dict.fromkeys("‘’‚‛′`´ʼ", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-")}
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтьгпиαβγεηικνορτυχω",
    "aeopcyxijshdqwbkmhtbrnuabyenikvoptuxw",
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; character ``i`` comes from ``original[positions[i]]``."""

    original: str
    text: str
    positions: Sequence[int]

    def excerpt(self, start: int, end: int) -> str:
        """The original words of a stretch of the folded text."""
        if start >= end:
            return ""
        return self.original[self.positions[start] : self.positions[end - 1] + 1]


@lru_cache(maxsize=256)
def fold(text: str) -> Folded:
    """Small letters without accents, plain quotes and dashes, no invisible characters, look-alikes as Latin letters."""
    if text.isascii():
        return Folded(text, text.lower(), range(len(text)))
    pieces: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(text):
        folded = _fold_character(character)
        pieces.append(folded)
        positions.extend([position] * len(folded))
    folded_text = "".join(pieces)
    return Folded(text, _read_look_alikes(folded_text), tuple(positions))


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character in _STRAIGHT:
        return _STRAIGHT[character]
    category = unicodedata.category(character)
    if category in {"Cf", "Mn"}:
        return ""
    if character in "\n\r\u2028\u2029":
        return "\n"
    if category == "Zs":
        return " "
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return "".join(part for part in decomposed if not unicodedata.combining(part))


def is_mixed(word: str) -> bool:
    """Whether a word has Latin letters beside Cyrillic or Greek ones that look like them."""
    has_latin = any(letter.isascii() and letter.isalpha() for letter in word)
    return has_latin and any(ord(letter) in _LOOK_ALIKES for letter in word)


def _read_look_alikes(text: str) -> str:
    """The same length: look-alikes become Latin letters in words that have both."""
    if not any(ord(letter) in _LOOK_ALIKES for letter in text):
        return text
    words = text.split(" ")
    return " ".join(word.translate(_LOOK_ALIKES) if is_mixed(word) else word for word in words)
