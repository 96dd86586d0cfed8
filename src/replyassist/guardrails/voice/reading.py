"""How hard a reply is to read."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from replyassist.guardrails.addresses import addresses
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding
from replyassist.guardrails.text import normalise, sentence_spans
from replyassist.guardrails.voice.standing import standing

# Long words a sentence from which on a text needs grade 2, 3, ... 12, and college (13).
# Anderson, J. (1983): Lix and Rix: variations on a little-known readability index. Journal of Reading 26(6), 490-496.
RIX_GRADES = (0.2, 0.5, 0.8, 1.3, 1.8, 2.4, 3.0, 3.7, 4.5, 5.3, 6.2, 7.2)
_LONG_WORD = 7  # letters, as Anderson counts
_LEAST_WORDS = 15  # a shorter text is a sentence or two, and its count means nothing
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NO_SPACES = frozenset({"zh", "ja", "th"})


def reading_grade(text: str) -> float | None:
    """School grade (1 to 13) by Anderson's RIX: long words (7 letters or more) a sentence. None for a short text.

    It needs no list of syllables, and was shown to hold for several European languages. Links do not count.
    """
    plain = normalise(text)
    links = [plain.span(one.start, one.end) for one in addresses(text)]
    words = [
        match[0] for match in _WORD.finditer(text) if not any(start <= match.start() < end for start, end in links)
    ]
    if len(words) < _LEAST_WORDS:
        return None
    sentences = sum(len(_WORD.findall(text[start:end])) > 1 for start, end in sentence_spans(text))
    rix = sum(len(word) >= _LONG_WORD for word in words) / max(1, sentences)
    return float(bisect_right(RIX_GRADES, rix) + 1)


def reading_level(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report a reply that asks for more schooling than the brand allows on this platform."""
    most = context.voice.reading_grade_max_for(context.message.channel)
    if most is None or context.language in _NO_SPACES:
        return
    grade = reading_grade(text)
    if grade is None or grade <= most:
        return
    yield report(
        text,
        (0, len(text)),
        rule="voice.reading_level",
        severity=standing(context.voice.severities.reading_level),
        explanation=f"The reply reads like grade {grade:.0f}; on this channel {most:.0f} is the most. "
        "Shorter sentences and shorter words help.",
    )
