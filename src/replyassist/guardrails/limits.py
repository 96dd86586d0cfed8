"""Whether a number is the least or the most that something holds for, and what a sentence grants."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from replyassist.guardrails.mention import MASK, Mention, masked
from replyassist.guardrails.stance import is_denied

_LEAST = (
    r"(?:over|above|more than|greater than|at least|from|minimum(?: of| order of)?|min\.?|older than|longer than|after"
    r"|starting(?: at)?|not? less than|exceed(?:s|ing)?|beyond|bigger than|larger than|heavier than|past|upwards of)"
)
_MOST = (
    r"(?:under|below|less than|fewer than|smaller than|lighter than|younger than|shorter than|up to|at most"
    r"|maximum(?: of)?|max\.?|within|until|till|before|by|not? (?:more|later|larger|bigger|heavier|longer|older) than"
    r"|cheaper than|inside)"
)
_BETWEEN = r"(?: (?:the|an?|about|age|the age of|order(?: of)?))?"
_BEFORE = re.compile(rf"(?<!\w)(?:(?P<most>{_MOST})|(?P<least>{_LEAST})){_BETWEEN} $")
_AFTER = re.compile(
    r"(?: \w+)?(?:\+| (?:and|or) (?:(?P<least>more|above|over|up|older|later|longer|upwards|heavier)"
    r"|(?P<most>less|under|below|younger|earlier|fewer|lighter)))(?!\w)"
)
_COUNTED_BACK = re.compile(
    r" (?:in advance|before|prior|ahead|notice|beforehand|earlier|cancellation|grace|advance)(?!\w)"
)
_LIMITED_NUMBER = re.compile(rf"(?<!\w)(?:{_MOST}|{_LEAST}){_BETWEEN} {MASK}+")
_GRANTS = {
    "free": (
        r"free(?! to|ly|\w)|complimentary|no (?:extra |additional )?(?:cost|charge|fee)s?|on the house"
        r"|without (?:a |any )?(?:charge|fee|cost)|costs? (?:you )?nothing"
    ),
    "refund": (
        r"(?<!non-)refund\w*(?! (?:request|form|page|polic))|money back|reimburs\w+|compensat\w+|get (?:your|the) money"
    ),
    "return": (
        r"(?:can|may|to|you|could|accept|free|simply|just) returns?(?= |[.,!;]|$)|return(?:ed|able)"
        r"|(?:come|send|bring|give|post|take|sent|brought|taken)(?: \w+){0,2} back"
    ),
    "exchange": r"exchang\w+|swap\w*|replac\w+",
    "discount": rf"discount\w*(?! (?:code|page))|(?:%|percent|euros?|{MASK}) off|half (?:off|price)|voucher|reduced",
    "cancel": (
        r"(?:can|may|to|you|could|accept|free|simply|just) cancel\w*|cancellations? (?:is|are)|(?:be|is|are) cancell?ed"
    ),
}
_GRANT = {name: re.compile(rf"(?<![\w-])(?:{source})") for name, source in _GRANTS.items()}


_ADDRESS = re.compile(r"(?<!\S)\S*(?:/|@|[a-z]\.[a-z])\S*")


class Limit(StrEnum):
    """Which side of a number something holds for."""

    LEAST = "least"  # over 50, from 9:00, at least two
    MOST = "most"  # under 5, until 18:00, up to three


def limit_of(text: str, mention: Mention) -> Limit | None:
    """The limit that the words around a mention of a folded text make of it.

    None as well for what is counted back from an event: "up to 2 days before" means at least 2 days.
    """
    if _COUNTED_BACK.match(text, mention.end):
        return None
    before = _BEFORE.search(text, max(0, mention.start - 32), mention.start)
    for match in (before, _AFTER.match(text, mention.end)):
        if match:
            return Limit.MOST if match["most"] else Limit.LEAST
    return None


def without_limited_numbers(text: str, found: tuple[Mention, ...]) -> str:
    """The folded text without its numbers and the limits that belong to them."""
    return _LIMITED_NUMBER.sub(" ", masked(text, found))


@lru_cache(maxsize=2048)
def grants(text: str) -> frozenset[str]:
    """What a folded sentence grants without denying it: free, refund, return, exchange, discount, cancel."""
    words = _ADDRESS.sub(" ", text)
    return frozenset(
        name
        for name, pattern in _GRANT.items()
        if any(not is_denied(words, *match.span()) for match in pattern.finditer(words))
    )
