"""Texts that ask about the same, grouped by their vectors; the one implementation for gaps and for proposals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors

APART = 0.4
"""Mean cosine distance between two groups from which they stay two. Share of messages in groups of three and more,
purity and V-measure on 2,763 messages of banking77 train (77 intents, sizes by Zipf) among 600 others of clinc150 val:
.82, .85, .85; at .35 .77, .89, .84, at .45 .86, .79, .85. HDBSCAN (5 and more) gives .62, .87, .81, complete linkage
.92, .80, .83; going through the messages once and joining the nearest mean from .55 on .90, .64, .81. Joining groups
whose means have a cosine of .75 afterwards makes 17 topics of the first 20 groups of clinc150 train instead of 14, but
purity falls from .91 to .78 on banking77 train and from .29 to .17 on vira, so it is not done."""
LARGEST_AT_ONCE = 5000
"""Texts of which every pair is compared (200 MB); of more, a sample is grouped and the others join."""
JOINS = 0.7
"""Cosine with a group's mean from which a text that was not in the sample joins it: of 5,003 of banking77 train
.93 do, as many as are grouped in the sample, and .80 of them rightly, the purity of the groups."""
Places = NDArray[np.int64]


def grouped(vectors: Vectors, *, fewest: int) -> list[Places]:
    """Places of the texts of each group of at least ``fewest``, the largest group first, its most central text first.

    ``vectors``: unit length, shape (texts, dimension). The same texts in the same order give the same groups.
    """
    if len(vectors) < max(2, fewest):
        return [np.arange(len(vectors))] if 0 < fewest <= len(vectors) else []
    from sklearn.cluster import AgglomerativeClustering  # takes a second and 50 MB, and a command rarely groups

    sample = np.random.default_rng(0).permutation(len(vectors))[:LARGEST_AT_ONCE]
    linkage = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=APART)
    labels = linkage.fit_predict(vectors[sample].astype(np.float64))
    groups = [sample[labels == label] for label in range(int(labels.max()) + 1)]
    if len(vectors) > len(sample):
        groups = _joined(vectors, groups, sample)
    found = [group[np.argsort(-_centrality(vectors[group]), kind="stable")] for group in groups if len(group) >= fewest]
    return sorted(found, key=lambda group: (-len(group), int(group[0])))


def mean_direction(vectors: Vectors) -> Vectors:
    """The direction that texts have in common, unit length, shape (dimension,)."""
    total: Vectors = vectors.sum(axis=0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)


def varied(vectors: Vectors, *, count: int) -> list[int]:
    """Places of at most ``count`` texts that show what a group asks: the most central, then each time the one that is
    least like those before, of the more central half."""
    by_centrality = np.argsort(-_centrality(vectors), kind="stable")
    half = by_centrality[: max(2 * count, (len(vectors) + 1) // 2)]
    chosen = [int(half[0])]
    likeness = vectors[half] @ vectors[chosen[0]]
    while len(chosen) < min(count, len(half)):
        likeness[np.isin(half, chosen)] = np.inf
        chosen.append(int(half[int(np.argmin(likeness))]))
        likeness = np.maximum(likeness, vectors[half] @ vectors[chosen[-1]])
    return chosen


def _centrality(vectors: Vectors) -> NDArray[np.float32]:
    return np.asarray(vectors @ mean_direction(vectors), dtype=np.float32)


def _joined(vectors: Vectors, groups: Sequence[Places], sample: Places) -> list[Places]:
    means = np.stack([mean_direction(vectors[group]) for group in groups])
    others = np.setdiff1d(np.arange(len(vectors)), sample)
    likeness = vectors[others] @ means.T
    nearest, near = likeness.argmax(axis=1), likeness.max(axis=1) >= JOINS
    return [np.concatenate([group, others[near & (nearest == number)]]) for number, group in enumerate(groups)]
