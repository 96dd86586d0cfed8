"""Find days of a month, months and weekdays in a folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replyassist.guardrails.mention import Mention, MentionKind, simple
from replyassist.guardrails.numbers import ORDINAL, ordinal_value
from replyassist.guardrails.quantity_words import month_names, weekday_names, words_before_months
from replyassist.guardrails.text import PlainText

_MONTH_LISTING = "january february march april may june july august september october november december"
_MONTH_NAMES = _MONTH_LISTING.split()
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_MONTH_NAMES += sorted(set(month_names()) - set(_MONTHS), key=len, reverse=True)
_MONTHS = month_names() | _MONTHS
_DAY_NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_DAYS = {name: number for number, name in enumerate(_DAY_NAMES)}
_DAYS |= {name[:3]: number for name, number in _DAYS.items()} | {"tues": 1, "thur": 3, "thurs": 3}
_DAY_NAMES += sorted(set(weekday_names()) - set(_DAYS), key=len, reverse=True)
_DAYS = weekday_names() | _DAYS

_MONTH = rf"(?:(?:{'|'.join(_MONTH_NAMES)})(?![a-z])|(?:{'|'.join(set(_MONTHS) - set(_MONTH_NAMES))})(?![a-z])\.?)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_TO = r"\s?(?:-|to|and|until|till|through)\s?"
_YEAR = r"(?:,?\s(?P<year>\d{4})(?!\d))"

_OF = "|".join(("of", *sorted(words_before_months())))

_ISO = re.compile(r"(?<![\w.])(\d{4})-(\d{2})-(\d{2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\w./])(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\w/-]|\.\d)")
_DAY_FIRST = re.compile(
    rf"(?<!\w)(?:(?P<other>{_DAY}){_TO})?(?P<day>{_DAY}|{ORDINAL})\.?\s?"
    rf"(?:day )?(?:(?:{_OF}) )?(?P<month>{_MONTH}){_YEAR}?"
)
_MONTH_FIRST = re.compile(
    rf"(?<!\w)(?P<month>{_MONTH})\s(?:the )?(?P<day>{_DAY})(?!\d|[:.]\d|\s?(?:[ap]\.?m\b|%|€|euro))"
    rf"(?:{_TO}(?P<other>{_DAY})(?![\d:]))?{_YEAR}?"
)
_MONTH_AND_YEAR = re.compile(rf"(?<!\w)(?P<month>{_MONTH})\s(?P<year>\d{{4}})(?!\d)")
_DAY_OF_ANY_MONTH = re.compile(
    rf"(?<!\w)(?P<day>{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))(?: day)? of "
    r"(?:the|each|every|this|next|that|your) (?:following |same )?month(?!\w)"
)
_MONTH_ALONE = re.compile(
    r"(?<!\w)(?:january|february|april|june|july|august|september|october|november|december)(?!\w)"
    r"|(?<!\w)(?:in|by|of|from|since|until|till|to|before|after|during|this|next|last|early|late|mid|every)"
    r"[ -](?P<homonym>march|may)(?!\w)"
)
_WEEKDAY = re.compile(
    rf"(?<!\w)(?:(?P<group>weekday|weekend)s?|(?P<full>{'|'.join(_DAY_NAMES)})s?"
    r"|(?P<short>mon|tues|tue|wed|thurs|thur|thu|fri|sat|sun))(?!\w)"
)
_WEEKDAY_RANGE = re.compile(r"\.?\s?(?:-|to|through|thru|till|until)\s?")
_EVERY_DAY = re.compile(r"(?<!\w)(?:every ?day|daily|each day|(?P<always>(?:7|seven) days a week))(?!\w)")
_OPEN = re.compile(r"(?<!\w)(?:open|available|delivered|deliver) $")
_WISH = re.compile(r"(?:your|a|nice|great|lovely|good|relaxing|happy|wonderful|rest of the|fab) $")


def iso_dates(text: str, _: PlainText) -> Iterator[Mention]:
    """Dates such as 2026-12-18."""
    for match in _ISO.finditer(text):
        yield _day(match.span(), {(int(match[2]), int(match[3]))}, match[1])


def numeric_dates(text: str, _: PlainText) -> Iterator[Mention]:
    """Dates such as 18/12 or 01.11.2026, and other numbers with a slash."""
    for match in _NUMERIC.finditer(text):
        mention = _numeric(match)
        if mention:
            yield mention


def days_before_months(text: str, _: PlainText) -> Iterator[Mention]:
    """Dates such as 18 December or "the first of May"."""
    for match in _DAY_FIRST.finditer(text):
        yield from _spelt(match)


def days_after_months(text: str, _: PlainText) -> Iterator[Mention]:
    """Dates such as December 18th."""
    for match in _MONTH_FIRST.finditer(text):
        yield from _spelt(match)


def months_of_years(text: str, _: PlainText) -> Iterator[Mention]:
    """A month with its year."""
    for match in _MONTH_AND_YEAR.finditer(text):
        month, year = _month_number(match["month"]), match["year"]
        key = f"month:{month}:{year}"
        offers = frozenset([key, f"month:{month}", f"#{year}"])
        yield Mention(MentionKind.DATE, *match.span(), needs=frozenset([key]), offers=offers)


def days_of_any_month(text: str, _: PlainText) -> Iterator[Mention]:
    """ "The first of each month"."""
    for match in _DAY_OF_ANY_MONTH.finditer(text):
        day = f"day:{ordinal_value(match['day'])}"
        offers = frozenset([day, day.replace("day:", "#")])
        yield Mention(MentionKind.DATE, *match.span(), needs=frozenset([day]), offers=offers)


def month_mentions(text: str, plain: PlainText) -> Iterator[Mention]:
    """A month that stands alone; "may" and "march" only where the words around them make them months."""
    for match in _MONTH_ALONE.finditer(text):
        span = match.span("homonym") if match["homonym"] else match.span()
        if match["homonym"] and not plain.is_upper(span[0]):
            continue
        yield simple(MentionKind.DATE, span, f"month:{_month_number(text[slice(*span)])}")


def every_day_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """ "Every day" offers each weekday; "seven days a week" and "open every day" must themselves be supported."""
    offers = frozenset(
        [*(f"weekday:{day}" for day in range(7)), "group:weekday", "group:weekend", "every day", "rate:day"]
    )
    for match in _EVERY_DAY.finditer(text):
        is_claim = match["always"] or _OPEN.search(text, max(0, match.start() - 12), match.start())
        needs = frozenset(["every day", "always"]) if is_claim else frozenset[str]()
        yield Mention(MentionKind.ROUND_THE_CLOCK, *match.span(), needs=needs, offers=offers)


def weekday_mentions(text: str, plain: PlainText) -> Iterator[Mention]:
    """Weekdays; in "Monday to Saturday" the days between are mentioned too."""
    previous: re.Match[str] | None = None
    for match in _WEEKDAY.finditer(text):
        if match["group"]:
            yield from _weekday_group(match, text)
            previous = None
            continue
        if match["short"] and not _is_day_abbreviation(match, previous, text, plain):
            continue
        day = _day_number(match)
        yield simple(MentionKind.WEEKDAY, match.span(), f"weekday:{day}")
        if previous and _WEEKDAY_RANGE.fullmatch(text, previous.end(), match.start()):
            yield from _days_between(_day_number(previous), day, (previous.start(), match.end()))
        previous = match


def _day(span: tuple[int, int], month_days: set[tuple[int, int]], year: str | None) -> Mention:
    year = f"20{year}" if year and len(year) == 2 else year
    plain_keys = {f"date:{month}-{day}" for month, day in month_days}
    dated_keys = {f"{key}:{year}" for key in plain_keys} if year else set()
    offers = plain_keys | dated_keys
    for month, day in month_days:
        offers |= {f"month:{month}", f"day:{day}", f"#{day}"}
        offers |= {f"month:{month}:{year}", f"#{year}"} if year else set()
    return Mention(MentionKind.DATE, *span, needs=frozenset(dated_keys or plain_keys), offers=frozenset(offers))


def _numeric(match: re.Match[str]) -> Mention | None:
    """Numbers such as 18/12 or 01.11.2026: either order may be meant."""
    first, second, year = int(match[1]), int(match[3]), match[4]
    if year is None and match[2] != "/":
        return None
    month_days = {(month, day) for day, month in ((first, second), (second, first)) if month <= 12 and day <= 31}
    month_days = {(month, day) for month, day in month_days if month and day}
    literal = f"slash:{match[0]}"
    if not month_days:
        return simple(MentionKind.NUMBER, match.span(), literal) if year is None else None
    mention = _day(match.span(), month_days, year)
    return Mention(
        mention.kind,
        mention.start,
        mention.end,
        needs=mention.needs | {literal},
        offers=mention.offers | {literal},
    )


def _spelt(match: re.Match[str]) -> Iterator[Mention]:
    month = _month_number(match["month"])
    for part in ("day", "other"):
        if match[part]:
            yield _day(match.span(), {(month, ordinal_value(match[part]))}, match["year"])


def _month_number(name: str) -> int:
    return _MONTHS[name.rstrip(".")]


def _day_number(match: re.Match[str]) -> int:
    return _DAYS[match["full"] or match["short"]]


def _is_day_abbreviation(match: re.Match[str], previous: re.Match[str] | None, text: str, plain: PlainText) -> bool:
    """Whether "sat" or "sun" is a day: it is written with a capital, or ends a range of days."""
    if plain.is_upper(match.start()):
        return True
    return previous is not None and bool(_WEEKDAY_RANGE.fullmatch(text, previous.end(), match.start()))


def _days_between(first: int, last: int, span: tuple[int, int]) -> Iterator[Mention]:
    day = (first + 1) % 7
    count = 2
    while day != last and count < 7:
        yield simple(MentionKind.WEEKDAY, span, f"weekday:{day}")
        day = (day + 1) % 7
        count += 1
    if first == 0 and last >= 4:
        whole = {"group:weekday", "every day"} if last == 6 else {"group:weekday"}
        yield Mention(MentionKind.WEEKDAY, *span, offers=frozenset(whole))


def _weekday_group(match: re.Match[str], text: str) -> Iterator[Mention]:
    group = match["group"]
    if group == "weekend" and _WISH.search(text, max(0, match.start() - 20), match.start()):
        return
    days = range(5) if group == "weekday" else (5, 6)
    keys = frozenset(f"weekday:{day}" for day in days)
    extra = keys if group == "weekend" else frozenset[str]()
    yield Mention(
        MentionKind.WEEKDAY,
        *match.span(),
        needs=extra | {f"group:{group}"},
        offers=keys | {f"group:{group}"},
    )
