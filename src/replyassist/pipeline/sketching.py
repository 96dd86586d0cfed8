"""The outline for a small model: what it may open with, and which sentences of the template it may leave out."""

from __future__ import annotations

import re

from replyassist.brands.voice import VoiceRules
from replyassist.drafting.details import details_in
from replyassist.drafting.outline import Outline, Sentence
from replyassist.drafting.personalise import greetings_for, is_closed
from replyassist.drafting.variants import Variant
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.text import normalise, sentence_spans
from replyassist.guardrails.vectors import MEMORY
from replyassist.pipeline.assignment import PRIVATE, PUBLIC, Assignment

FAR_FROM_THE_QUESTION = 0.25
"""A sentence of the template may go when the message is this much closer (cosine) to another one of it."""

_FAR_WHEN_SHORTER = 0.05
_SHORTER = re.compile(r"(?<!\w)(?:short|shorten|shorter|brief|briefer|less text|too long|concise)(?!\w)")
_I = re.compile(r"I(?!\w)")
_SORRIER = re.compile(r"(?<!\w)(?:apolog\w+|sorry|sorrier|regret\w*)(?!\w)")
CANNOT_FOLLOW = (
    'this model cannot follow free instructions, only "shorter" and "more apologetic"; '
    "edit the text, or use a chat model"
)

_QUALIFIES = re.compile(
    r"(?<!\w)(?:if|unless|until|once|when|only|except|but|however|before|after|not|no|never|cannot|can't|don't|won't"
    r"|isn't|aren't|doesn't|without|at least|at most|up to|otherwise|then|this|that|it|they|these|those)(?!\w)"
)


def outline_for(assignment: Assignment, *, message: str, author_name: str | None, variant: Variant) -> Outline:
    """Openings for this message, and the template's sentences; ``message`` is without personal data."""
    template = assignment.template
    assert template is not None
    visibility = {Variant.PUBLIC: PUBLIC, Variant.PRIVATE: PRIVATE}.get(variant, assignment.message.visibility)
    voice = assignment.context.voice
    used = assignment.message.earlier_replies + assignment.context.recent_replies(template)
    openings = _openings(assignment, template, message)
    if variant is Variant.PRIVATE:
        openings = voice.handover.private
    elif variant is Variant.PUBLIC and not is_closed(template.rendered_reply):
        openings = voice.handover.public  # nothing may follow a link
    greetings = greetings_for(voice, author_name) or [""]
    starts = [_start(greeting, opening) for greeting in greetings for opening in openings]
    fresh = [start for start in starts if not any(reply.startswith(start) for reply in used)]
    return Outline(
        starts=tuple(dict.fromkeys(fresh or starts)),
        sentences=_sentences(assignment, template, message),
        closings=_closings(voice, visibility, variant) if is_closed(template.rendered_reply) else ("",),
    )


def follows_instruction(assignment: Assignment) -> bool:
    """Whether an outline can do what the person asked for; True where nothing was asked."""
    return not assignment.instruction or _asks(assignment, _SHORTER) or _asks(assignment, _SORRIER)


def _asks(assignment: Assignment, wish: re.Pattern[str]) -> bool:
    return wish.search(normalise(assignment.instruction or "").text) is not None


def _openings(assignment: Assignment, template: ReplyTemplate, message: str) -> list[str]:
    voice = assignment.context.voice
    mood = "complaint" if _asks(assignment, _SORRIER) else assignment.triaged.mood.value
    details = details_in(message, title=template.title, vocabulary=(template.rendered_reply, *template.questions))
    taken_up = [pattern.replace("{detail}", detail) for pattern in getattr(voice.pick_ups, mood) for detail in details]
    return taken_up or [*getattr(voice.empathy, mood)] or [""]


def _start(greeting: str, opening: str) -> str:
    """A greeting that ends in a comma goes on in lower case: openings are the voice's own words, never a name."""
    goes_on = greeting.endswith(",") and not _I.match(opening)
    said = opening[:1].lower() + opening[1:] if goes_on else opening
    return f"{greeting} {said}".strip()


def _sentences(assignment: Assignment, template: ReplyTemplate, message: str) -> tuple[Sentence, ...]:
    reply = template.rendered_reply
    texts = [reply[start:end] for start, end in sentence_spans(reply)]
    encoder = assignment.context.encoder
    vectors = MEMORY.of(encoder, [message, *texts])
    closeness = vectors[1:] @ vectors[0]
    distance = _FAR_WHEN_SHORTER if _asks(assignment, _SHORTER) else FAR_FROM_THE_QUESTION
    far = closeness < closeness.max() - distance
    return tuple(
        Sentence(text, is_needed=not is_far or _qualifies(text)) for text, is_far in zip(texts, far, strict=True)
    )


def _qualifies(sentence: str) -> bool:
    """Whether it bounds or continues what stands before it, or says where to turn to: such a sentence never goes."""
    if _QUALIFIES.search(normalise(sentence).text):
        return True
    return any(mention.kind in {"link", "email", "phone"} for mention in mentions(sentence))


def _closings(voice: VoiceRules, visibility: str, variant: Variant) -> tuple[str, ...]:
    closings = voice.handover.public if variant is Variant.PUBLIC else getattr(voice.closings, visibility)
    sign_off = voice.sign_off.text if voice.sign_off.required else ""
    return tuple(f"{closing} {sign_off}".strip() for closing in closings) or ("",)
