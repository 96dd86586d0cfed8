"""Numbers and dates that stand for one person: orders and accounts, national ids, dates of birth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.ie import pps
from stdnum.it import codicefiscale
from stdnum.se import personnummer
from stdnum.us import ssn

from replyassist.privacy.cues import is_announced, words

_ORDERS = (
    r"(?:orders?|purchase|customer|client|account|acct|invoice|booking|reservation|reference|ref|tracking|track|parcel"
    r"|package|shipment|consignment|ticket|case|claim|receipt|return|membership|member|policy|contract|loyalty"
    r"|bestell(?:ung|nummer|nr)|auftrag|kunden(?:nummer|nr)|rechnung|sendungs?nummer|commande|pedido|ordine|bestelling)"
)
_NUMBER_WORDS = r"(?:number|numbers|num|no|nr|nummer|numéro|número|numero|id|code|n[°º]|ref(?:erence)?)"
_WRITTEN = r"#?[A-Z]{0,4}-?\d[A-Z0-9]*(?:[-/][A-Z0-9]+){0,3}"
_NAMED_ORDER = re.compile(
    rf"(?<!\w){_ORDERS}\b[ \t]{{0,3}}(?P<sure>{_NUMBER_WORDS}\b\.?)?[ \t]{{0,3}}(?:\(?[:=-]|is|was)?[ \t]{{0,3}}"
    rf"(?P<token>{_WRITTEN})(?![\w%€$£])",
    re.IGNORECASE,
)
_SHAPED_ORDER = re.compile(
    r"(?<![\w#&-])#\d{4,12}(?!\w)"
    r"|(?<![\w-])(?=[A-Z]{2,4}-?\d)[A-Z]{2,4}-\d{4,12}(?:-\d{1,6})?(?![\w-])"
    r"|(?<!\w)1Z[A-Z0-9]{16}(?!\w)|(?<!\w)[A-Z]{2}\d{9}[A-Z]{2}(?!\w)"
)
_QUANTITY = re.compile(
    r"[ \t]?(?:[€$£%]|(?:g|kg|ml|l|bags?|cups?|pieces?|pcs|units?|euros?|eur|dollars?|usd|gbp|pounds?|days?|weeks?"
    r"|years?|people|boxes|kilos?|grams?|points?|miles|k)\b)",
    re.IGNORECASE,
)
_FEWEST_DIGITS, _FEWEST_WHEN_SURE = 5, 4

_NATIONAL: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), ssn.is_valid),
    (re.compile(r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)"), lambda _: True),
    (re.compile(r"(?<!\w)\d{7}[A-W][ABHWTX]?(?!\w)"), pps.is_valid),
    (re.compile(r"(?<!\w)\d{8}-?[A-Z](?!\w)"), dni.is_valid),
    (re.compile(r"(?<!\w)[XYZ]-?\d{7}-?[A-Z](?!\w)"), nie.is_valid),
    (re.compile(r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)", re.IGNORECASE), codicefiscale.is_valid),
    (re.compile(r"(?<![\w-])(?:\d{2})?\d{6}[-+]\d{4}(?![\w-])"), personnummer.is_valid),
    (re.compile(r"(?<!\w)[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}(?!\w)"), nir.is_valid),
)
"""The shape of a number and its check; Britain's national insurance number has no check digit."""
_ID_WORDS = words(
    r"ssn social\ssecurity(?:\s(?:number|no))? passport(?:\s(?:number|no))? driv(?:er'?s?|ing)\slicen[cs]e"
    r" licen[cs]e\snumber national\s(?:id|insurance|identity) nino nhs pps bsn pesel dni nie nif steuer-?id"
    r" steuernummer tax\s(?:id|number) codice\sfiscale personnummer identity\scard id\scard(?:\s(?:number|no))?"
    r" personalausweis\w* reisepass\w*"
)
_ID_NUMBER = re.compile(
    r"(?<![\w-])(?=[A-Z\d-]*\d[A-Z\d-]*\d[A-Z\d-]*\d[A-Z\d-]*\d)[A-Z\d]+(?:-[A-Z\d]+)*(?!\w)", re.IGNORECASE
)
_ID_REACH = 40
_NHS = re.compile(r"(?<!\w)\d{3} \d{3} \d{4}(?!\w)")

_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|januar|februar|märz|mai|juni|juli|okt|dez)[a-zé]*"
_DATE = re.compile(
    r"(?<![\w/.-])(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?(?:\sof)?\s{_MONTHS}\.?,?\s\d{{4}}|{_MONTHS}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}})"
    r"(?![\w/-])",
    re.IGNORECASE,
)
_BIRTH = words(
    r"born date\sof\sbirth birth\s?dates? birthday d\.?o\.?b geboren geburtsdatum geburtstag née? naissance"
    r" nacid[oa] nacimiento nat[oa] nascita fødselsdato födelsedatum geboortedatum"
)
_BIRTH_REACH = 30


def order_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Order, customer, ticket and parcel numbers: announced by a word, or of a shape that nothing else has."""
    for match in _NAMED_ORDER.finditer(text):
        fewest = _FEWEST_WHEN_SURE if match["sure"] or "#" in match[0] else _FEWEST_DIGITS
        digits = sum(character.isdigit() for character in match["token"])
        if digits >= fewest and not _QUANTITY.match(text, match.end()):
            yield match.span("token")
    for match in _SHAPED_ORDER.finditer(text):
        yield match.span()


def national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Numbers that a state gave to a person: of a known shape with the right check, or announced by a word."""
    for pattern, is_valid in _NATIONAL:
        for match in pattern.finditer(text):
            if is_valid(match[0]):
                yield match.span()
    for match in _NHS.finditer(text):
        if nhs.is_valid(match[0]) and is_announced(text, match.start(), _ID_WORDS, reach=_ID_REACH):
            yield match.span()
    if _ID_WORDS.search(text):
        for match in _ID_NUMBER.finditer(text):
            if is_announced(text, match.start(), _ID_WORDS, reach=_ID_REACH):
                yield match.span()


def birth_dates(text: str) -> Iterator[tuple[int, int]]:
    """Dates that are said to be a day of birth; any other date tells nothing of a person."""
    if not _BIRTH.search(text):
        return
    for match in _DATE.finditer(text):
        if is_announced(text, match.start(), _BIRTH, reach=_BIRTH_REACH):
            yield match.span()
