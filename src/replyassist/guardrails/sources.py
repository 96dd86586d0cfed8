"""Whose words a reply may use: the texts of strangers around it, and how suspicious they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.text import normalise
from replyassist.triage.suspicion import Suspicion, suspicion_of, worst_of

_WORD = re.compile(r"\w+(?:'\w+)?")


def strangers_texts(context: CheckContext) -> tuple[str, ...]:
    """The message, the earlier texts of the conversation and the author's name."""
    return tuple(text for text in (*context.untrusted_texts, context.message.author_name or "") if text)


def suspicious_texts(context: CheckContext) -> tuple[str, ...]:
    """Those of the strangers' texts that look like an order to the machine."""
    texts = strangers_texts(context)
    return tuple(text for text in texts if suspicion_of(text).lowers_trust)


def suspicion_around(context: CheckContext) -> Suspicion:
    """The suspicion of the most suspicious text around the reply."""
    return worst_of(strangers_texts(context))


def words_with_spans(text: str) -> list[tuple[str, int, int]]:
    """The words of a text, folded, with their offsets in it."""
    plain = normalise(text)
    return [(match[0], *plain.span(*match.span())) for match in _WORD.finditer(plain.text)]


@lru_cache(maxsize=512)
def runs(text: str, length: int) -> frozenset[tuple[str, ...]]:
    """Every stretch of so many words of a text."""
    words = [word for word, _, _ in words_with_spans(text)]
    return frozenset(tuple(words[start : start + length]) for start in range(len(words) - length + 1))


def shared_runs(
    text: str, sources: tuple[str, ...], *, length: int, without: tuple[str, ...] = ()
) -> Iterator[tuple[int, int]]:
    """Where the text has at least so many words in a row from the sources that the other texts do not have."""
    theirs = frozenset[tuple[str, ...]]().union(*(runs(source, length) for source in sources))
    ours = frozenset[tuple[str, ...]]().union(*(runs(source, length) for source in without))
    words = words_with_spans(text)
    start = end = -1
    for place in range(len(words) - length + 1):
        run = tuple(word for word, _, _ in words[place : place + length])
        if run not in theirs or run in ours:
            continue
        if start >= 0 and words[place][1] > end:
            yield start, end
            start = -1
        start = words[place][1] if start < 0 else start
        end = words[place + length - 1][2]
    if start >= 0:
        yield start, end
