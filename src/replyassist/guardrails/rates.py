"""Find in a folded text what an amount is counted by: "per night", "monthly"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replyassist.guardrails.mention import Mention, MentionKind
from replyassist.guardrails.text import PlainText

_PERIOD = r"(?:minute|hour|night|day|week|month|quarter|year)"
_RATE = re.compile(
    rf"(?<!\w)per (?:calendar )?(?P<per>{_PERIOD})(?!\w)|(?<=\w)\s?/\s?(?P<slash>{_PERIOD})(?!\w)"
    rf"|\d ?(?:[€£$%]|[a-z]{{1,7}})? (?P<rate>an? (?P<article>{_PERIOD}))(?!\w)"
    rf"|(?<!\w)(?:each|every) (?P<each>{_PERIOD})(?!\w)"
    r"|(?<!\w)(?P<adverb>hourly|nightly|daily|weekly|monthly|quarterly|yearly|annually|annual)(?!\w)"
)
_PERIODS = {
    "hourly": "hour",
    "nightly": "night",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "annual": "year",
}


def rate_mentions(text: str, _: PlainText) -> Iterator[Mention]:
    """What an amount is counted by: "per night", or "a month" right after a number."""
    for match in _RATE.finditer(text):
        counted_by = match["per"] or match["slash"] or match["article"]
        period = counted_by or match["each"] or _PERIODS[match["adverb"]]
        key = frozenset([f"rate:{period}"])
        span = match.span("rate") if match["rate"] else match.span()
        yield Mention(MentionKind.TIME_SPAN, *span, needs=key if counted_by else frozenset(), offers=key)
