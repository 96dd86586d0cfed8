"""Orders candidates: how faithful a text is to its template."""

from __future__ import annotations

from replyassist.faq.template import ReplyTemplate

from .coverage import content_recall, coverage
from .words import content_vocabulary, content_words

FACTS_WEIGHT = 0.4
RECALL_WEIGHT = 0.3
PRECISION_WEIGHT = 0.3
MESSAGE_WORD_WORTH = 0.5  # a word of the question shows that it was read, but says nothing that is known


def fidelity(text: str, template: ReplyTemplate, *, message: str) -> float:
    """0 to 1: facts kept, words of the template kept, and words that come from the template and not from nowhere."""
    return (
        FACTS_WEIGHT * coverage(text, template)
        + RECALL_WEIGHT * content_recall(text, template.rendered_reply)
        + PRECISION_WEIGHT * _precision(text, template, message)
    )


def _precision(text: str, template: ReplyTemplate, message: str) -> float:
    words = content_words(text)
    if not words:
        return 0.0
    known = content_vocabulary((template.rendered_reply, template.title, *template.questions))
    asked = content_vocabulary((message,))
    worth = sum(1.0 if word in known else MESSAGE_WORD_WORTH if word in asked else 0.0 for word in words)
    return worth / len(words)
