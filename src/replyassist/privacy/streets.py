"""Street addresses and post boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replyassist.privacy.cues import is_announced, words

_WORD = r"[^\W\d_][\w'’.-]*"
_CAPITAL = r"(?-i:[^\W\d_a-zà-öø-ÿ])[\w'’.-]*"
_FILLER = (
    r"(?!(?i:to|in|at|on|the|my|and|for|is|was|from|your|a|an|of|with|we|i|it|that|by|our|or|but|have|has|get|got|"
    r"apt|suite|unit|number|has)\b)"
)
_NUMBER = r"\d{1,6}(?:[/-]\d{1,4})?[A-Za-z]?"
_FULL_STREET = (
    r"(?:street|road|avenue|lane|drive|boulevard|terrace|crescent|highway"
    r"|str|st|rd|ave|blvd|hwy|pkwy|parkway)"
)
_SHORT_STREET = (
    r"(?-i:Av|Ln|Dr|Court|Ct|Place|Pl|Square|Sq|Ter|Cres|Close|Way|Parade|Pde|Alley|Row|Grove|Gardens|Mews|Quay|Circle"
    r"|Cir|Trail|Bypass|Esplanade)"
)
_LONG_END = (
    r"(?:stra(?:ß|ss)e|gasse|platz|allee|gatan|vägen|veien|vegen|kuja|katu|straat|laan|plein|utca"
    r"|stræde|vegur|terrasse)"
)
_SHORT_END = r"(?:str\.|weg|damm|ufer|gade|vej|vei|gata|gate|väg|tie|dreef|lei|allé|stien|stræti)"
_STREET_LAST = r"(?:u\.|utca|út|útja|tér|tere|krt\.|tee|mnt|pst|puiestee|iela|gatvė|nám\.|náměstí)"
_STREET_START = (
    r"(?:rue|avenue|boulevard|place|allée|chemin|impasse|quai|via|viale|piazza|piazzetta|corso|vicolo|calle|c/|avenida"
    r"|avda\.|av\.|plaza|paseo|camino|ronda|rua|rúa|travessa|praça|ul\.|ulica|al\.|aleja|os\.|plac|strada|str\.|trg)"
)
_NAME_WORDS = rf"(?:{_FILLER}{_WORD}[ ]){{1,4}}"
_UNIT = re.compile(
    r"[\s,>?]{0,8}(?:apt|apartment|suite|ste|unit|flat|room|floor)\.?\s#?\d{1,5}[a-z]?(?!\w)", re.IGNORECASE
)
_SURE = tuple(
    re.compile(source, re.IGNORECASE)
    for source in (
        rf"(?<!\w)(?:{_NUMBER}[ ]){{1,2}}{_NAME_WORDS}(?:{_FULL_STREET}|{_SHORT_STREET})(?!\w)\.?",
        rf"(?<!\w)(?:{_NUMBER},?[ ]){{0,2}}{_STREET_START}[ ](?:{_WORD}[ ]){{0,5}}{_WORD},?[ ]{_NUMBER}(?!\w)",
        rf"(?<!\w){_NUMBER},?[ ]{_STREET_START}[ ](?:{_FILLER}{_WORD}[ ]){{0,4}}{_CAPITAL}",
        rf"(?<!\w)(?:{_NUMBER}[ ])?(?:{_CAPITAL}[ ]){{0,2}}[^\W\d_][\w-]*{_LONG_END}[ ]{_NUMBER}(?!\w)",
        rf"(?<!\w)(?:{_NUMBER}[ ])?(?:{_CAPITAL}[ ]){{0,2}}(?-i:[^\W\d_a-zà-öø-ÿ])[\w-]{{2,}}{_SHORT_END}"
        rf"[ ]{_NUMBER}(?!\w)",
        rf"(?<!\w)(?:{_NUMBER}[ ])?(?:{_CAPITAL}[ ]){{1,3}}{_STREET_LAST}[ ]{_NUMBER}(?!\w)\.?",
        r"(?<!\w)(?:\d{1,6} )?(?:p\.?\s?o\.?\s?box|post\s?box|postboks|postfach|boîte\spostale)\s\d{1,6}(?!\w)",
        rf"(?<!\w)(?:{_NUMBER}[ ]){{1,2}}{_FILLER}{_WORD}(?:[ ]{_FILLER}{_WORD}){{0,3}}"
        r"(?=[\s,]{1,3}(?:apt|apartment|suite)\.?\s#?\d)",
        r"(?<!\w)(?:psc\s\d{1,5},?\sbox\s\d{1,5}|unit\s\d{1,5}\sbox\s\d{1,5}|us[nsc]{1,2}[sv]?\s[^\W\d_]+)"
        r"\s[AFD]PO\s[A-Z]{2}\s\d{5}",
    )
)
_NAMED_STREET = re.compile(
    rf"(?<=\b(?:on|at|in) ){_FILLER}{_CAPITAL}(?:[ ]{_CAPITAL}){{0,2}}[ ]"
    r"(?-i:Street|Road|Avenue|Lane|Drive|Boulevard|Terrace|Crescent)(?!\w)"
)
_PLAIN = re.compile(
    rf"(?<!\w)(?P<first>(?:\d{{1,6}}[ ]){{0,2}}){_FILLER}{_WORD}(?:[ ]{_FILLER}{_WORD}){{0,3}}[ ]{_NUMBER}"
    r"(?!\w|[.,:]\d)"
)
_SENTENCE_END = re.compile(r"[^\W\d_]{4,}[.!?] ")  # longer than the abbreviations of an address
_COUNTED = re.compile(
    r"\s?(?:(?:to|or|bis|à)\s\d|[-–]\s?\d|%|€|°|(?:working\s|business\s|full\s)?"
    r"(?:days?|weeks?|months?|years?|hours?|minutes?|times?|percent|euros?|pounds?|dollars?|countries|bags?|pieces|items"
    r"|kg|g|ml|km|people)\b)",
    re.IGNORECASE,
)
_CUE = words(
    r"(?<!mail\s)(?<!ip\s)(?<!web\s)address(?:es)? lives?(?:\sat|\son|\sin)? living\sat located\sat"
    r" office\sis\sat restaurant\sis\sat meet\s(?:me|you)"
    r" deliver(?:ed|y)?\sto ship(?:ped)?\sto sent?\s(?:it\s|a\snew\sone\s)?to return\sto moved\sto taxi\sto drops\syou"
    r" adresse wohne dirección domicilio indirizzo abito adres"
)
_CUE_REACH = 45
_POSTCODE = re.compile(
    r"(?<!\w)(?:[A-Z]{1,2}-)?(?:\d{4,6}(?:-\d{3,4})?|\d{3} \d{2}"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d{2} ?[A-Z\d]{4})(?!\w)"
)
_PLACE = re.compile(
    r"[\s,>?]*(?:[^\W\d_a-zà-öø-ÿ][\w.()'’-]*[\s,>?]+|(?:de|di|da|do|am|an|der|la|le|na|nad|u|upon|nan)\s){0,10}"
)
_LONGEST_PLACE = 90


def street_addresses(text: str) -> Iterator[tuple[int, int]]:
    """A street with a house number, or a post box, with the flat, the town and the postcode that follow.

    "4923 Parmova 109" has no word for "street" in it: it counts when a flat follows, after words such as "my address
    is", or on a line of its own.
    """
    for pattern in _SURE:
        for match in pattern.finditer(text):
            yield match.start(), _whole_end(text, match.end())
    for match in _NAMED_STREET.finditer(text):
        yield match.span()
    for match in _PLAIN.finditer(text):
        if _is_address(text, match):
            yield match.start(), _whole_end(text, match.end())


def _is_address(text: str, match: re.Match[str]) -> bool:
    if _SENTENCE_END.search(match[0]) or _COUNTED.match(text, match.end()):
        return False
    if _UNIT.match(text, match.end()):
        return True
    has_form = match["first"] or match[0][0].isupper()
    sentence = max(text.rfind(end, 0, match.start()) for end in (". ", "! ", ".\n", "!\n"))
    reach = min(_CUE_REACH, match.start() - sentence - 1)
    if has_form and is_announced(text, match.start(), _CUE, reach=reach):
        return True
    before = text[: match.start()].rstrip(" >?")
    return len(match["first"].strip()) >= 3 and before.endswith("\n") and text[match.end() : match.end() + 1] in "\n"


def _whole_end(text: str, end: int) -> int:
    """The end of the address with flat, town and postcode, when only names of places stand between them."""
    while unit := _UNIT.match(text, end):
        end = unit.end()
    place = _PLACE.match(text, end, end + _LONGEST_PLACE)
    postcode = _POSTCODE.match(text, place.end()) if place else None
    return postcode.end() if postcode else end
