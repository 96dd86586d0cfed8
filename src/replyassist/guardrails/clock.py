"""Find times of day, words such as "tomorrow", and "24/7" in a folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from replyassist.guardrails.mention import Mention, MentionKind, simple
from replyassist.guardrails.numbers import plain_number
from replyassist.guardrails.text import PlainText

_MERIDIEM = r"(?:am|a\.m\.|a\.m|pm|p\.m\.|p\.m)(?![a-z])"
_WITH_MERIDIEM = re.compile(
    r"(?<![\w.:])(?:(?P<first>\d{1,2}(?:[:.]\d{2})?)\s?(?:-|to|and|until|till)\s?)?"
    rf"(?P<time>\d{{1,2}}(?:[:.]\d{{2}})?)\s?(?P<meridiem>{_MERIDIEM})"
)
_TWENTY_FOUR = re.compile(r"(?<![\w.:])(?P<time>\d{1,2}(?::|h(?=\d))\d{2})(?![\d:])(?:\s?(?:hrs|h)(?!\w))?")
_OCLOCK = re.compile(r"(?<![\w.:])(?P<time>\d{1,2})\s?o'?clock(?!\w)")
_DOTTED = re.compile(
    r"(?<!\w)(?:at|from|until|till|to|by|before|after|and|-) (?P<time>(?:[01]?\d|2[0-3])\.[0-5]\d)"
    r"(?![\d.,]|\w|\s?(?:[€£$%°]|eur|gbp|usd|pounds?|dollars?|kg|g\b|ml|l\b|km|cm|m\b|percent|per cent|hours?))"
)
_HOUR_WORDS = "one two three four five six seven eight nine ten eleven twelve"
_HOURS = {word: str(hour) for hour, word in enumerate(_HOUR_WORDS.split(), start=1)}
_SPOKEN = re.compile(
    rf"(?<!\w)(?P<part>half|(?:a )?quarter) (?P<side>past|to) (?P<hour>{'|'.join(_HOURS)}|\d{{1,2}})(?![\w:]|\.\d)"
)
_NAMED = re.compile(r"(?<!\w)(?:noon|midday|midnight)(?!\w)")
_PART = r"(?:week|month|year|weekend|night|morning|afternoon|evening|spring|summer|autumn|winter)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_RELATIVE = re.compile(
    r"(?<!\w)(?:(?:the )?day (?:after tomorrow|before yesterday)|tomorrow|tonight|overnight|yesterday|earlier today"
    rf"|(?:next|this|coming|last|past) (?:{_PART}|{_WEEKDAY})"
    r"|(?:next|same|following)[ -](?:working |business )?day"
    r"|(?:end|start|beginning|middle) of (?:the |this |next )?(?:day|week|month|year)"
    r"|(?:by|until|before|out|ships?|shipped|arrives?|arriving|sent|send|dispatched|delivered|leaves?|leaving"
    r"|refunded|goes|going out|posted) (?P<today>today)"
    r"|(?P<today_at>today) at the latest)(?!\w)"
)
_PAST = re.compile(r"(?:the )?day before|yesterday|earlier|last|past")
_ALWAYS = re.compile(
    r"(?P<named>(?<![\w/])24\s?/\s?7(?![\w/])|(?<!\w)(?:(?:a)?round the clock|day and night|at all hours)(?!\w))"
    r"|(?<!\w)24 hours a day(?!\w)|(?<=open )24[ -]hours?(?!\w)"
)


def meridiem_times(text: str, _: PlainText) -> Iterator[Mention]:
    """Times with am or pm; in "5 to 9 pm" the first may be either."""
    for match in _WITH_MERIDIEM.finditer(text):
        afternoon = match["meridiem"][0] == "p"
        yield from _time(match.span(), {_minutes(match["time"], afternoon=afternoon)})
        if match["first"]:
            yield from _time(match.span(), {_minutes(match["first"], afternoon=half) for half in (True, False)})


def spoken_times(text: str, _: PlainText) -> Iterator[Mention]:
    """ "Half past nine" and "a quarter to six"; either half of the day may be meant."""
    for match in _SPOKEN.finditer(text):
        hour = _HOURS.get(match["hour"], match["hour"])
        minutes = 30 if match["part"] == "half" else 15
        moved = minutes if match["side"] == "past" else -minutes
        starts = {_minutes(hour, afternoon=half) for half in (True, False)}
        yield from _time(match.span(), {(start + moved) % 1440 for start in starts if start is not None})


def plain_times(text: str, _: PlainText) -> Iterator[Mention]:
    """Times without am or pm are read on the 24-hour clock; in a draft they may mean either half of the day."""
    for match in _TWENTY_FOUR.finditer(text):
        yield from _time(match.span(), {_minutes(match["time"])}, may_mean={_later(match["time"])})
    for match in _DOTTED.finditer(text):
        for mention in _time(match.span("time"), {_minutes(match["time"])}, may_mean={_later(match["time"])}):
            decimal = plain_number(Decimal(match["time"]))
            yield replace(mention, needs=mention.needs | {f"#{decimal}"}, offers=mention.offers | {f"#{decimal}"})
    for match in _OCLOCK.finditer(text):
        yield from _time(match.span(), {_minutes(match["time"], afternoon=half) for half in (True, False)})
    for match in _NAMED.finditer(text):
        yield from _time(match.span(), {0 if match[0] == "midnight" else 12 * 60})


def relative_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """Words whose day depends on when they are read."""
    for match in _RELATIVE.finditer(text):
        group = "today" if match["today"] else "today_at" if match["today_at"] else 0
        wording = match[group].replace("-", " ").removeprefix("the ").replace("business", "working")
        past = _PAST.match(wording) is not None
        yield simple(MentionKind.RELATIVE_TIME, match.span(group), f"relative:{wording}", past=past)


def always_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """24/7 and its other wordings."""
    for match in _ALWAYS.finditer(text):
        needs = {"always"} if match["named"] else {"always", "=86400:second"}
        yield Mention(
            MentionKind.ROUND_THE_CLOCK,
            *match.span(),
            needs=frozenset(needs),
            offers=frozenset(["always", "=86400:second", "#24", "rate:day"]),
        )


def _minutes(time: str, *, afternoon: bool | None = None) -> int | None:
    """Minutes since midnight, or None for what is no time of day."""
    hour_text, _, minute_text = re.sub(r"[.h]", ":", time).partition(":")
    hour, minute = int(hour_text), int(minute_text or 0)
    if hour > 24 or minute > 59:
        return None
    if afternoon is True and hour < 12:
        hour += 12
    elif afternoon is False and hour == 12:
        hour = 0
    return hour % 24 * 60 + minute


def _later(time: str) -> int | None:
    """The same time in the afternoon, unless the hour begins with 0 and so stands on the 24-hour clock."""
    return None if time.startswith("0") else _minutes(time, afternoon=True)


def _time(
    span: tuple[int, int], minutes: set[int | None], *, may_mean: set[int | None] | None = None
) -> Iterator[Mention]:
    known = {minute for minute in minutes if minute is not None}
    also = {minute for minute in may_mean or () if minute is not None}
    if known:
        hours = {minute // 60 for minute in known if minute % 60 == 0}
        hours |= {hour % 12 or 12 for hour in hours}
        military = {minute // 60 * 100 + minute % 60 for minute in known}
        offers = {f"clock:{minute}" for minute in known} | {f"#{number}" for number in hours | military}
        needs = {f"clock:{minute}" for minute in known | also}
        yield Mention(MentionKind.TIME, *span, needs=frozenset(needs), offers=frozenset(offers))
