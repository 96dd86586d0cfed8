"""How texts are spelt, as vectors: runs of letters weighted by how rare they are, hashed into a fixed length."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from zlib import crc32

import numpy as np

from replyassist.core.embedding import Vectors

DIMENSION = 768
SHORTEST, LONGEST = 3, 5  # letters in a run, word boundaries included: typos leave most runs of a word whole
READ_CHARACTERS = 1000  # about what the sentence encoder reads of a long message
_WORD = re.compile(r"\w+|[^\w\s]")


class Spelling:
    """TF-IDF over runs of 3 to 5 letters of the texts that it was made from; runs that they do not have count nothing.

    Each run has a place and a sign by its checksum (feature hashing), so that dot products of vectors come close to
    those of the full TF-IDF vectors.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counts = Counter(run for text in texts for run in set(_runs(text)))
        self._known: dict[str, tuple[int, float]] = {}
        for run, count in counts.items():
            place, sign = _place(run)
            self._known[run] = (place, sign * (math.log((1 + len(texts)) / (1 + count)) + 1))

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, float32, shape (len(texts), 768); zero for a text with no known run of letters."""
        found = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            places, weights = self._weigh(text)
            if weights:
                np.add.at(found[row], places, np.array(weights, dtype=np.float32) / math.hypot(*weights))
        return found

    def _weigh(self, text: str) -> tuple[list[int], list[float]]:
        places, weights = [], []
        for run, count in Counter(_runs(text)).items():
            known = self._known.get(run)
            if known is not None:
                places.append(known[0])
                weights.append(known[1] if count == 1 else known[1] * (1 + math.log(count)))
        return places, weights


def _place(run: str) -> tuple[int, int]:
    checksum = crc32(run.encode("utf-8", "replace"))
    return checksum % DIMENSION, 1 if checksum & 0x80000000 else -1


def _runs(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text[:READ_CHARACTERS]).casefold()
    words = _WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))
    return [
        padded[start : start + length]
        for padded in (f" {word} " for word in words)
        for length in range(SHORTEST, LONGEST + 1)
        for start in range(max(1, len(padded) - length + 1))
    ]
