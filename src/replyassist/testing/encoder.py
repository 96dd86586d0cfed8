"""An encoder without a model."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from zlib import crc32

import numpy as np

from replyassist.core.digests import text_digest
from replyassist.core.embedding import Vectors
from replyassist.core.words import Reading, WordVectors

DIMENSION = 64


class FakeEncoder:
    """Hashes words and their letter triples into 64 numbers: texts that share words are close; nothing is learnt."""

    @property
    def model_digest(self) -> str:
        """The same on every machine."""
        return text_digest("replyassist.testing.FakeEncoder/1")

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return DIMENSION

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, float32, shape (len(texts), 64)."""
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            for feature in _features(text):
                place, sign = blake2b(feature.encode("utf-8", "replace"), digest_size=2).digest()
                vectors[row, place % DIMENSION] += 1.0 if sign % 2 else -1.0
            if not vectors[row].any():
                vectors[row, 0] = 1.0
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / lengths, dtype=np.float32)


class FakeReader(FakeEncoder):
    """Also tells the words of a text, which mean the same everywhere."""

    @property
    def model_digest(self) -> str:
        """The same on every machine; what is kept of one that tells no words does not serve for it."""
        return text_digest("replyassist.testing.FakeReader/1")

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for each text; a word's number is a checksum of it."""
        return [
            Reading(vector, _words(text.casefold().split(), self))
            for vector, text in zip(self.encode(texts), texts, strict=True)
        ]


def _words(words: list[str], encoder: FakeEncoder) -> WordVectors:
    numbers = np.array([crc32(word.encode("utf-8", "replace")) & 0x7FFFFFFF for word in words], dtype=np.int32)
    return WordVectors(numbers, encoder.encode(words).astype(np.float16))


def _features(text: str) -> list[str]:
    """Whole words three times and each of their triples once, so that a word outweighs a likeness of spelling."""
    words = ["".join(filter(str.isalnum, word)) for word in text.casefold().split()]
    triples = [f" {word} "[start : start + 3] for word in words for start in range(len(word))]
    return [*words * 3, *triples]
