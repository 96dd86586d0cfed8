"""Read numbers that are written in digits or in English words."""

from __future__ import annotations

import re
from decimal import Decimal

_SMALL_LISTING = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_SMALL_WORDS = _SMALL_LISTING.split()
_SMALL = {word: number for number, word in enumerate(_SMALL_WORDS)} | {"a": 1}
_TENS_WORDS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_TENS = {word: number * 10 for number, word in enumerate(_TENS_WORDS, start=2)}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}

_ORDINAL_LISTING = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_FIRST_ORDINALS = _ORDINAL_LISTING.split()
_ORDINALS = {word: number for number, word in enumerate(_FIRST_ORDINALS, start=1)}
_ORDINALS |= {f"twenty-{word}": 20 + number for number, word in enumerate(_FIRST_ORDINALS[:9], start=1)}
_ORDINALS |= {"thirtieth": 30, "thirty-first": 31}

ORDINAL = rf"(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"

_UNDER_HUNDRED = (
    rf"(?:(?:{'|'.join(_TENS_WORDS)})(?:[ -](?:{'|'.join(_SMALL_WORDS[1:10])})(?![a-z]))?"
    rf"|(?:{'|'.join(sorted(_SMALL_WORDS, key=len, reverse=True))}))"
)
_SCALE = rf"(?:{'|'.join(_SCALES)})"
DIGITS = (
    r"\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d)|\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,3}(?: \d{3})+(?!\d|[.,]\d)"
    r"|\d{1,12}(?:[.,]\d{1,6})?(?!\d)"
)
WORDS = (
    rf"(?:(?:{_UNDER_HUNDRED}|a) {_SCALE}(?: {_SCALE})?(?: (?:and )?{_UNDER_HUNDRED})?|{_UNDER_HUNDRED}"
    r"|hundred(?= per))(?![a-z])"
)
_POINTS_AND_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}")
_POINT_AND_THREE = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def other_reading(text: str) -> Decimal | None:
    """A thousand for "1.000", which may also be one with three decimals; None where there is one reading only."""
    return Decimal(text.replace(".", "")) if _POINT_AND_THREE.fullmatch(text) else None


def ordinal_value(text: str) -> int:
    """The number of "18", "18th" or "eighteenth"."""
    if text in _ORDINALS:
        return _ORDINALS[text]
    return int("".join(character for character in text if character.isdigit()))


def digits_value(text: str) -> Decimal:
    """The number of "1,000", "1 000", "4.50", "4,50" or "1.000,50"."""
    text = text.replace(" ", "")
    if _POINTS_AND_COMMA.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _THOUSANDS.fullmatch(text):
        return Decimal(text.replace(",", ""))
    return Decimal(text.replace(",", "."))


def words_value(text: str) -> Decimal:
    """The number of "twenty-five" or "two hundred and ten"."""
    total = current = 0
    for word in re.split(r"[ -]+", text):
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if _SCALES[word] >= 1000:
                total, current = total + current, 0
        elif word != "and":
            current += _SMALL[word] if word in _SMALL else _TENS[word]
    return Decimal(total + current)


def plain_number(number: Decimal) -> str:
    """One way to write a number: no exponent, no idle zeros."""
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written
