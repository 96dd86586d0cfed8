"""The texts of a template: those by which it is found as a whole, and those whose words are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replyassist.faq.template import ReplyTemplate

TITLE, QUESTION, REPLY = "title", "question", "reply"
ASKED = ("how do I {}?", "I want to {}")  # as people write; 7 other ways were tried on every third bitext message
TITLE_WORDS = 5  # a longer one, or a question, says it as people do
SENTENCE_WORDS = 3  # shorter ones are greetings and fragments that stand in many replies
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def entries_of(template: ReplyTemplate) -> dict[str, str]:
    """The field of each text that is compared as a whole: title, title and reply together, questions.

    A question that equals the title stands as the title.
    """
    title = title_of(template)
    found = {title: TITLE} if title else {}
    found.setdefault(f"{title}. {template.rendered_reply}" if title else template.rendered_reply, REPLY)
    for question in template.questions:
        found.setdefault(question, QUESTION)
    return found


def said_by(template: ReplyTemplate) -> tuple[str, ...]:
    """The texts whose words are compared, each once: title, questions, the reply and its sentences.

    Without questions a short title is also asked as people would ask for it.
    """
    return tuple(dict.fromkeys(_said_by(template)))


def _said_by(template: ReplyTemplate) -> Iterator[str]:
    title = title_of(template)
    if title:
        yield title
    if title and not template.questions and len(title.split()) <= TITLE_WORDS and not title.endswith("?"):
        yield from (asked.format(title) for asked in ASKED)
    yield from template.questions
    yield template.rendered_reply
    yield from sentences(template.rendered_reply)


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that have at least three words."""
    parts = (part.strip() for part in _SENTENCE_END.split(text))
    return [part for part in parts if len(part.split()) >= SENTENCE_WORDS]


def title_of(template: ReplyTemplate) -> str:
    """The title, or the words of the id for a template without one; empty when it has none."""
    return template.title or readable(template.id)


def readable(template_id: str) -> str:
    """The words of an id such as ``cancel_order``: a title for templates without one; empty when it has no words."""
    words = " ".join(re.findall(r"[^\W\d_]+", template_id))
    return words if len(words) > 3 else ""
