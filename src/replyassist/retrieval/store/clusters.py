"""Vectors grouped by nearness, so that a search reads the groups nearest to the message and not all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors

from .products import Slots, nearest_rows

Digests = NDArray[np.uint64]
# Measured on vectors spread like real ones (`bench retrieval`, scale): recall@10 against exact search when so many rows
# are read is .995 of 1,000,000 texts, .998 of 100,000, in under a millisecond. HNSW (M 16, construction 60) takes
# twice as long for 512 candidates at equal recall, and its graph cannot drop a text.
READ = 10_000  # rows in the clusters that a search reads
CLUSTERS_PER_ROOT = 4  # clusters for n texts: four times the square root of n
MOST_CLUSTERS = 4096
TRAINED_ON = 40  # texts a cluster: faiss asks for 39 at least
ROUNDS = 10  # of k-means
CHUNK = 20_000  # rows that are in memory at once while a base is made


@dataclass(frozen=True)
class Base:
    """``vectors`` (rows, dimension) stand in the order of their clusters, cluster c from ``starts[c]`` on.

    ``centroids`` (clusters, dimension); ``digests`` (rows, 2) say which text each row is. ``totals`` (templates,
    dimension) are the sums of some templates' texts and ``total_digests`` (templates, 2) of which: so that a start need
    not read every row. Arrays may be memory-mapped, from the file ``path``.
    """

    vectors: Vectors
    centroids: Vectors
    starts: Slots
    digests: Digests
    totals: NDArray[np.float64]
    total_digests: Digests
    path: Path | None = None

    def __len__(self) -> int:
        return len(self.vectors)

    def near(self, vector: Vectors) -> Slots:
        """The rows of the clusters whose centroids are nearest to a vector of shape (dimension,)."""
        probes = math.ceil(READ * len(self.centroids) / len(self))
        chosen = np.sort(nearest_rows(self.centroids, vector, count=probes)[1])
        return np.concatenate([np.arange(self.starts[number], self.starts[number + 1]) for number in chosen])


@dataclass(frozen=True)
class Grouping:
    """How rows are to be laid out: ``order`` (rows,) names the old row at each new place."""

    centroids: Vectors
    starts: Slots
    order: Slots


def grouped(count: int, rows: Callable[[Slots], Vectors]) -> Grouping:
    """K-means over a sample of ``count`` vectors, which ``rows`` reads a few at a time; deterministic."""
    clusters = max(1, min(MOST_CLUSTERS, int(CLUSTERS_PER_ROOT * count**0.5), count // TRAINED_ON))
    sample = np.sort(np.random.default_rng(0).permutation(count)[: clusters * TRAINED_ON])
    means = faiss.Kmeans(
        rows(np.array([0])).shape[1], clusters, niter=ROUNDS, spherical=True, seed=0, min_points_per_centroid=1
    )
    means.train(rows(sample))
    cluster = np.empty(count, dtype=np.int64)
    for chunk in chunks(count):
        cluster[chunk] = means.index.search(rows(chunk), 1)[1][:, 0]
    starts = np.concatenate([[0], np.cumsum(np.bincount(cluster, minlength=clusters))])
    return Grouping(np.asarray(means.centroids, dtype=np.float32), starts, np.argsort(cluster, kind="stable"))


def chunks(count: int) -> Iterator[Slots]:
    """The numbers below ``count``, some thousands at a time."""
    for start in range(0, count, CHUNK):
        yield np.arange(start, min(start + CHUNK, count))
