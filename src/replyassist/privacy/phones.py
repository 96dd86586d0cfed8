"""Telephone numbers, international and national, told apart from prices, dates and other numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from replyassist.privacy.cues import is_announced, words

_CANDIDATE = re.compile(
    r"(?<![\w/€$£#%-])(?<!\d[.,:])(?:\+|\(\+?)?\d(?:[ ./-]?[()]?[ ]?\d){5,16}"
    r"(?:\s?(?:x|ext\.?|extension)\s?\d{1,6})?(?![\w€$£%]|[.,:]\d|-\d)",
    re.IGNORECASE,
)
_CUE = words(
    r"call(?:ed|s|ing)? phones? telephone tel mobile cell(?:phone)? fax whats\s?app text(?:ed|s|ing)? sms ring(?:ing)?"
    r" rang contact reach(?:ed)? answer(?:ing|s)? dial(?:ed)? (?:my|your|the|his|her|our)\snumber"
    r" number\sis"
    r" messages?\sto registered"
    r" handy telefon\w* anrufen rufnummer mobil\w* téléphone portable appeler teléfono móvil"
    r" llama\w* cellulare telefono chiamare telefoon bel desk"
    r" hotline helpline landline ph emergency\scontact toll\sfree"
)
_WEAK_CUE = words(r"numbers? nr num home work office line contacts? details")
_NAMED_AFTER = re.compile(
    r"\)?,?\s(?:is|was|'s)\s(?:my|our|the|his|her)\s(?:\w+\s)?(?:numbers?|phone|mobile|cell|landline)\b", re.IGNORECASE
)
_CUE_REACH, _WEAK_REACH = 40, 20
_NOT_A_PHONE = words(
    r"order parcel tracking invoice reference ref ticket case account iban version model serial isbn batch lot sku"
    r" article item product between from",
)
_NOT_REACH = 14
_UNIT = re.compile(
    r"\s?(?:[€$£%°]|(?:g|kg|ml|euros?|eur|dollars?|usd|gbp|pounds?|followers|views|people|km|mm|cm)\b)", re.IGNORECASE
)
_DATE = re.compile(
    r"(?:(?:19|20)\d{2}([./-])(?:0?\d|1[0-2])\1[0-3]?\d|[0-3]?\d([./-])[0-3]?\d\2(?:(?:19|20)\d{2}|\d{2}))(?: .*)?"
)
_EXTENSION = re.compile(r"[a-z].*", re.IGNORECASE)
_YEARS = re.compile(r"(?:19|20)\d{2}\s?[-/ ]\s?(?:19|20)\d{2}")
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]000)+|\d{1,3}(?:\.\d{3})+")
_SHAPE = re.compile(
    r"\(\d{2,5}\)[ -]?\d[\d -]{4,12}\d"  # (08) 8747 6301
    r"|0\d{1,4}[ ./-]\d[\d ./-]{4,12}\d"  # 0487 98 11 92, 01.84.17.61.18
    r"|(?:1[ .-])?\d{3}([ .-])\d{3}\1\d{3,4}"  # 541-714-1388, 699 956 915
    r"|\d{2,3}([ -])\d{2,3}(?:\2\d{2,3}){1,3}"  # 72 128 827, 60-56-85-91
    r"|[2-9]\d{2}[ -]\d{4}"  # 467 3395
)
_GROUPS = re.compile(
    r"\(?\d{1,5}\)?[ -]\d{1,6}([ -])\d{2,6}(?:\1\d{2,6}){0,3}"  # 99 9999 9999, 9 99 99 99 99
    r"|\d{3,6}[ -]\d{4,6}|\d{2,3}[ -]\d{6,7}"  # 99999 99999, 99 999999
    r"|\d?[ ]?\([\d -]{1,6}\)[ -]?\d[\d -]{3,11}\d"  # 9 (999) 999-99-99
)
_FEWEST_IN_GROUPS = 8
"""Shorter numbers in groups are too often something else."""

_FEWEST, _FEWEST_ALONE, _FEWEST_UNSPACED, _MOST = 6, 7, 9, 15
_REGIONS = ("IE", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "AT", "CH", "PL", "AU")
"""Where an unspaced number that begins with a zero may come from, the likeliest first."""


def phone_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Numbers of 6 to 15 digits (ITU-T E.164) that are announced as, dialled like or spaced like a telephone's."""
    for match in _CANDIDATE.finditer(text):
        start, end = match.span()
        if match[0].startswith("(") and ")" not in match[0]:
            start += 1
        while end > start and (_UNIT.match(text, end) or not _is_phone(text, start, end)):
            end = max(text.rfind(" ", start, end), start)  # a number after it may be another one
        if end > start:
            yield start, end


def _is_phone(text: str, start: int, end: int) -> bool:
    written = _EXTENSION.sub("", text[start:end]).strip()
    digits = re.sub(r"\D", "", written)
    if not _FEWEST <= len(digits) <= _MOST or _DATE.fullmatch(written) or _YEARS.fullmatch(written):
        return False
    if written.startswith(("+", "(+")):
        return _is_valid("+" + re.sub(r"\D", "", written.replace("(0)", "")), None)
    if is_announced(text, start, _CUE, reach=_CUE_REACH) or _NAMED_AFTER.match(text, end):
        return True
    if _THOUSANDS.fullmatch(written) or is_announced(text, start, _NOT_A_PHONE, reach=_NOT_REACH):
        return False
    stands_alone = written != digits and text[:start].endswith("\n") and text[end : end + 1] in ("", "\n")
    is_weakly_named = is_announced(text, start, _WEAK_CUE, reach=_WEAK_REACH)
    return len(digits) >= _FEWEST_ALONE and (stands_alone or is_weakly_named or _looks_dialled(written, digits))


def _looks_dialled(written: str, digits: str) -> bool:
    """Whether nothing but the way it is written makes it a telephone number."""
    if _SHAPE.fullmatch(written):
        return True
    if written != digits:
        return len(digits) >= _FEWEST_IN_GROUPS and _GROUPS.fullmatch(written) is not None
    is_long = len(digits) >= _FEWEST_UNSPACED and digits.startswith("0")
    return is_long and any(_is_valid(digits, region) for region in _REGIONS)


def _is_valid(written: str, region: str | None) -> bool:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number) if region is None else phonenumbers.is_valid_number(number)
