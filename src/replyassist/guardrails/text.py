"""Texts as the rules compare them: folded, sentence by sentence, phrase by phrase."""

from __future__ import annotations

import re
from functools import lru_cache

from replyassist.core.plain_text import PlainText, normalise

__all__ = ["PlainText", "compact", "normalise", "phrase_pattern", "sentence_spans"]

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_SENTENCE_BREAK = re.compile(
    r"(?:(?<=[.!?…])(?!(?<=[ap]\.m\.)\s+[a-z])|(?<=[.!?…][\"'”’)]))\s+|[^\S\n\r]{0,20}[\n\r]\s*"
)
"""Not between "6 p.m." and a word in lower case."""


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
def phrase_pattern(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    """A pattern that finds any of the phrases as whole words in a folded text.

    Words may be apart by any spacing or a hyphen, and apostrophes may be missing.
    """
    sources = [source for source in map(_phrase_source, phrases) if source]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sources)})(?!\w)") if sources else None


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
