"""Lists of given names, and what tells a name from a word or a place."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from replyassist.privacy.cues import words

CAPITAL = r"(?:[^\W\d_a-zà-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*)"
"""A capitalised word, as the source of a pattern."""

PARTICLE = r"(?:de|da|do|dos|das|van|von|der|den|ter|del|della|di|la|le|bin|ibn|al|el|y|e|zu|zum|af)"
"""A small word inside a surname, as the source of a pattern."""

SHORTEST_LOWER = 5
"""Names of fewer letters are too often words of some language when they are written small."""

_SURNAME = re.compile(
    r"(?:[\w-]{2,}(?:sdóttir|dóttir|dottir|sen|sson|son|qvist|kvist|ström|strøm|gren|lund|berg|dahl|ová|ova|eva|enko"
    r"|chuk|ski|ská|ska|cki|wicz|vić|vic|vich|ović|escu|eanu|idis|opoulos|akis|oğlu|oglu|yan|dze|shvili|mann|meyer"
    r"|maier|bauer|stein|feld|ez|ini|etti|elli|ucci|eira|aes|ães|nen|sma|stra|huis)"
    r"|(?:O['’]|Mc|Mac|Fitz)[A-Z]\w{2,})"
)
_NO_NAMES = words(
    r"I A An The My We It Its This That These Those He She They You Your Our Is Are Was Were Do Does Did Can Could Will"
    r" Would Please Thanks Thank Hi Hello Hey Dear And But Or If So To In On At For From With Not No Yes Ok Okay What"
    r" When Where Why Who How Just Love Great Street St Road Rd Avenue Ave Drive Lane Bypass Square Court Orchestra"
    r" Band Inc Ltd LLC GmbH Group Company Corp Corporation Bank Airport Hotel University College School Restaurant"
    r" Club Church Museum Park Hospital Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March"
    r" April May June July August September October November December Christmas Easter",
    before="^",
    after="$",
)
_NOT_A_PERSON = re.compile(
    r"(?:'s)?[ -](?:Street|St|Road|Rd|Avenue|Ave|Drive|Lane|Bypass|Square|Court|Inc|Ltd|LLC|GmbH|Group|Company|Corp"
    r"|Bank|Airport|Hotel|University|College|School|Restaurant|Cafe|Club|Church|Museum|Park|Hospital|Orchestra|Bed|House"
    r"|Inn|Hall|Hostel|Hills|Beach|Island|Bay|City|Downtown|Airlines|Investments|Sons|Coffee|Store|Shop)\b"
    r"|[ ](?:&|and Sons)"
)
_PART_OF_PLACE = re.compile(
    r"(?<!\w)(?:San|Santa|Saint|St\.?|Los|Las|El|Port|Fort|New|Lake|Mount|Big|Super)[ ]$", re.IGNORECASE
)
_LONGEST_BEFORE = 8


def is_given_name(word: str) -> bool:
    """Whether a word, in any case, is a common given name and nothing else; of "Anna-Lena" the first half counts."""
    folded = word.casefold()
    sure, _ = _lists()
    return folded in sure or folded.partition("-")[0] in sure


def is_also_a_word(word: str) -> bool:
    """Whether a word, in any case, is a given name and an everyday word, a month or a place as well."""
    return word.casefold() in _lists()[1]


def is_never_a_name(word: str) -> bool:
    """Whether a capitalised word begins sentences, or names days and places."""
    return _NO_NAMES.search(word) is not None


def is_surname(word: str) -> bool:
    """Whether a capitalised word has an ending or a beginning that surnames have."""
    return len(word) > SHORTEST_LOWER and _SURNAME.fullmatch(word) is not None


def is_within_other_name(text: str, start: int, end: int) -> bool:
    """Whether the words beside ``text[start:end]`` make it the name of a place or a company."""
    before = _PART_OF_PLACE.search(text, max(0, start - _LONGEST_BEFORE), start)
    return before is not None or _NOT_A_PERSON.match(text, end) is not None


@lru_cache(maxsize=1)
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    ambiguous = _listed("ambiguous_names.txt")
    return _listed("given_names.txt") - ambiguous, ambiguous


def _listed(file: str) -> frozenset[str]:
    lines = Path(__file__).with_name(file).read_text(encoding="utf-8").splitlines()
    return frozenset(word.casefold() for line in lines if not line.startswith("#") for word in line.split())
