"""Sentence and word vectors for the checks: every text is embedded once while it is remembered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import numpy as np

from replyassist.core.embedding import Encoder, Vectors

REMEMBERED = 8192
"""Texts, of which all but the sentences of drafts come back again and again: 12 MB with 384 dimensions."""


class VectorMemory:
    """The vectors of the texts that were asked for last, of any encoder; may be shared by threads."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._known: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def learn(self, encoder: Encoder, texts: Iterable[str]) -> None:
        """Embed in one batch those of the texts that are not known yet."""
        digest = encoder.model_digest
        with self._lock:
            missing = [text for text in dict.fromkeys(texts) if (digest, text) not in self._known]
        if not missing:
            return
        vectors = encoder.encode(missing)
        with self._lock:
            self._known |= {(digest, text): vector for text, vector in zip(missing, vectors, strict=True)}
            while len(self._known) > self._size:
                self._known.popitem(last=False)

    def keep(self, encoder: Encoder, text: str, vector: Vectors) -> None:
        """Remember a vector of shape (dimension,) that was made elsewhere."""
        with self._lock:
            self._known[encoder.model_digest, text] = vector

    def of(self, encoder: Encoder, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, float32, shape (len(texts), dimension)."""
        self.learn(encoder, texts)
        digest = encoder.model_digest
        with self._lock:
            found = [self._known.get((digest, text)) for text in texts]
        if any(vector is None for vector in found):
            return encoder.encode(texts)
        return np.stack([vector for vector in found if vector is not None]) if found else encoder.encode(texts)


MEMORY = VectorMemory()
"""The process's own: sources and words are the same from draft to draft."""
