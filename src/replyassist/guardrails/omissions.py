"""What of the template a draft leaves out, and whether the message asked for just that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.coverage import facts_of
from replyassist.guardrails.extraction import known
from replyassist.guardrails.ground import CheckSources, ground_of
from replyassist.guardrails.mention import MentionKind
from replyassist.guardrails.pleasantries import is_pleasantry
from replyassist.guardrails.spans import OmittedFact, Support
from replyassist.guardrails.support import assess
from replyassist.guardrails.terms import terms
from replyassist.guardrails.text import normalise, sentence_spans
from replyassist.guardrails.vectors import MEMORY

KEPT_FROM = 0.34
"""Share of a sentence's words from which a draft keeps a sentence that has no checkable fact."""

ASKED_FROM_COSINE = 0.45
"""Cosine of a question and a template's sentence from which the sentence answers it; by a read of the sample brands."""

ASKED_FROM_WORDS = 2
"""Words that name a matter which a question and a sentence must share, without an encoder."""

_ASKED_KINDS = (
    (
        re.compile(
            r"(?<!\w)(?:how (?:long|soon|late|early)|when|what time|which day|what day|until when|opening)(?!\w)"
        ),
        frozenset({MentionKind.TIME_SPAN, MentionKind.TIME, MentionKind.DATE, MentionKind.WEEKDAY}),
    ),
    (
        re.compile(r"(?<!\w)(?:how much|cost|costs|price|prices|fee|fees|charge|expensive)(?!\w)"),
        frozenset({MentionKind.PRICE, MentionKind.PERCENTAGE}),
    ),
    (
        re.compile(r"(?<!\w)(?:link|where (?:can|do) i|website|e-?mail|phone|number|contact|reach you)(?!\w)"),
        frozenset({MentionKind.LINK, MentionKind.EMAIL, MentionKind.PHONE, MentionKind.HANDLE}),
    ),
)


@dataclass(frozen=True, slots=True)
class _Omission:
    """What is missing: its text, the sentence that it stands in, and the kinds of its facts; none for mere words."""

    text: str
    sentence: int
    kinds: frozenset[MentionKind]


def left_out(text: str, context: CheckContext) -> tuple[OmittedFact, ...]:
    """The template's sentences that the draft gives nothing of, and the facts that are missing from the others.

    ``was_asked`` when the message's own question is nearest to just that sentence and, where it holds facts, asks for
    their kind (how long, how much, where).
    """
    if context.template is None:
        return ()
    return _left_out(text, context.template_text, context.message.text, ground_of(context))


@lru_cache(maxsize=256)
def _left_out(text: str, reply: str, message: str, ground: CheckSources) -> tuple[OmittedFact, ...]:
    sentences = tuple(reply[start:end] for start, end in sentence_spans(reply))
    missing = [
        omission
        for number, sentence in enumerate(sentences)
        if not is_pleasantry(sentence, own=ground.own)
        for omission in _omissions(text, sentence, number, ground)
    ]
    if not missing:
        return ()
    asked = _asked(message, sentences, ground) if len(sentences) > 1 or missing[0].kinds else ()
    return tuple(OmittedFact(text=one.text, was_asked=_is_asked(one, asked)) for one in missing)


def _omissions(text: str, sentence: str, number: int, ground: CheckSources) -> list[_Omission]:
    facts = facts_of(sentence)
    if not facts:
        return [] if _keeps(text, sentence, ground) else [_Omission(sentence, number, frozenset())]
    offered = known((text,)).offers
    lost = [fact for fact in facts if fact.needs.isdisjoint(offered)]
    if len(lost) == len(facts):
        return [_Omission(sentence, number, frozenset(fact.kind for fact in facts))]
    plain = normalise(sentence)
    return [
        _Omission(sentence[slice(*plain.span(fact.start, fact.end))], number, frozenset({fact.kind})) for fact in lost
    ]


def _keeps(text: str, sentence: str, ground: CheckSources) -> bool:
    wanted = {term.stem for term in terms(sentence) if term.names_the_matter}
    if not wanted or len(wanted & {term.stem for term in terms(text)}) / len(wanted) >= KEPT_FROM:
        return True
    return any(clause.support is Support.TEMPLATE and clause.source in sentence for clause in assess(text, ground))


def _cosines(
    first: list[str], second: list[str], encoder: Encoder
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Shape (len(first), len(second))."""
    vectors = MEMORY.of(encoder, [*first, *second])
    return np.asarray(vectors[: len(first)] @ vectors[len(first) :].T)


@dataclass(frozen=True, slots=True)
class _AskedSentence:
    """The sentence of a template that a question is nearest to, and the kinds of facts that it asks for."""

    sentence: int
    kinds: frozenset[MentionKind]


def _is_asked(omission: _Omission, asked: tuple[_AskedSentence, ...]) -> bool:
    return any(
        one.sentence == omission.sentence and (not omission.kinds or not omission.kinds.isdisjoint(one.kinds))
        for one in asked
    )


def _asked(message: str, sentences: tuple[str, ...], ground: CheckSources) -> tuple[_AskedSentence, ...]:
    """For each question of the message the sentence that answers it, where one is near enough."""
    questions = [message[start:end] for start, end in sentence_spans(message) if "?" in message[start:end]]
    if not questions or not sentences:
        return ()
    likeness = _question_likeness(questions, list(sentences), ground.encoder)
    enough = ASKED_FROM_WORDS if ground.encoder is None else ASKED_FROM_COSINE
    best = likeness.argmax(axis=1)
    return tuple(
        _AskedSentence(int(place), _kinds(question))
        for question, place, row in zip(questions, best, likeness, strict=True)
        if row[place] >= enough
    )


def _question_likeness(
    questions: list[str], sentences: list[str], encoder: Encoder | None
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    if encoder is not None:
        return _cosines(questions, sentences, encoder)
    words = [{term.stem for term in terms(text) if term.names_the_matter} for text in (*questions, *sentences)]
    asked, said = words[: len(questions)], words[len(questions) :]
    return np.array([[len(one & other) for other in said] for one in asked], dtype=np.float32)


def _kinds(question: str) -> frozenset[MentionKind]:
    folded = normalise(question).text
    return frozenset(kind for pattern, kinds in _ASKED_KINDS if pattern.search(folded) for kind in kinds)
