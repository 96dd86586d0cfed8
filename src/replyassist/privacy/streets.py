"""Street addresses and post boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = r"[^\W\d_][\w'’.-]*"
_NUMBER = r"\d{1,6}(?:[/-]\d{1,4})?[A-Za-z]?"
_STREET_WORD = (
    r"(?:street|str|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|square|sq|terrace|ter"
    r"|crescent|cres|close|way|parade|pde|highway|hwy|alley|row|grove|gardens|mews|quay|circle|cir|trail|parkway|pkwy"
    r"|bypass|flat|mall|esplanade)"
)
_STREET_END = (
    r"(?:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|ring|damm|ufer|gade|vej|vei|veien|gata|gatan|gate|vägen|väg|katu|tie"
    r"|kuja|straat|laan|plein|dreef|lei|utca|stræde|allé|stien)"
)
_STREET_START = (
    r"(?:rue|avenue|boulevard|place|allée|chemin|impasse|quai|via|viale|piazza|corso|vicolo|calle|c/|avenida|av\.|plaza"
    r"|paseo|camino|ronda|rua|travessa|praça|ul\.|ulica|al\.|aleja|os\.|plac|strada|str\.)"
)
_NAME_WORDS = rf"(?:{_WORD}[ ]){{1,4}}"
_UNIT = r"(?:apt|apartment|suite|ste|unit|flat|room|floor|fl)\.?\s#?\d{1,5}[a-z]?"
_TAIL = rf"(?:[,\s]{{1,3}}{_UNIT})?"
_POSTCODE = re.compile(
    r"[,\s]{1,3}(?:[A-Z]{1,2}-)?(?:\d{4,5}(?:-\d{3,4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d{2} ?[A-Z\d]{4})(?!\w)"
    r"(?:[ ][A-Z][\w-]+)?"
)
_STREETS = tuple(
    re.compile(source, re.IGNORECASE)
    for source in (
        rf"(?<!\w)(?:{_NUMBER}[ ]){{1,2}}{_NAME_WORDS}{_STREET_WORD}(?!\w)\.?{_TAIL}",
        rf"(?<!\w)(?:{_NUMBER},?[ ]){{0,2}}{_STREET_START}[ ](?:{_WORD}[ ]){{0,5}}{_WORD},?[ ]{_NUMBER}(?!\w){_TAIL}",
        rf"(?<!\w){_NUMBER},?[ ]{_STREET_START}[ ](?:{_WORD}[ ]){{0,4}}{_WORD}",
        rf"(?<!\w)(?:{_NUMBER}[ ])?[^\W\d_][\w-]*{_STREET_END}[ ]{_NUMBER}(?!\w){_TAIL}",
        rf"(?<!\w)(?:p\.?\s?o\.?\s?box|post\s?box|postfach|boîte\spostale)\s\d{{1,6}}(?!\w){_TAIL}",
        rf"(?<!\w)(?:psc\s\d{{1,5}},?\sbox\s\d{{1,5}}|unit\s\d{{1,5}}\sbox\s\d{{1,5}})(?:\s[AFD]PO\s[A-Z]{{2}}\s\d{{5}})?",
    )
)


def street_addresses(text: str) -> Iterator[tuple[int, int]]:
    """A house number with a street, or a post box, with the flat and the postcode that follow it."""
    for pattern in _STREETS:
        for match in pattern.finditer(text):
            postcode = _POSTCODE.match(text, match.end())
            yield match.start(), postcode.end() if postcode else match.end()
