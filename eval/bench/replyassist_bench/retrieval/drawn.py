"""Vectors spread like those of real messages, in any number, and templates whose texts stand for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from replyassist.core.digests import text_digest
from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.template import ReplyTemplate

from .data import OUT_OF_SCOPE, banking77, clinc150

TEXTS = 1000  # a template: the most that one may have
# Fitted on the 31,583 messages of banking77 train, clinc150 train and bitext: among as many drawn vectors the median
# cosine to the nearest, 10th and 50th is .90, .78 and .67, among the real ones .91, .77 and .63.
NOISE = 0.25
FEWEST = 5  # messages of an intent to draw from


def drawn(count: int, *, folder: Path, encoder: Encoder, seed: int = 0) -> Vectors:
    """Unit vectors, shape (count, dimension); each thousand is of one intent.

    A vector lies somewhere between two real messages of its intent, moved by a quarter of the difference of two
    messages of any one intent: so noise has the directions in which real messages of one meaning differ.
    """
    groups = _groups(folder, encoder)
    random = np.random.default_rng(seed)
    found = np.empty((count, groups[0].shape[1]), dtype=np.float32)
    for start in range(0, count, TEXTS):
        size = min(TEXTS, count - start)
        own = groups[(start // TEXTS) % len(groups)]
        one, other = (own[random.integers(0, len(own), size)] for _ in range(2))
        far = groups[int(random.integers(0, len(groups)))]
        step = far[random.integers(0, len(far), size)] - far[random.integers(0, len(far), size)]
        vectors = one + random.random((size, 1), dtype=np.float32) * (other - one) + np.float32(NOISE) * step
        found[start : start + size] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


def queries(count: int, *, folder: Path, encoder: Encoder) -> Vectors:
    """Vectors of real messages from which nothing was drawn: half of banking77 test, half of clinc150 val."""
    sources = [
        [text for text, _ in banking77(folder, part="test")],
        [text for text, intent in clinc150(folder, part="val") if intent != OUT_OF_SCOPE],
    ]
    half = count // len(sources)
    texts = [text for source in sources for text in source[:: max(1, len(source) // half)][:half]]
    return encoder.encode(texts)


def templates(count: int) -> list[ReplyTemplate]:
    """Templates that have ``count`` texts together, each text naming its number."""
    found = []
    for start in range(0, count, TEXTS):
        title, reply, *questions = (_text(number) for number in range(start, min(start + TEXTS, count)))
        found.append(ReplyTemplate(id=f"template-{start:07d}", title=title, questions=questions, reply=reply))
    return found


class NumberedEncoder:
    """Knows the vector of each numbered text, from a file; stands for the encoder, which would take an hour."""

    def __init__(self, vectors: Path) -> None:
        self._vectors: Vectors = np.load(vectors, mmap_mode="r")

    @property
    def model_digest(self) -> str:
        """Of no model."""
        return text_digest("drawn vectors")

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._vectors.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts such as ``text 17``, float32, shape (len(texts), dimension).

        Any other text, such as the messages from elsewhere that training reads, has that of some number.
        """
        numbers: NDArray[np.int64] = np.array([_number(text) for text in texts], dtype=np.int64)
        return np.asarray(self._vectors[numbers % len(self._vectors)])


def _text(number: int) -> str:
    return f"text {number}"


def _number(text: str) -> int:
    word, _, number = text.partition(" ")
    number = number.removesuffix(" again")
    return int(number) if word == "text" and number.isdigit() else crc32(text.encode())


def _groups(folder: Path, encoder: Encoder) -> list[Vectors]:
    rows = [*banking77(folder, part="train"), *clinc150(folder, part="train")]
    vectors = encoder.encode([text for text, _ in rows])
    intents: dict[str, list[int]] = {}
    for place, (_, intent) in enumerate(rows):
        intents.setdefault(intent, []).append(place)
    return [
        vectors[places]
        for intent, places in sorted(intents.items())
        if intent != OUT_OF_SCOPE and len(places) >= FEWEST
    ]
