"""The units that a number can have, brought to one base unit each so that two weeks are fourteen days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from replyassist.guardrails.mention import MentionKind
from replyassist.guardrails.quantity_words import unit_names


@dataclass(frozen=True, slots=True)
class MeasureUnit:
    """A unit of measure: how many of its base unit it is."""

    kind: MentionKind
    base: str
    factor: Decimal = Decimal(1)


def _units(kind: MentionKind, base: str, factors: dict[str, str]) -> dict[str, MeasureUnit]:
    return {
        name: MeasureUnit(kind, base, Decimal(factor)) for names, factor in factors.items() for name in names.split("|")
    }


WORKING_DAY = MeasureUnit(MentionKind.TIME_SPAN, "working day")
CALENDAR_DAY = MeasureUnit(MentionKind.TIME_SPAN, "second", Decimal(86400))
PERCENT = MeasureUnit(MentionKind.PERCENTAGE, "percent")

_OTHER_CURRENCIES = ("chf", "sek", "nok", "dkk", "pln", "czk", "huf", "cad", "aud", "jpy", "inr")
_TIME = {
    "second|seconds|sec|secs": "1",
    "minute|minutes|min|mins": "60",
    "hour|hours|hr|hrs": "3600",
    "day|days|calendar day|calendar days": "86400",
    "week|weeks|wk|wks": "604800",
    "fortnight|fortnights": "1209600",
}
_ENGLISH_UNITS = (
    _units(MentionKind.TIME_SPAN, "second", _TIME)
    | dict.fromkeys(
        (*("working day", "working days", "business day", "business days", "workday", "workdays", "weekdays"),),
        WORKING_DAY,
    )
    | _units(MentionKind.TIME_SPAN, "working hour", {"working hour|working hours|business hour|business hours": "1"})
    | _units(MentionKind.TIME_SPAN, "night", {"night|nights": "1"})
    | _units(
        MentionKind.TIME_SPAN,
        "month",
        {
            "month|months": "1",
            "quarter|quarters": "3",
            "year|years|yr|yrs|years old|year old|years-old|year-old|yo|years of age": "12",
        },
    )
    | dict.fromkeys(("%", "percent", "per cent", "pct"), PERCENT)
    | _units(MentionKind.PERCENTAGE, "percentage point", {"percentage point|percentage points|percent points|pp": "1"})
    | _units(MentionKind.PRICE, "eur", {"€|euro|euros|eur": "1"})
    | _units(MentionKind.PRICE, "gbp", {"£|pound|pounds|gbp|quid": "1"})
    | _units(MentionKind.PRICE, "usd", {"$|dollar|dollars|usd|us$|bucks": "1"})
    | {code: MeasureUnit(MentionKind.PRICE, code) for code in _OTHER_CURRENCIES}
    | _units(MentionKind.PRICE, "cent", {"cent|cents|pence|ct": "1"})
    | _units(MentionKind.NUMBER, "gram", {"gram|grams|gr": "1", "kg|kgs|kilo|kilos|kilogram|kilograms": "1000"})
    | _units(MentionKind.NUMBER, "millilitre", {"ml": "1", "cl": "10", "litre|litres|liter|liters": "1000"})
    | _units(
        MentionKind.NUMBER,
        "millimetre",
        {
            "mm": "1",
            "cm|cms|centimetre|centimetres": "10",
            "metre|metres|meter|meters": "1000",
            "km|kilometres": "1000000",
        },
    )
    | _units(MentionKind.NUMBER, "degree", {"°c|° c|°|degree|degrees|degrees celsius|degree celsius": "1"})
    | _units(MentionKind.NUMBER, "inch", {"inch|inches": "1"})
    | _units(MentionKind.NUMBER, "mile", {"mile|miles": "1"})
    | _units(MentionKind.NUMBER, "ounce", {"oz|ounce|ounces": "1"})
    | _units(MentionKind.NUMBER, "pound weight", {"lb|lbs": "1"})
)
_UNITS = {name: _ENGLISH_UNITS[unit] for name, unit in unit_names().items()} | _ENGLISH_UNITS
_AFTER_DIGITS_ONLY = {
    "h": _UNITS["hour"],
    "g": _UNITS["gram"],
    "l": _UNITS["litre"],
    "p": _UNITS["cent"],
    "m": _UNITS["metre"],
}


def _alternatives(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_FILLER = r"(?:(?:or so|full|whole|more|extra|further|long|short|consecutive|additional|other) ){0,2}"
_WORDS = [name for name in _UNITS if name[-1].isalpha()]
_SIGNS = [name for name in _UNITS if not name[-1].isalpha()]
_AFTER = re.compile(
    rf"[ -]?{_FILLER}(?P<unit>{_alternatives(_WORDS)})(?![^\W\d_])| ?(?P<sign>{_alternatives(_SIGNS)})(?!\d)"
)
_AFTER_DIGITS = re.compile(rf" ?(?P<unit>{_alternatives(list(_AFTER_DIGITS_ONLY))})(?![^\W\d_])")
_BEFORE = re.compile(r"(?:(?<![^\W\d_])(?:eur|gbp|usd|chf|sek|nok|dkk|pln|us\$)|[€£$])\s?$")


def unit_after(text: str, position: int, *, digits: bool) -> tuple[MeasureUnit, int] | None:
    """The unit right after a number, and where it ends."""
    match = _AFTER.match(text, position)
    if match:
        return _UNITS[match["unit"] or match["sign"]], match.end()
    match = _AFTER_DIGITS.match(text, position) if digits else None
    return (_AFTER_DIGITS_ONLY[match["unit"]], match.end()) if match else None


def currency_before(text: str, position: int) -> tuple[MeasureUnit, int] | None:
    """The currency right before a number, and where it starts."""
    match = _BEFORE.search(text, max(0, position - 5), position)
    return (_UNITS[match[0].strip()], match.start()) if match else None
