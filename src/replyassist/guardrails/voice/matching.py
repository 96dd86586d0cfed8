"""Finds phrases however they are bent or disguised: endings, missing spaces, look-alike letters, digits for letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from replyassist.guardrails.text import normalise
from replyassist.guardrails.voice.lookalikes import skeleton

Spans = tuple[tuple[int, int], ...]

_PARTS = re.compile(r"(?<!\S)\*(?!\S)|[\w']+|[^\w\s'-]")
_SHORTEST_INFLECTED = 3  # letters; shorter words are particles, which have no endings
_SHORTEST_DISGUISED = 4  # letters of a phrase; shorter ones turn up by chance
_SHORTEST_JOINED = 8  # letters of a phrase that is also found without the spaces between its words
_LEAST_LETTERS = 0.5  # of a disguised match; "0095" is a number and no "oops"
_ENDINGS = {
    "en": "s|es|d|ed|ing",
    "de": "e|en|em|er|es|n|s|st|t",
    "fr": "s|e|es|x|nt",
    "es": "s|es|n",
    "it": "",
    "nl": "e|en|s|t",
    "pt": "s|es|m",
}
_LEET = {"a": "a4@", "b": "b8", "e": "e3€", "g": "g9", "i": "i1!|", "l": "l1|", "o": "o0", "s": "s5$", "t": "t7",
         "z": "z2"}  # fmt: skip
_INSIDE = r"[-._*~|·•^]{0,2}"  # signs put between the letters of a word
_SPELLED = r"[\s._*~|·•^-]{1,3}"  # every letter apart
_BETWEEN = r"[\s_*~|·•-]{1,6}"  # words of a disguised phrase
_BETWEEN_SPELLED = r"[\W_]{1,8}"


@lru_cache(maxsize=2048)
def find_phrases(text: str, phrases: tuple[str, ...], *, language: str = "en", inflected: bool = True) -> Spans:
    """Where the text has any of the phrases: offsets in the text, in order, without overlaps.

    Case, spacing, quotes and apostrophes never matter; a ``*`` between words stands for up to three words. With
    ``inflected`` words may have the endings of ``language`` (ISO 639-1; one without a list has none). A phrase is
    found too when it is written with look-alike letters, digits for letters, or signs between its letters.
    """
    plain, bare = normalise(text), skeleton(text, accents=language != "en")
    found = [
        plain.span(*match.span()) for match in _matches(_plain(phrases, language if inflected else ""), plain.text)
    ]
    if bare.text != plain.text:
        found += [
            bare.span(*match.span()) for match in _matches(_plain(phrases, language if inflected else ""), bare.text)
        ]
    found += [
        bare.span(*match.span())
        for match in _matches(_disguised(phrases, language), bare.text)
        if _is_mostly_letters(match[0])
    ]
    return _without_overlaps(found)


def _matches(pattern: re.Pattern[str] | None, text: str) -> Iterator[re.Match[str]]:
    return (match for match in pattern.finditer(text) if match[0]) if pattern else iter(())


def _is_mostly_letters(match: str) -> bool:
    shown = [character for character in match if character.isalnum() or character in "@$€|!"]
    return sum(character.isalpha() for character in shown) >= len(shown) * _LEAST_LETTERS


def _without_overlaps(found: list[tuple[int, int]]) -> Spans:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(found), key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


@lru_cache(maxsize=512)
def _plain(phrases: tuple[str, ...], language: str) -> re.Pattern[str] | None:
    endings = _ENDINGS.get(language, "")
    longest_first = sorted(phrases, key=len, reverse=True)
    sources = [source for phrase in longest_first if (source := _plain_source(normalise(phrase).text, endings))]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sources)})(?!\w)") if sources else None


def _plain_source(phrase: str, endings: str) -> str:
    source = previous = ""
    for part in _PARTS.findall(phrase):
        if part == "*":
            source += r"(?:[\s,-]{1,5}[^\W_]+(?:'[^\W_]+)?){0,3}" if source else ""
            continue
        if previous:
            both_words = previous[-1].isalnum() and part[0].isalnum()
            source += r"[\s_*-]{1,5}" if both_words else r"\s{0,3}"
        source += _word_source(part, endings)
        previous = part
    return source


def _word_source(word: str, endings: str) -> str:
    exact = re.escape(word).replace("'", "'?")
    if not endings or not word.isalpha() or len(word) < _SHORTEST_INFLECTED:
        return exact
    if "ing" not in endings:
        return f"{exact}(?:{endings})?"
    if word.endswith(("ise", "ize")):
        return f"{re.escape(word[:-3])}i[sz](?:e|es|ed|ing)"
    if word.endswith("e"):
        return f"{re.escape(word[:-1])}(?:e|es|ed|eing|ing)"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{re.escape(word[:-1])}(?:y|ies|ied|ying)"
    return f"{exact}(?:{endings})?"


@lru_cache(maxsize=512)
def _disguised(phrases: tuple[str, ...], language: str) -> re.Pattern[str] | None:
    bare = [skeleton(phrase, accents=language != "en").text for phrase in sorted(phrases, key=len, reverse=True)]
    sources = [source for phrase in bare for source in _disguised_sources(phrase)]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(sources)})(?![^\W_])") if sources else None


def _disguised_sources(phrase: str) -> Iterator[str]:
    """A phrase with signs inside its words, and with every letter apart; none for one with a ``*``."""
    words = [word for part in phrase.split() if (word := re.sub(r"[^\w']", "", part).strip("'"))]
    letters = sum(map(len, words))
    if letters < _SHORTEST_DISGUISED or "*" in phrase.split():
        return
    between = _BETWEEN.replace("{1,", "{0,") if letters >= _SHORTEST_JOINED else _BETWEEN
    yield between.join(_letters(word, _INSIDE) for word in words)
    yield _BETWEEN_SPELLED.join(_letters(word, _SPELLED) for word in words)


def _letters(word: str, between: str) -> str:
    """The letters of a word, in any shape, with these signs between them; an apostrophe may be missing."""
    around_apostrophe = f"{between}'?(?:{between})?"
    return around_apostrophe.join(between.join(map(_letter, part)) for part in word.split("'"))


def _letter(character: str) -> str:
    shapes = _LEET.get(character, character)
    return f"[{re.escape(shapes)}]" if len(shapes) > 1 else re.escape(shapes)
