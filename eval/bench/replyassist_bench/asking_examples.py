"""Labelled messages as the reader of questions sees them, with where their questions begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from replyassist.core.words import Reading, ReadingEncoder
from replyassist.inbox.readable import readable
from replyassist.triage.asking.beginnings import REACH
from replyassist.triage.asking.reader import QuestionReader, vectors_of
from replyassist.triage.asking.tokens import Token, places_of, tokens_of

from .kinds import Labelled

AT_ONCE = 512  # texts
LEAST_LIKELY = 0.01


@dataclass(frozen=True)
class Example:
    """A message with its tokens as they are seen; ``begins``: where its questions begin, None where that is unknown."""

    labelled: Labelled
    tokens: list[Token]
    reading: Reading
    rows: NDArray[np.float32]
    places: list[NDArray[np.intp]]
    begins: tuple[int, ...] | None


def examples_of(labelled: Sequence[Labelled], encoder: ReadingEncoder, *, scale: float) -> list[Example]:
    """Each message as it is seen; the encoder reads some at once."""
    made = []
    for start in range(0, len(labelled), AT_ONCE):
        some = labelled[start : start + AT_ONCE]
        for one, reading in zip(some, encoder.read([each.message.text or " " for each in some]), strict=True):
            tokens = tokens_of(one.message.text)
            begins = begins_of(one.message.text, tokens, one.questions)
            rows = vectors_of(tokens, reading, scale=scale)
            made.append(Example(one, tokens, reading, rows, places_of(tokens), begins))
    return made


def begins_of(text: str, tokens: Sequence[Token], questions: Sequence[str]) -> tuple[int, ...] | None:
    """The token at which each question begins, past what joins it to the one before; None where one is no part.

    A question that lies within another is a part of that one and begins nowhere by itself.
    """
    spans, after = list[tuple[int, int]](), 0
    for question in map(readable, questions):
        at = text.find(question, after)
        at = text.find(question) if at < 0 else at
        if at < 0 or not question:
            return None
        after = at + 1
        spans.append((at, at + len(question)))
    found = set()
    for at, end in spans:
        if any(first <= at and end <= last and (first, last) != (at, end) for first, last in spans):
            continue
        place = next((number for number, token in enumerate(tokens) if token.end > at), None)
        if place is None:
            return None
        while place + 1 < len(tokens) and tokens[place].is_between and tokens[place + 1].end <= end:
            place += 1
        found.add(place)
    return tuple(sorted(found))


def located(examples: Sequence[Example], reader: QuestionReader) -> list[Example]:
    """Those whose questions are labelled in other words, each with as many beginnings, where they are likeliest."""
    found = []
    for example in examples:
        wanted = len(example.labelled.questions)
        left, begins = reader.likelihoods(example.tokens, example.reading).copy(), list[int]()
        while len(begins) < wanted and left.size and left.max() > LEAST_LIKELY:
            at = int(left.argmax())
            begins.append(at)
            left[max(0, at - REACH) : at + REACH + 1] = 0
        if len(begins) == wanted:
            found.append(replace(example, begins=tuple(sorted(begins))))
    return found
