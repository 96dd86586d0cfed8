"""A pile of past messages made ready for grouping: what asks something, as it may be kept, with its vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from replyassist.core.embedding import Encoder, Vectors
from replyassist.drafting.courtesies import bare
from replyassist.inbox.readable import readable
from replyassist.retrieval.parts import parts_of
from replyassist.triage import asks_nothing
from replyassist.triage.mood import is_asking

from .past_messages import PastMessage
from .texts import PLACEHOLDER, example_text

MOST_MESSAGES = 20_000
"""Messages that are looked at; of a larger pile a sample, in which the same questions are the most common."""
ENCODED_AT_ONCE = 256
COURTESY = 0.6
"""Cosine with one of ``courtesies.txt`` from which a text without a question is a greeting, thanks or a farewell.
Of clinc150 val and banking77 train, 4 of 12,983 messages that ask for something are lost so, and of 120 that greet,
thank, agree or part, 22 go that ``triage`` keeps or finds too; at .5 12 and 44."""


@dataclass(frozen=True)
class Asked:
    """A message that asks something, without personal data, and the reply that a person gave, as it was written."""

    key: str
    text: str
    reply: str
    name: str
    handle: str


@dataclass(frozen=True)
class Pile:
    """``asked`` with ``vectors``, shape (asked, dimension), in a random order that is the same for the same messages.

    ``messages`` were looked at; ``asking_nothing`` are thanks, praise, greetings, advertising and the like, and
    ``unfit`` too short or too long to say what is asked.
    """

    messages: int
    asked: tuple[Asked, ...]
    vectors: Vectors
    asking_nothing: int
    unfit: int


def make_pile(
    messages: Sequence[PastMessage],
    encoder: Encoder,
    *,
    languages: Sequence[str] = (),
    on_progress: Callable[[int, int], None] = lambda _a, _b: None,
) -> Pile:
    """Read, clean and encode the messages; ``on_progress`` is told how many of how many texts are encoded.

    ``languages`` are the brand's: greetings and sign-offs in them, and in English, are taken off.
    """
    order = np.random.default_rng(0).permutation(len(messages))[:MOST_MESSAGES]
    asked: list[Asked] = []
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
        asked.append(Asked(message.key, text, message.reply.strip(), message.name, message.handle))
    vectors = _encoded([message.text for message in asked], encoder, on_progress)
    asks = _no_courtesy([message.text for message in asked], vectors, encoder)
    return Pile(
        messages=len(order),
        asked=tuple(message for message, does in zip(asked, asks, strict=True) if does),
        vectors=vectors[asks],
        asking_nothing=nothing + int((~asks).sum()),
        unfit=unfit,
    )


def _question(message: PastMessage, languages: Sequence[str]) -> str | None:
    """What the message asks, as it may be a question of a template: no greeting, no name below, no personal data.

    A part that gives personal data ("my number is ...") goes with it, where others are left.
    """
    text = example_text(bare(readable(message.text), languages=languages), name=message.name, handle=message.handle)
    parts = parts_of(text or "")
    kept = [part for part in parts if not PLACEHOLDER.search(part)]
    return " ".join(kept) if 0 < len(kept) < len(parts) else text


@cache
def courtesies() -> tuple[str, ...]:
    """Texts that ask nothing: greetings, thanks, closings, small talk; written for this, by no data set's wording."""
    return tuple((files("replyassist.learning") / "courtesies.txt").read_text(encoding="utf-8").splitlines())


def _encoded(texts: Sequence[str], encoder: Encoder, on_progress: Callable[[int, int], None]) -> Vectors:
    parts = [encoder.encode(texts[:0])]
    for start in range(0, len(texts), ENCODED_AT_ONCE):
        parts.append(encoder.encode(texts[start : start + ENCODED_AT_ONCE]))
        on_progress(min(start + ENCODED_AT_ONCE, len(texts)), len(texts))
    return np.concatenate(parts)


def _no_courtesy(texts: Sequence[str], vectors: Vectors, encoder: Encoder) -> np.typing.NDArray[np.bool_]:
    if not texts:
        return np.zeros(0, dtype=np.bool_)
    near = (vectors @ encoder.encode(courtesies()).T).max(axis=1)
    return np.array([likeness < COURTESY or is_asking(text) for likeness, text in zip(near, texts, strict=True)])
