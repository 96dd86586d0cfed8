"""Find numbers with their units in a folded text: counts, measures, prices, percentages, spans of time, codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from replyassist.core.word_lists import words_of
from replyassist.guardrails.mention import Mention, MentionKind, simple
from replyassist.guardrails.numbers import (
    DIGITS,
    ORDINAL,
    WORDS,
    digits_value,
    ordinal_value,
    other_reading,
    plain_number,
    words_value,
)
from replyassist.guardrails.quantity_words import NumberWord, number_words
from replyassist.guardrails.text import PlainText
from replyassist.guardrails.units import CALENDAR_DAY, PERCENT, WORKING_DAY, MeasureUnit, currency_before, unit_after

_CODE = re.compile(
    r"(?<!\w)(?:\d+(?:\.\d+){2,}(?!\w)"
    r"|(?!(?:eur|gbp|usd|chf|sek|nok|dkk|pln)\d)[a-z]{1,10}\d[\w-]*(?<=\w)"
    r"|[a-z]{1,6}-\d{2,}[\w-]*(?<=\w)"
    r"|\d{1,6}(?!x\d)[a-z]{1,4}\d\w*"
    r"|\d{13,})"
)
_IDIOM = re.compile(
    r"(?<!\w)(?:high[ -]five|thanks a million|a million thanks|one in a million|square one|cloud nine"
    r"|(?:one|two|three) (?:quick |more |small |other )?(?:things?|questions|points)"
    r"|(?:one|two) or (?:two|three)(?! \w)"
    r"|(?<=these )two|(?<=those )two|one[ -](?:by|on|to|off)[ -]?(?:one)?|two cents)(?!\w)"
)
_NUMBER = re.compile(
    rf"(?:(?<!\w)|(?<=\dx)|(?<=eur)|(?<=gbp)|(?<=usd)|(?<=chf))(?P<digits>{DIGITS})(?!\u20e3)"
    rf"(?:(?P<ordinal>st|nd|rd|th)(?!\w)|\s?(?P<scale>k|thousand|million|m(?= (?:euro|pound|dollar)))(?![^\W\d_]))?"
    rf"|(?<![\w'])(?P<words>{WORDS})"
)
_LIST_NUMBER = re.compile(r"(?:^|\n) {0,9}\d{1,2}[.)] ")
_WORD_ORDINAL = re.compile(rf"(?<!\w){ORDINAL}(?!\w)")
_ARTICLE_SPAN = re.compile(
    r"(?<!\w)(?:in|within|takes?|about|under|after|for|least|than|to|around|only|just) (?P<article>an? )"
    r"(?:full |whole )?(?:working |business )?(?:hour|day|week|month|year|fortnight|minute)(?!\w)"
)
_HALF = re.compile(r"(?<!\w)half(?:[ -](?P<price>off|price)| (?P<time>an? (?:hour|day|year)))(?!\w)")
_VAGUE = re.compile(
    r"(?<!\w)(?:a )?(?P<few>few|couple(?: of)?|several) (?:working |business |more |short )?"
    r"(?P<unit>minute|hour|day|week|month)s(?!\w)"
)
_JOIN = re.compile(
    r"\s?-?\s?(?P<joiner>-|to|and|or|x|till|until|through|bis|tot|&|/)\s?(?:[€£$]|(?:eur|gbp|usd)(?!\w))?\s?"
)
_AT_LEAST = re.compile(
    r"(?:at least|from|minimum(?: of)?|as little as|earliest|more than|over|between|than|after) (?:[€£$])?$"
)
_DATE_BEFORE = re.compile(r"(?<!\w)(?:on|by|until|till|before|after|from|since|to|and|latest) (?:the )?$")
_PAST = re.compile(
    r"(?:past|last|previous|(?:been|waiting|waited|took|taken|spent)(?: (?:for|over|about|like|almost|nearly))?"
    r"(?: (?:the )?(?:past|last))?) $"
    r"|(?:have|has|had|'ve|haven't|hasn't|been|waiting|waited)(?!\w)[^.!?,\n]{0,30} for (?:like |over |about )?$"
)
_AGO = re.compile(r" (?:ago|already|late|overdue|now|and counting|later|is (?:too|very|far too|so) long)(?!\w)")
_NOUN = re.compile(r"[ -]([^\W\d_]{3,})")
_NO_NOUNS = words_of(
    "and are but for from not the then than that this there they you your our was were will with when would which "
    "who has have had had can could may might must should since until till though thank thanks sorry please per "
    "if into onto here its just only also all any too max maximum minimum min right now today tomorrow onwards "
    "instead after before because via between during without about around get gets got pay pays "
    "is isn does doesn do don must"
)
_PLURALS = frozenset({"people", "children", "men", "women", "person", "off"})
_RANGE_JOINERS = frozenset({"-", "to", "till", "until", "through", "bis", "tot"})
_HALF_TIMES = {"hour": Decimal(1800), "day": Decimal(43200)}


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number as it was found; ``noun`` is the word that follows a number without a known unit."""

    start: int
    end: int
    value: Decimal
    digits: bool
    unit: MeasureUnit | None = None
    other_value: Decimal | None = None
    noun: str = ""
    low_end: bool = False
    needs_unit: bool = False
    whole: tuple[int, int] | None = None

    @property
    def span(self) -> tuple[int, int]:
        """Where the amount stands; both ends of a range stand where the range does."""
        return self.whole or (self.start, self.end)


def code_mentions(text: str, plain: PlainText) -> Iterator[Mention]:
    """Order numbers, models and versions: letters and digits together, or many digits."""
    for match in _CODE.finditer(text):
        if re.match(r"[a-z]+-", match[0]) and not plain.is_upper(match.start()) and len(match[0]) < 7:
            continue
        if re.fullmatch(r"\d+(?:st|nd|rd|th)|\d+(?:am|pm)\d*", match[0]):
            continue
        letters = "".join(character for character in match[0] if character.isalnum())
        offers = {f"code:{letters}", *(f"#{run}" for run in re.findall(r"\d{3,}", match[0]))}
        yield Mention(MentionKind.CODE, *match.span(), needs=frozenset([f"code:{letters}"]), offers=frozenset(offers))


def idiom_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """Number words that count nothing."""
    for pattern in (_IDIOM, _LIST_NUMBER):
        for match in pattern.finditer(text):
            yield Mention(MentionKind.NUMBER, *match.span())


def amount_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """Numbers with what they count."""
    english = [_read(text, match) for match in _NUMBER.finditer(text)]
    taken = {amount.start for amount in english}
    elsewhere = [_read_word(text, word) for word in number_words(text) if word.start not in taken]
    amounts = _with_shared_units(text, sorted((*english, *elsewhere), key=lambda amount: amount.start))
    for amount in amounts:
        if amount.unit is None and (amount.needs_unit or text[amount.start : amount.end] == "one"):
            continue
        yield _both_readings(text, amount)
    for match in _ARTICLE_SPAN.finditer(text):
        found = unit_after(text, match.end("article") - 1, digits=False)
        if found:
            yield _mention(text, _Amount(match.start("article"), found[1], Decimal(1), False, found[0]))
    for match in _WORD_ORDINAL.finditer(text):
        value = ordinal_value(match[0])
        yield Mention(MentionKind.NUMBER, *match.span(), offers=frozenset([f"#{value}", f"!{value}", f"day:{value}"]))


def vague_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """ "A few days" and "half an hour": spans of time without a numeral, and "half price"."""
    for match in _HALF.finditer(text):
        if match["price"]:
            yield _mention(text, _Amount(*match.span(), Decimal(50), False, PERCENT))
        else:
            unit = match["time"].rpartition(" ")[2]
            key = "=6:month" if unit == "year" else f"={plain_number(_HALF_TIMES[unit])}:second"
            yield simple(MentionKind.TIME_SPAN, match.span(), key)
    for match in _VAGUE.finditer(text):
        key = f"vague:{match['unit']}"
        yield Mention(
            MentionKind.TIME_SPAN,
            *match.span(),
            needs=frozenset([key]),
            offers=frozenset([key]),
            near=(("", "grounding.vague_time_span"),),
            in_the_past=_is_past(text, *match.span()),
        )


def _read(text: str, match: re.Match[str]) -> _Amount:
    if match["words"]:
        amount = _Amount(*match.span(), words_value(match["words"]), digits=False)
    else:
        scale = {"k": 1000, "thousand": 1000, "million": 1_000_000, "m": 1_000_000}.get(match["scale"] or "", 1)
        other = other_reading(match["digits"]) if scale == 1 else None
        amount = _Amount(*match.span(), digits_value(match["digits"]) * scale, digits=True, other_value=other)
        if match["ordinal"]:
            return replace(amount, unit=_ORDINAL_UNIT)
    after = unit_after(text, amount.end, digits=amount.digits)
    before = currency_before(text, amount.start)
    if before and not (after and after[0].kind is MentionKind.PRICE and after[0].base != "cent"):
        return replace(amount, unit=before[0], start=before[1])
    if after:
        return replace(amount, unit=after[0], end=after[1])
    return replace(amount, noun=_noun_after(text, amount))


def _read_word(text: str, word: NumberWord) -> _Amount:
    """A number in words of another language than English, with its unit."""
    amount = _Amount(word.start, word.end, word.value, digits=False, needs_unit=word.needs_unit)
    after = unit_after(text, amount.end, digits=False)
    if after:
        return replace(amount, unit=after[0], end=after[1])
    return replace(amount, noun=_noun_after(text, amount))


_ORDINAL_UNIT = MeasureUnit(MentionKind.NUMBER, "ordinal")


def _noun_after(text: str, amount: _Amount) -> str:
    if amount.digits and re.fullmatch(r"(?:19|20)\d\d", text[amount.start : amount.end]):
        return ""
    following = _NOUN.match(text, amount.end)
    return "" if following is None or following[1] in _NO_NOUNS else following[1]


def _with_shared_units(text: str, amounts: list[_Amount]) -> list[_Amount]:
    """In "4 to 7 days" both numbers are days, and in "€20-40" both are euros."""
    joined = [False] * len(amounts)
    for index in range(len(amounts) - 2, -1, -1):
        here, following = amounts[index], amounts[index + 1]
        joint = _JOIN.fullmatch(text, here.end, following.start)
        if joint is None:
            continue
        joined[index] = True
        if here.unit is None:
            here = replace(here, unit=following.unit, noun=following.noun)
        elif following.unit is None and not following.noun and here.unit.kind is MentionKind.PRICE:
            amounts[index + 1] = replace(following, unit=here.unit)
        is_range = joint["joiner"] in _RANGE_JOINERS or text.endswith("between ", 0, here.start)
        amounts[index] = replace(here, low_end=is_range and here.unit == amounts[index + 1].unit)
    return _standing_together(amounts, joined)


def _standing_together(amounts: list[_Amount], joined: list[bool]) -> list[_Amount]:
    """Let the amounts of one range all stand where the range does."""
    together: list[_Amount] = []
    first = 0
    for index, is_joined in enumerate(joined):
        if is_joined:
            continue
        whole = (amounts[first].start, amounts[index].end)
        together.extend(replace(amount, whole=whole) for amount in amounts[first : index + 1])
        first = index + 1
    return together


def _is_past(text: str, start: int, end: int) -> bool:
    return bool(_PAST.search(text, max(0, start - 48), start) or _AGO.match(text, end))


def _both_readings(text: str, amount: _Amount) -> Mention:
    """ "1.000" is a thousand or one: as a price the former, else either."""
    mention = _mention(text, amount)
    if amount.other_value is None:
        return mention
    other = _mention(text, replace(amount, value=amount.other_value))
    if mention.kind is MentionKind.PRICE:
        return other
    return replace(mention, needs=mention.needs | other.needs, offers=mention.offers | other.offers)


def _mention(text: str, amount: _Amount) -> Mention:
    value = plain_number(amount.value)
    span = amount.span
    if amount.unit is None:
        counts = amount.noun.endswith("s") or amount.noun in _PLURALS
        needs = {f"!{value}", f"?{value}"} if counts else {f"#{value}"}
        offers = {f"#{value}", f"!{value}" if amount.noun else f"?{value}"}
        near = ((f"#{value}", "grounding.unit_changed"),) if counts else ()
        return Mention(MentionKind.NUMBER, *span, needs=frozenset(needs), offers=frozenset(offers), near=near)
    if amount.unit is _ORDINAL_UNIT:
        offers = {f"day:{value}", f"#{value}", f"!{value}"}
        is_date = _DATE_BEFORE.search(text, max(0, amount.start - 12), amount.start)
        kind, near = (
            (MentionKind.DATE, ()) if is_date else (MentionKind.NUMBER, (("", "grounding.unsupported_ordinal"),))
        )
        return Mention(kind, *span, needs=frozenset([f"day:{value}"]), offers=frozenset(offers), near=near)
    return _measured(text, amount, amount.unit, value)


def _measured(text: str, amount: _Amount, unit: MeasureUnit, value: str) -> Mention:
    exact = f"={plain_number(amount.value * unit.factor)}:{unit.base}"
    low = f"low{exact}"
    is_span = unit.kind is MentionKind.TIME_SPAN
    may_be_low = amount.low_end or bool(_AT_LEAST.search(text, max(0, amount.start - 20), amount.start))
    offered = low if amount.low_end and is_span else exact
    near = [(low, "grounding.range_shortened")] if is_span and not may_be_low else []
    offers = {offered, f"#{value}"}
    if unit in (WORKING_DAY, CALENDAR_DAY):
        other = "calendar" if unit == WORKING_DAY else "working"
        near.append((f"{other} day:{value}", "grounding.unit_changed"))
        offers.add(f"{'working' if unit == WORKING_DAY else 'calendar'} day:{value}")
    return Mention(
        unit.kind,
        *amount.span,
        needs=frozenset({exact, f"?{value}"} | ({low} if may_be_low else set())),
        offers=frozenset(offers),
        near=tuple(near),
        same_number=f"#{value}",
        in_the_past=is_span and _is_past(text, amount.start, amount.end),
    )
