"""A pile of past messages made ready for grouping: what asks something, as it may be kept, with its vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from replyassist.core.embedding import Encoder, Vectors
from replyassist.core.words import read
from replyassist.drafting.courtesies import bare
from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.readable import readable
from replyassist.retrieval.parts import parts_of
from replyassist.triage import Kind, MessageReading, Route, Triage, asks_nothing, triage
from replyassist.triage.reader import shipped_reader
from replyassist.triage.routes import routes

from .past_messages import PastMessage
from .texts import PLACEHOLDER, example_text

MOST_MESSAGES = 20_000
"""Messages that are looked at; of a larger pile a sample, in which the same questions are the most common."""
ENCODED_AT_ONCE = 256
ENGLISH = ("en",)
REMARKS, REMARKS_FROM = frozenset({Kind.PRAISE, Kind.IRONY, Kind.CLOSING}), 0.5  # likelier than not
WAITING = frozenset({Route.NO_REPLY, Route.REVIEW})


@dataclass(frozen=True)
class AnsweredQuestion:
    """A message that asks something, without personal data, and the reply that a person gave, as it was written."""

    key: str
    text: str
    reply: str
    name: str
    handle: str


@dataclass(frozen=True)
class QuestionPool:
    """``asked`` with ``vectors``, shape (asked, dimension), in a random order that is the same for the same messages.

    ``messages`` were looked at; ``asking_nothing`` are thanks, praise, greetings, advertising and the like, ``unfit``
    too short or too long to say what is asked, and ``own_cases`` about an order, account or booking that only who looks
    it up can answer for: no template may be made of these.
    """

    messages: int
    asked: tuple[AnsweredQuestion, ...]
    vectors: Vectors
    asking_nothing: int
    unfit: int
    own_cases: int


def make_pile(
    messages: Sequence[PastMessage],
    encoder: Encoder,
    *,
    languages: Sequence[str] = (),
    on_progress: Callable[[int, int], None] = lambda _a, _b: None,
) -> QuestionPool:
    """Read, clean and encode the messages; ``on_progress`` is told how many of how many texts are encoded.

    ``languages`` are the brand's: greetings and sign-offs in them, and in English, are taken off. What a message is for
    the brand is read as before drafting, where the weights were fitted to this encoder: what gets no draft, and what is
    somebody's own case, is left out.
    """
    order = np.random.default_rng(0).permutation(len(messages))[:MOST_MESSAGES]
    asked: list[AnsweredQuestion] = []
    nothing = unfit = 0
    for place in order:
        message = messages[place]
        if asks_nothing(readable(message.text)):
            nothing += 1
            continue
        text = _question(message, languages)
        if text is None:
            unfit += 1
            continue
        asked.append(AnsweredQuestion(message.key, text, message.reply.strip(), message.name, message.handle))
    vectors, readings = _read([message.text for message in asked], encoder, on_progress)
    triaged = [
        triage(message.text, reading=reading, languages=tuple(languages) or ENGLISH)
        for message, reading in zip(asked, readings, strict=True)
    ]
    waits = np.array([read.route in WAITING or _remarks(read) for read in triaged], dtype=np.bool_)
    own = np.array([reading is not None and reading.kind is Kind.OWN_CASE for reading in readings], np.bool_) & ~waits
    kept = np.flatnonzero(~(waits | own))
    return QuestionPool(
        messages=len(order),
        asked=tuple(asked[place] for place in kept),
        vectors=vectors[kept],
        asking_nothing=nothing + int(waits.sum()),
        unfit=unfit,
        own_cases=int(own.sum()),
    )


def _question(message: PastMessage, languages: Sequence[str]) -> str | None:
    """What the message asks, as it may be a question of a template: no greeting, no name below, no personal data.

    A part that gives personal data ("my number is ...") goes with it, where others are left.
    """
    text = example_text(bare(readable(message.text), languages=languages), name=message.name, handle=message.handle)
    parts = parts_of(text or "")
    kept = [part for part in parts if not PLACEHOLDER.search(part)]
    return " ".join(kept) if 0 < len(kept) < len(parts) else text


def _remarks(read: Triage) -> bool:
    """Whether it reads like praise, meant or not, or like thanks: nothing that a template would answer."""
    if read.reading is None or read.language not in routes().read_in:
        return False
    return read.reading.of(REMARKS) >= REMARKS_FROM


def _read(
    texts: Sequence[str], encoder: Encoder, on_progress: Callable[[int, int], None]
) -> tuple[Vectors, list[MessageReading | None]]:
    """The vectors, shape (texts, dimension), and what each text is; None where nothing was fitted to the encoder."""
    vectors, readings = [encoder.encode(texts[:0])], list[MessageReading | None]()
    reader, digest = shipped_reader(), encoder.model_digest
    for start in range(0, len(texts), ENCODED_AT_ONCE):
        some = texts[start : start + ENCODED_AT_ONCE]
        told = read(encoder, some)
        vectors.append(np.stack([each.vector for each in told]))
        readings += [
            reader.read_with(InboundMessage(text), each, encoder=digest) for text, each in zip(some, told, strict=True)
        ]
        on_progress(min(start + ENCODED_AT_ONCE, len(texts)), len(texts))
    return np.concatenate(vectors), readings
