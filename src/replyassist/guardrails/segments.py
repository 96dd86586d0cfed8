"""Cut a text into stretches that state one thing each, with the words that say what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from replyassist.core.word_lists import words_of
from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.mention import Kind, Mention, mask_spans
from replyassist.guardrails.text import PlainText, normalise, sentence_spans
from replyassist.guardrails.words import content_words, stem

_CUT = re.compile(r"[,;:()] +| - | (?P<joint>and|but|or|while|whereas|otherwise|else|plus) ")  # the mask is a \s too
_EXCEPTED = re.compile(
    r"(?<!\w)(?:except|excluding|besides|apart from|other than|but not|not on|instead of)(?!\w)[^,;:().]*"
)
_PLACE = re.compile(r"(?<!\w)(?:in|to|from|outside|within|across|at|for) (?P<place>[^\W\d_]{3,})")
_FACT_KINDS = frozenset({Kind.PRICE, Kind.PERCENTAGE, Kind.TIME_SPAN, Kind.TIME, Kind.NUMBER})
_DISTINGUISHING = frozenset(
    stem(word)
    for word in words_of(
        "abroad domestic international overseas home local adult adults child children kid kids senior seniors student "
        "students infant infants standard express priority regular overnight weekday weekdays weekend weekends summer "
        "winter online store instore member members individual business personal small medium large monthly yearly "
        "annual weekly daily single double return inland europe outside inside filter espresso whole ground checkin "
        "checkout arrival departure deposit withdrawal withdrawals lunch dinner breakfast"
    )
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch ``start:end`` of the folded text.

    ``words`` are the stems of its content words and its weekdays; ``telling`` those of them that tell one case from
    another: weekdays, places, and words such as abroad, adult or express.
    """

    start: int
    end: int
    facts: tuple[Mention, ...]
    words: frozenset[str]
    telling: frozenset[str]


@lru_cache(maxsize=1024)
def segments(text: str) -> tuple[Segment, ...]:
    """The stretches of a text that hold a fact, in order; a stretch without one goes with the next in its sentence."""
    plain = normalise(text)
    found = mentions(text)
    blank = mask_spans(plain.text, ((mention.start, mention.end) for mention in found))
    return tuple(
        _segment(plain, blank, found, start, end)
        for first, last in sentence_spans(plain.text)
        for start, end in _stretches(blank, found, first, last)
    )


def is_fact(mention: Mention) -> bool:
    """Whether a mention is a number, price, time or the like that belongs to what stands around it."""
    if mention.kind not in _FACT_KINDS or not mention.needs:
        return False
    return any(key[0] in "=#!lc" for key in mention.offers)


def _stretches(blank: str, found: tuple[Mention, ...], first: int, last: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    start, joined = first, None
    for cut in _CUT.finditer(blank, first, last):
        if _holds_fact(found, start, cut.start()) and not _joins_a_range(found, *cut.span()):
            pieces.append((start, cut.start()))
            start = cut.end()
            joined = cut["joint"]
    if _holds_fact(found, start, last):
        pieces.append((start, last))
    elif pieces and not joined:
        pieces[-1] = (pieces[-1][0], last)
    return pieces


def _holds_fact(found: tuple[Mention, ...], start: int, end: int) -> bool:
    return any(is_fact(mention) and start <= mention.start < end for mention in found)


def _joins_a_range(found: tuple[Mention, ...], start: int, end: int) -> bool:
    """Whether a cut stands between two facts of one kind, as in "between 4 pm and 6 pm"."""
    before = {mention.kind for mention in found if mention.end == start and is_fact(mention)}
    return any(mention.start == end and mention.kind in before for mention in found)


def _segment(plain: PlainText, blank: str, found: tuple[Mention, ...], start: int, end: int) -> Segment:
    excepted = [match.span() for match in _EXCEPTED.finditer(blank, start, end)]
    blank = mask_spans(blank, excepted)
    inside = [
        mention
        for mention in found
        if start <= mention.start < end and not any(first <= mention.start < last for first, last in excepted)
    ]
    days = frozenset(
        key
        for mention in inside
        if mention.kind is Kind.WEEKDAY
        for key in mention.offers
        if key.startswith("weekday:")
    )
    words = frozenset(content_words(blank[start:end]))
    names = frozenset(
        stem(match["place"]) for match in _PLACE.finditer(blank, start, end) if plain.is_upper(match.start("place"))
    )
    facts = tuple(mention for mention in inside if is_fact(mention))
    return Segment(start, end, facts, words | days, (names & words) | days | (words & _DISTINGUISHING))
