"""Which sentences speak of what a person named: "the price", "the tour"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from replyassist.core.embedding import Encoder
from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.mention import MentionKind
from replyassist.guardrails.terms import terms
from replyassist.guardrails.vectors import MEMORY

ABOUT_FROM = 0.4
"""Cosine of a topic and a sentence from which the sentence speaks of it though it has none of its words; set by hand,
no other value was tried."""

_KINDS = (
    (frozenset({MentionKind.PRICE}), r"prices?|pricing|costs?|fees?|charges?|money|amounts?|how much"),
    (frozenset({MentionKind.LINK}), r"links?|urls?|web ?(?:site|page|address)|site"),
    (frozenset({MentionKind.EMAIL}), r"e-?mails?(?: address(?:es)?)?"),
    (frozenset({MentionKind.PHONE}), r"(?:tele)?phone(?: numbers?)?"),
    (frozenset({MentionKind.PERCENTAGE}), r"percent(?:age)?s?|discounts?|reductions?"),
    (frozenset({MentionKind.TIME, MentionKind.ROUND_THE_CLOCK}), r"(?:opening )?(?:hours|times)"),
    (frozenset({MentionKind.DATE, MentionKind.WEEKDAY}), r"dates?|days|weekdays"),
    (frozenset({MentionKind.TIME_SPAN}), r"deadlines?|how long|time ?(?:frame|limit|span)s?|durations?|waiting times?"),
)
_READ_AS = tuple((kinds, re.compile(rf"(?<!\w)(?:{words})(?!\w)")) for kinds, words in _KINDS)


def speaking_of(topic: str, sentences: Sequence[str], encoder: Encoder) -> tuple[int, ...]:
    """The places of the sentences that speak of a topic, in order; empty where none does.

    A sentence does that has most of its words, or such a figure or address as it names. Where none has either, the
    nearest by the encoder, if it is as near as ``ABOUT_FROM``.
    """
    kinds, rest = _kinds_of(topic)
    of_kind = [place for place, text in enumerate(sentences) if any(each.kind in kinds for each in mentions(text))]
    worded = _with_words_of(rest if of_kind or _words(rest) else topic, sentences)
    both = [place for place in of_kind if place in worded]
    if both or worded:
        return tuple(both or worded)
    if of_kind:
        return tuple(of_kind)
    if not sentences:
        return ()
    vectors = MEMORY.of(encoder, [topic, *sentences])
    nearness = vectors[1:] @ vectors[0]
    return (int(nearness.argmax()),) if nearness.max() >= ABOUT_FROM else ()


def _kinds_of(topic: str) -> tuple[frozenset[MentionKind], str]:
    """What kinds of figures and addresses the topic names, and what it says beside them."""
    named = [(kinds, words) for kinds, words in _READ_AS if words.search(topic)]
    rest = topic
    for _, words in named:
        rest = words.sub(" ", rest)
    return frozenset(kind for kinds, _ in named for kind in kinds), rest


def _with_words_of(topic: str, sentences: Sequence[str]) -> list[int]:
    """The sentences with most of the topic's content words and figures, at least half of them."""
    wanted = _words(topic)
    if not wanted:
        return []
    shares = [len(wanted & _words(text)) / len(wanted) for text in sentences]
    best = max(shares, default=0.0)
    return [place for place, share in enumerate(shares) if share == best] if best >= 1 / 2 else []


def _words(text: str) -> frozenset[str]:
    return frozenset(term.stem for term in terms(text)) | frozenset(re.findall(r"\d[\d.,:]*\d|\d", text))
