"""The texts by which a template is found: its title, its example questions, its reply and the reply's sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from replyassist.faq.template import ReplyTemplate

ASKED = ("how do I {}?", "I want to {}")  # as people write; 7 other ways were tried on every third bitext message
TITLE_WORDS = 5  # a longer one, or a question, says it as people do
SENTENCE_WORDS = 3  # shorter ones are greetings and fragments that stand in many replies
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


@dataclass(frozen=True)
class Entry:
    """One searchable text of the template with this number; ``field``: title, question or reply."""

    template: int
    field: str
    text: str


def entries_of(number: int, template: ReplyTemplate) -> list[Entry]:
    """Every text of one template, each once, in the order title, questions, reply, sentences of the reply.

    Without questions a short title is also asked as people would ask for it.
    """
    seen: dict[str, Entry] = {}
    for field, text in _texts(template):
        seen.setdefault(text, Entry(number, field, text))
    return list(seen.values())


def _texts(template: ReplyTemplate) -> Iterator[tuple[str, str]]:
    named = template.title or readable(template.id)
    if named:
        yield "title", named
    if named and not template.questions and _is_short(named):
        for asked in ASKED:
            yield "title", asked.format(named)
    for question in template.questions:
        yield "question", question
    yield "reply", template.rendered_reply
    for sentence in sentences(template.rendered_reply):
        yield "reply", sentence


def _is_short(title: str) -> bool:
    return len(title.split()) <= TITLE_WORDS and not title.endswith("?")


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that have at least three words."""
    parts = (part.strip() for part in _SENTENCE_END.split(text))
    return [part for part in parts if len(part.split()) >= SENTENCE_WORDS]


def readable(template_id: str) -> str:
    """The words of an id such as ``cancel_order``: a title for templates without one; empty when it has no words."""
    words = " ".join(re.findall(r"[^\W\d_]+", template_id))
    return words if len(words) > 3 else ""
