"""One way to compare texts: folded characters that still know where they stood in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_STRAIGHT = {
    **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("。｡․", "."),
    "٪": "%",
    "⁄": "/",
    "∕": "/",
}
_INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff\ufe0e\ufe0f"
)
_ASCII_SPACES = str.maketrans("\t\r\x0b\x0c\x1c\x1d\x1e\x1f`", " \n\n\n    '")
_ASCII_RUN = re.compile(r"[\x00-\x7f]+(?![\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f])")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_SENTENCE_BREAK = re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][\"'”’)]))\s+|[^\S\n\r]{0,20}[\n\r]\s*")


@dataclass(frozen=True, slots=True)
class PlainText:
    """A folded text; character ``i`` comes from ``original[starts[i]:ends[i]]``."""

    original: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original for a stretch of the folded text."""
        if start >= end:
            return (0, 0)
        return (self.starts[start], self.ends[end - 1])

    def is_upper(self, position: int) -> bool:
        """Whether the character was a capital letter in the original."""
        return self.original[self.starts[position]].isupper()


def _fold_character(character: str) -> str:
    if character in _INVISIBLE:
        return ""
    if character in _STRAIGHT:
        return _STRAIGHT[character]
    if character.isspace():
        return "\n" if character in "\n\r\u2028\u2029\x0b\x0c" else " "
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


@lru_cache(maxsize=4096)
def _fold(cluster: str) -> str:
    """Fold a base character with the marks that follow it."""
    first = "".join(_fold_character(character) for character in cluster)
    compatible = unicodedata.normalize("NFKC", first).casefold()
    return "".join(_fold_character(character) for character in compatible)


def _cluster_end(text: str, start: int) -> int:
    end = start + 1
    while end < len(text) and text[end] > "\u02ff" and unicodedata.category(text[end])[0] == "M":
        end += 1
    return end


@lru_cache(maxsize=512)
def normalise(text: str) -> PlainText:
    """Fold case, compatibility forms, quotes, dashes and spaces, and drop invisible characters."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    while position < len(text):
        run = _ASCII_RUN.match(text, position)
        end = run.end() if run else _cluster_end(text, position)
        if run:
            pieces.append(_fold_ascii(run[0]))
            starts.extend(range(position, end))
            ends.extend(range(position + 1, end + 1))
        else:
            folded = _fold(text[position:end])
            pieces.append(folded)
            starts.extend([position] * len(folded))
            ends.extend([end] * len(folded))
        position = end
    return PlainText(text, "".join(pieces), tuple(starts), tuple(ends))


def _fold_ascii(text: str) -> str:
    """The same length as the text; control characters that count as spaces become spaces."""
    return text.translate(_ASCII_SPACES).lower()


def compact(text: str) -> str:
    """Only the letters and digits of a folded text."""
    return _NOT_ALPHANUMERIC.sub("", normalise(text).text)


@lru_cache(maxsize=512)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Offsets of the sentences of a text, without the space between them."""
    spans: list[tuple[int, int]] = []
    start = 0
    for gap in _SENTENCE_BREAK.finditer(text):
        spans.append((start, gap.start()))
        start = gap.end()
    spans.append((start, len(text)))
    return tuple((first, last) for first, last in spans if text[first:last].strip())


@lru_cache(maxsize=512)
def phrase_pattern(phrases: tuple[str, ...], *, inflected: bool = False) -> re.Pattern[str] | None:
    """A pattern that finds any of the phrases as whole words in a folded text.

    Words may be apart by any spacing or a hyphen, and apostrophes may be missing. With ``inflected``
    the last word may also end in s, d, ed or ing.
    """
    sources = [source for source in map(_phrase_source, phrases) if source]
    if not sources:
        return None
    ending = "(?:s|d|ed|ing)?" if inflected else ""
    return re.compile(rf"(?<!\w)(?:{'|'.join(sources)}){ending}(?!\w)")


def _phrase_source(phrase: str) -> str:
    parts = re.findall(r"[\w']+|[^\w\s'-]", normalise(phrase).text)
    source = ""
    previous = ""
    for part in parts:
        if previous:
            both_words = previous[-1].isalnum() and part[0].isalnum()
            source += r"[\s_*-]{1,5}" if both_words else r"\s{0,3}"
        source += re.escape(part).replace("'", "'?")
        previous = part
    return source
