"""Find how often and how many times as much: twice, three times, double, half."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replyassist.guardrails.mention import Mention, MentionKind, simple
from replyassist.guardrails.numbers import (
    ORDINAL,
    WORDS,
    digits_value,
    ordinal_value,
    plain_number,
    words_value,
)
from replyassist.guardrails.text import PlainText

_TIMES = re.compile(
    rf"(?<!\w)(?:(?P<word>twice|thrice)|(?:(?P<digits>\d{{1,4}})|(?P<words>{WORDS}))(?: times|x(?= (?:a|the|as)\b))"
    r"|(?P<double>doubled?(?= (?:the|your|our|that|what|as)\b))|(?P<triple>tripled?(?= (?:the|your|our|that|what)\b)))"
    r"(?!\w)"
)
_NTH_TIME = re.compile(rf"(?<!\w)(?P<nth>{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)) time(?!\w)")
_HALF = re.compile(r"(?<!\w)(?P<half>half)(?:-| of)?(?= (?:of|the|your|our|a|an|my|its|their|that|as)\b)")
_THIRDS = re.compile(r"(?<!\w)(?:a|one) (?P<share>third|quarter)(?= (?:of|off)\b)")
_WORD_VALUES = {"twice": "2", "thrice": "3"}


def frequency_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """How often something happens or how many times as much it is; "the third time" offers "three times"."""
    for match in _TIMES.finditer(text):
        value = _value(match)
        offers = frozenset([f"times:{value}", f"#{value}"])
        yield Mention(MentionKind.NUMBER, *match.span(), needs=frozenset([f"times:{value}"]), offers=offers)
    for match in _NTH_TIME.finditer(text):
        value = str(ordinal_value(match["nth"]))
        needs = frozenset() if value == "1" else frozenset([f"times:{value}"])
        offers = frozenset([f"times:{value}", f"#{value}", f"day:{value}"])
        near = (("", "grounding.unsupported_ordinal"),)
        yield Mention(MentionKind.NUMBER, *match.span(), needs=needs, offers=offers, near=near)


def share_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """ "Half of the bag" and "a third off": a share of a whole."""
    for match in _HALF.finditer(text):
        half = frozenset(["share:half", "=50:percent"])
        yield Mention(MentionKind.NUMBER, *match.span("half"), needs=half, offers=frozenset(["share:half"]))
    for match in _THIRDS.finditer(text):
        yield simple(MentionKind.NUMBER, match.span(), f"share:{match['share']}")


def _value(match: re.Match[str]) -> str:
    if match["word"]:
        return _WORD_VALUES[match["word"]]
    if match["double"] or match["triple"]:
        return "2" if match["double"] else "3"
    return plain_number(digits_value(match["digits"]) if match["digits"] else words_value(match["words"]))
