"""How much a reply speaks to this author, and not to anybody who asks the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from replyassist.drafting.names import first_name
from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.text import normalise, sentence_spans
from replyassist.guardrails.words import content_words

PERSONAL_ENOUGH = 0.6
"""A greeting by name and wording that is not repeated do not reach this; a detail that is taken up must come to it."""

_WORD = re.compile(r"[^\W_]+(?:['.:,/@-][^\W_]+)*")


def personalisation(text: str, context: CheckContext, *, recent: Sequence[str] = ()) -> float:
    """0 to 1, the mean of up to four parts.

    Greets by name (only where the name is known); takes up the message's words outside the template's sentences; says
    it in other words than the template; differs from the ``recent`` replies to the same template.
    """
    parts = [_takes_up(text, context), _own_words(text, context.template_text), 1.0 - likest(text, recent)]
    if name := first_name(context.message.author_name):
        parts.append(float(_greets(text, name)))
    return sum(parts) / len(parts)


def likest(text: str, others: Sequence[str]) -> float:
    """The likeness of the most similar of the other texts, 0 to 1 (common runs of words)."""
    return max((_likeness(text, other) for other in others), default=0.0)


def _greets(text: str, name: str) -> bool:
    spans = sentence_spans(text)
    opening = normalise(text[: spans[0][1]]).text if spans else ""
    return re.search(rf"(?<!\w){re.escape(normalise(name).text)}(?!\w)", opening) is not None


def _takes_up(text: str, context: CheckContext) -> float:
    """1 where a sentence of the draft's own holds a content word of the message, .5 where only the template's do."""
    heard = set(content_words(context.message.text)) - set(content_words(context.message.author_name or ""))
    template = normalise(context.template_text).text
    best = 0.0
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        if not heard & set(content_words(sentence)):
            continue
        is_own = normalise(sentence).text.strip() not in template
        best = max(best, 1.0 if is_own else 0.5)
    return best


def _own_words(text: str, template: str) -> float:
    """0 for the template's words and no others, 1 where at least half of the wording is new."""
    return min(1.0, 2 * (1.0 - _likeness(text, template))) if template else 1.0


def _likeness(text: str, other: str) -> float:
    words, others = _WORD.findall(normalise(text).text), _WORD.findall(normalise(other).text)
    return SequenceMatcher(a=words, b=others, autojunk=False).ratio()
