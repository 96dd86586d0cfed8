"""Short messages about what is no brand's business: a classifier needs them to learn what no template answers."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from replyassist.core.embedding import Encoder, Vectors

TOO_NEAR = 0.6  # cosine to one of the brand's own texts from which a message is its business; .5 to .8 are as good
FEWEST = 30  # messages that are left; with a quarter of them AUROC on clinc150 val is .979, with a half or all .981
_encoded: dict[tuple[str, int], Vectors] = {}  # by encoder: every brand's training needs the same few


@cache
def messages_elsewhere() -> tuple[str, ...]:
    """All of them, one a line in ``elsewhere.txt``: written for this, by no data set's wording."""
    return tuple((files("replyassist.retrieval") / "elsewhere.txt").read_text(encoding="utf-8").splitlines())


def elsewhere(own: Vectors, encoder: Encoder) -> tuple[list[str], Vectors]:
    """Those that are not near any of a brand's ``own`` texts, shape (texts, dimension), and their vectors.

    None at all when fewer than ``FEWEST`` are left.
    """
    texts, vectors = messages_elsewhere(), _vectors(encoder)
    far = np.flatnonzero((own @ vectors.T).max(axis=0) < TOO_NEAR)
    if len(far) < FEWEST:
        far = far[:0]
    return [texts[place] for place in far], vectors[far]


def _vectors(encoder: Encoder) -> Vectors:
    key = (encoder.model_digest, encoder.dimension)
    if key not in _encoded:
        _encoded[key] = encoder.encode(messages_elsewhere())
    return _encoded[key]
