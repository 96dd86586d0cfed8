"""Concurrent callers share one call of the encoder for readings too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .batching import BatchingEncoder
from .embedding import Encoder
from .words import Reading, read


class BatchingReader(BatchingEncoder):
    """As BatchingEncoder; those who read have a queue of their own, for what they wait for is more than vectors."""

    def __init__(self, encoder: Encoder, **options: Any) -> None:
        super().__init__(encoder, **options)
        self._readings = BatchingEncoder(_ReadingsAsRows(encoder), **options)

    @property
    def waiting(self) -> int:
        """How many callers have not all that they asked for yet."""
        return super().waiting + self._readings.waiting

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for each text, in their order."""
        return list(self._readings.encode(texts))


class _ReadingsAsRows:
    """Readings in an array of shape (texts,), which is cut and joined as rows of vectors are."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.model_digest = ""
        self.dimension = 0

    def encode(self, texts: Sequence[str]) -> Any:
        rows = np.empty(len(texts), dtype=object)
        rows[:] = read(self._encoder, texts)
        return rows
