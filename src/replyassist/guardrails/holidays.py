"""Find public holidays in a folded text; each is a date of its own, whatever day it falls on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replyassist.guardrails.mention import Mention, MentionKind
from replyassist.guardrails.text import PlainText

# name -> its wordings in a folded text
_HOLIDAYS = {
    "christmas eve": r"(?:christmas|xmas|x-mas) eve",
    "christmas": r"christmas(?: day)?|x-?mas(?: day)?",
    "boxing day": r"boxing day|(?:st\.?|saint) stephen'?s(?: day)?",
    "new year": r"new year'?s?(?: eve| day)?",
    "good friday": r"good friday",
    "easter": r"easter(?: sunday| monday| weekend)?",
    "whitsun": r"whitsun|pentecost|whit monday",
    "thanksgiving": r"thanksgiving",
    "black friday": r"black friday",
    "cyber monday": r"cyber monday",
    "halloween": r"hallowe'?en",
    "valentine": r"valentine'?s?(?: day)?",
    "mothers day": r"mother'?s day",
    "fathers day": r"father'?s day",
    "patrick": r"(?:st\.?|saint) patrick'?s(?: day)?",
    "bank holiday": r"(?:bank|public|national) holidays?",
}
_ANY = re.compile(
    rf"(?<!\w)(?:{'|'.join(f'(?P<h{number}>{source})' for number, source in enumerate(_HOLIDAYS.values()))})(?!\w)"
)
_NAMES = tuple(_HOLIDAYS)
_WISH = re.compile(r"(?:merry|happy|lovely|great|nice|wonderful|good) $")
_PUBLIC = frozenset(
    {"christmas", "boxing day", "new year", "good friday", "easter", "whitsun", "patrick", "thanksgiving"}
)


def holiday_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """Holidays by name; "public holidays" in a source supports each of them, and a wish ("merry Christmas") none."""
    for match in _ANY.finditer(text):
        if _WISH.search(text, max(0, match.start() - 12), match.start()):
            continue
        name = _NAMES[int((match.lastgroup or "h0")[1:])]
        own = f"holiday:{name}"
        needs = {own, "holiday:bank holiday"} if name in _PUBLIC else {own}
        yield Mention(MentionKind.DATE, *match.span(), needs=frozenset(needs), offers=frozenset([own]))
