"""Read a text once: every checkable mention in it, in the order of the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from replyassist.guardrails import clock, dates
from replyassist.guardrails.addresses import address_mentions
from replyassist.guardrails.amounts import amount_mentions, code_mentions, idiom_mentions, vague_mentions
from replyassist.guardrails.frequencies import frequency_mentions, share_mentions
from replyassist.guardrails.holidays import holiday_mentions
from replyassist.guardrails.mention import Mention, masked
from replyassist.guardrails.rates import rate_mentions
from replyassist.guardrails.text import PlainText, compact, normalise

# Each reads what the ones before it have left.
_EXTRACTORS: tuple[Callable[[str, PlainText], Iterable[Mention]], ...] = (
    address_mentions,
    clock.always_mentions,
    dates.every_day_mentions,
    holiday_mentions,
    dates.iso_dates,
    dates.numeric_dates,
    dates.days_before_months,
    dates.days_after_months,
    dates.months_of_years,
    dates.days_of_any_month,
    clock.meridiem_times,
    clock.spoken_times,
    clock.plain_times,
    code_mentions,
    idiom_mentions,
    frequency_mentions,
    rate_mentions,
    vague_mentions,
    share_mentions,
    amount_mentions,
    clock.relative_mentions,
    dates.weekday_mentions,
    dates.month_mentions,
)


@dataclass(frozen=True, slots=True)
class OfferedFacts:
    """What some texts offer: the keys of their mentions, those of the past alone, and bare letters and digits."""

    offers: frozenset[str]
    letters: str
    past: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def mentions(text: str) -> tuple[Mention, ...]:
    """Every checkable mention; offsets are those of the folded text."""
    plain = normalise(text)
    rest = plain.text
    found: list[Mention] = []
    for extract in _EXTRACTORS:
        new = list(extract(rest, plain))
        if new:
            found.extend(new)
            rest = masked(rest, new)
    return tuple(sorted(found, key=lambda mention: (mention.start, mention.end)))


@lru_cache(maxsize=512)
def known(texts: tuple[str, ...]) -> OfferedFacts:
    """What these texts support."""
    found = [mention for text in texts for mention in mentions(text)]
    return OfferedFacts(
        offers=frozenset(key for mention in found for key in mention.offers),
        letters=" ".join(compact(text) for text in texts),
        past=frozenset(key for mention in found if mention.in_the_past for key in mention.offers),
    )
