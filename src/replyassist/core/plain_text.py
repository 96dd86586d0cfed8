"""Strangers' text as people read it: one way to fold letters, for reading, comparing and finding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .look_alikes import read_mixed_words

_STRAIGHT = {
    **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("。｡․", "."),
    "٪": "%",
    "⁄": "/",
    "∕": "/",
    **dict.fromkeys("ϲϹ", "c"),  # would fold to σ, which looks like an o
}
# What Unicode calls default ignorable, and the letters that are blank.
_UNSEEN_CLASS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSEEN = re.compile(f"[{_UNSEEN_CLASS}]")
_JOINS = (
    "(?<=[\u0590-\u1fff\u2190-\u27ff\u2900-\u2fff\u3040-\ufdff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d\ufe0e\ufe0f]"
)
_UNREAD = re.compile(f"(?!{_JOINS}|\ufe0f\u20e3)[{_UNSEEN_CLASS}]")
"""Unseen, and neither a joiner or a selector of an emoji nor one of a script that needs joiners."""
_DRAWN_OVER = re.compile("(?<=[\0-\u058f\u1e00-\u218f])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20dc]+")
_STYLES = {"<font>", "<wide>", "<narrow>", "<circle>", "<square>", "<initial>", "<medial>", "<final>", "<isolated>"}
_RAISED = {"<super>", "<sub>"}
_DRAWN_LETTER = re.compile(
    r"(?P<small>LATIN LETTER SMALL CAPITAL|PARENTHESIZED LATIN SMALL LETTER)? ?"
    r"(?:(?:CROSSED )?NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER|PARENTHESIZED LATIN CAPITAL LETTER)? ?"
    r"(?P<letter>[A-Z])"
)
_LONE_REGIONAL = re.compile("(?<![\U0001f1e6-\U0001f1ff])[\U0001f1e6-\U0001f1ff](?![\U0001f1e6-\U0001f1ff])")
"""Two side by side are a flag."""
_ASCII_SPACES = str.maketrans("\t\r\x0b\x0c\x1c\x1d\x1e\x1f`", " \n\n\n    '")
_ASCII_RUN = re.compile(r"[\x00-\x7f]+(?![\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f])")


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

    def excerpt(self, start: int, end: int) -> str:
        """The original words of a stretch of the folded text."""
        first, last = self.span(start, end)
        return self.original[first:last]

    def is_upper(self, position: int) -> bool:
        """Whether the character was a capital letter in the original."""
        return self.original[self.starts[position]].isupper()

    def spelt(self, spell: Callable[[str], str]) -> PlainText:
        """Each character spelt in another way, as none or several; offsets still lead back to the original."""
        spelt = [spell(character) for character in self.text]
        return PlainText(
            self.original,
            "".join(spelt),
            tuple(place for place, piece in zip(self.starts, spelt, strict=True) for _ in piece),
            tuple(place for place, piece in zip(self.ends, spelt, strict=True) for _ in piece),
        )


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """The text in plain letters: what is drawn by other characters is spelt, what nobody sees is gone.

    Mathematical, full-width, small-capital and enclosed letters, letters of another script inside a Latin word, marks
    drawn over letters. Case, accents, emoji, flags and line breaks stay; empty where there is nothing to see.
    """
    if text.isascii():
        return text
    text = _LONE_REGIONAL.sub(lambda sign: unicodedata.name(sign[0])[-1], unicodedata.normalize("NFC", text))
    spelt = "".join(map(_letter, text))
    seen = _DRAWN_OVER.sub("", _UNREAD.sub("", unicodedata.normalize("NFC", spelt)))
    return read_mixed_words(seen)


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


@lru_cache(maxsize=256)
def bare(text: str) -> PlainText:
    """Normalised, without accents, and letters of another script inside a Latin word as the Latin ones they look like.

    One pattern finds all spellings of a word in it.
    """
    found = normalise(text)
    if found.text.isascii():
        return found
    found = found.spelt(_without_accents)
    return PlainText(text, read_mixed_words(found.text), found.starts, found.ends)


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    """The plain letter that a character draws; itself where it draws none."""
    style = unicodedata.decomposition(character).partition(" ")[0]
    category = unicodedata.category(character)
    is_styled = style in _STYLES and category != "No"
    if is_styled or (style in _RAISED and category == "Lm") or (style == "<compat>" and category == "Ll"):
        return unicodedata.normalize("NFKC", character)
    drawn = _DRAWN_LETTER.fullmatch(unicodedata.name(character, ""))
    if drawn is None:
        return " " if category == "Zs" else character
    return drawn["letter"].lower() if drawn["small"] else drawn["letter"]


@lru_cache(maxsize=4096)
def _fold(cluster: str) -> str:
    """Fold a base character with the marks that follow it."""
    first = "".join(_fold_character(character) for character in cluster)
    compatible = unicodedata.normalize("NFKC", first).casefold()
    return "".join(_fold_character(character) for character in compatible)


def _fold_character(character: str) -> str:
    if _UNSEEN.match(character):
        return ""
    if character in _STRAIGHT:
        return _STRAIGHT[character]
    if character.isspace():
        return "\n" if character in "\n\r\u2028\u2029\x0b\x0c" else " "
    digit = unicodedata.decimal(character, None)
    return _letter(character) if digit is None else str(digit)


def _cluster_end(text: str, start: int) -> int:
    end = start + 1
    while end < len(text) and text[end] > "\u02ff" and unicodedata.category(text[end])[0] == "M":
        end += 1
    return end


def _fold_ascii(text: str) -> str:
    """The same length as the text; control characters that count as spaces become spaces."""
    return text.translate(_ASCII_SPACES).lower()


@lru_cache(maxsize=4096)
def _without_accents(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character)
    kept = "".join(
        part for part in decomposed if not unicodedata.combining(part) and unicodedata.category(part) != "Mn"
    )
    return unicodedata.normalize("NFC", kept)
