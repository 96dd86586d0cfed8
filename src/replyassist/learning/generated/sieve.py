"""Which of the questions that a model wrote for a template are kept: those that only this template answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from replyassist.core.language import other_language
from replyassist.core.words import Reading, read
from replyassist.faq.learned import normalised
from replyassist.faq.template import ReplyTemplate, TemplateVisibility
from replyassist.retrieval.index import TemplateIndex

FEWEST_WORDS, MOST_WORDS = 3, 25
"""Below three words a question names a topic that several templates may share; beyond 25 a model retells the reply."""
MOST_KEPT = 8
"""Of one template, the best first: the index shall not grow more by the model's words than by people's."""
SAME_MEANING = 0.95
"""Cosine from which two texts ask the same, as for learned examples (``learning.texts``)."""
MARGIN = 0.2
"""How much surer (of 1) the template must be found than the next one; .2 and .5 did equally well on two brands of
eval/replies/dev, and none of it one better in a hundred."""
COPIED_WORDS = 6
"""So many words of the reply in a row are read off, not asked."""
_ENDS = ("?", "？", "؟")
_FIGURE = re.compile(r"\d+")
_ADDRESS = re.compile(r"https?:|www\.|\w@\w|[@#]\w")


@dataclass(frozen=True)
class SievedQuestion:
    """A question that looks like one, and how much surer its own template is found than any other, -1 to 1."""

    text: str
    lead: float


def kept_of(
    written: Sequence[str], template: ReplyTemplate, index: TemplateIndex, *, language: str, banned: Sequence[str] = ()
) -> tuple[str, ...]:
    """The questions worth keeping, at most ``MOST_KEPT``, those that find the template most surely first.

    ``index`` is the brand's without generated questions, but for what was learnt of words. ``banned``: what is not to
    come back, in any way to write it.
    """
    unwanted = {normalised(text) for text in (*banned, *template.questions, template.title)}
    asked = {normalised(text): text for text in written if looks_asked(text, template, language=language)}
    fresh = [text for same, text in asked.items() if same not in unwanted]
    if not fresh:
        return ()
    readings = read(index.encoder, fresh)
    tried = [
        (_tried(text, reading, template, index), reading.vector) for text, reading in zip(fresh, readings, strict=True)
    ]
    known = [*index.encoder.encode([text for text in (*template.questions, template.title) if text] or [template.id])]
    kept: list[str] = []
    for question, vector in sorted(tried, key=lambda pair: -pair[0].lead):
        if len(kept) < MOST_KEPT and question.lead >= MARGIN and max(other @ vector for other in known) < SAME_MEANING:
            kept.append(question.text)
            known.append(vector)
    return tuple(kept)


def looks_asked(text: str, template: ReplyTemplate, *, language: str) -> bool:
    """Whether it is a question of sane length in this ``language`` (ISO 639-1) by somebody who has not seen the reply:
    one without its figures and addresses, and without a run of its words."""
    is_question = text.endswith(_ENDS) and FEWEST_WORDS <= len(text.split()) <= MOST_WORDS
    if not is_question or _ADDRESS.search(text) or other_language(text, expected=language):
        return False
    asked = " ".join((template.title, *template.questions))
    told = set(_FIGURE.findall(template.rendered_reply)) - set(_FIGURE.findall(asked))
    return not told & set(_FIGURE.findall(text)) and not _is_copied(text, template.rendered_reply)


def _is_copied(text: str, reply: str) -> bool:
    words, said = normalised(text).split(), f" {normalised(reply)} "
    runs = (words[start : start + COPIED_WORDS] for start in range(len(words) - COPIED_WORDS + 1))
    return any(f" {' '.join(run)} " in said for run in runs)


def _tried(text: str, reading: Reading, template: ReplyTemplate, index: TemplateIndex) -> SievedQuestion:
    """Looked for where the template may be used, on the first day that it may."""
    found = index.search(
        reading.vector,
        text=text,
        words=reading.words,
        limit=2,
        channel=template.channels[0] if template.channels else "",
        visibility=template.visibility if template.visibility != TemplateVisibility.ANY else TemplateVisibility.PUBLIC,
        day=template.valid_from or template.valid_until or date.min,
    )
    if not found or found[0].template_id != template.id:
        return SievedQuestion(text, -1.0)
    return SievedQuestion(text, found[0].probability - (found[1].probability if len(found) > 1 else 0.0))
