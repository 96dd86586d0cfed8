"""Whether a reply says what a message asks, and which of the message's words it does not speak of."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from replyassist.core.embedding import Encoder
from replyassist.core.words import read
from replyassist.guardrails.terms import terms

from .measures import ReadReply, measure, said, texts_of
from .reader import DOUBTED_BELOW, shipped_readers

REMEMBERED = 128
"""Replies whose readings are kept: 25 MB; reading one anew costs a pass of ten sentences."""
MOST_WORDS = 3


@dataclass(frozen=True)
class Answered:
    """``probability`` that the reply says what is asked; ``unspoken`` are words of the question that it lacks."""

    probability: float
    unspoken: tuple[str, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look whether the asked fact is there."""
        return self.probability < DOUBTED_BELOW


class ReplyMemory:
    """The readings of the replies that were asked for last, of any encoder; may be shared by threads."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._known: OrderedDict[tuple[str, tuple[str, ...]], ReadReply] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, encoder: Encoder, *, title: str, reply: str) -> ReadReply:
        """The reply as the encoder reads it."""
        texts = texts_of(title, reply)
        key = (encoder.model_digest, texts)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        found = said(read(encoder, texts))
        with self._lock:
            self._known[key] = found
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return found


MEMORY = ReplyMemory()
"""The process's own: a brand's replies come back again and again."""


def answered(question: str, encoder: Encoder, *, title: str, reply: str) -> Answered | None:
    """How surely the reply says what is asked; None where that cannot be told.

    It cannot be told without a text, and with an encoder that no weights were fitted with.
    """
    reader = shipped_readers().get(encoder.model_digest)
    if not question.strip() or reader is None:
        return None
    row = measure(read(encoder, [question])[0], MEMORY.of(encoder, title=title, reply=reply), reader.background)
    if row is None:
        return None
    return Answered(float(reader.probabilities(row)), _unspoken(question, f"{title}. {reply}"))


def _unspoken(question: str, reply: str) -> tuple[str, ...]:
    """Words that name the matter of the question and are not in the reply in any form, in their order."""
    spoken = {term.stem for term in terms(reply)}
    missing = [term.word for term in terms(question) if term.names_the_matter and term.stem not in spoken]
    return tuple(dict.fromkeys(missing))[:MOST_WORDS]
