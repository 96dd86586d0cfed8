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
        self._places = {run: _place(run) for run in counts}
        self._rarity = {run: math.log((1 + len(texts)) / (1 + count)) + 1 for run, count in counts.items()}

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, float32, shape (len(texts), 768); zero for a text with no known run of letters."""
        found = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            weights = {
                run: (1 + math.log(count)) * self._rarity[run]
                for run, count in Counter(_runs(text)).items()
                if run in self._rarity
            }
            if not weights:
                continue
            length = math.sqrt(sum(weight * weight for weight in weights.values()))
            for run, weight in weights.items():
                place, sign = self._places[run]
                found[row, place] += sign * weight / length
        return found


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
