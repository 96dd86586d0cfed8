"""The vectors of many texts in one matrix on disk, in groups, so that a search reads the groups nearest to a message.

Measured beside what faiss has to offer in docs/decisions/0020: its inverted lists are about as fast, but are written
through memory, do not give their rows as a matrix, and need as many lines around them.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import faiss
import numpy as np
from numpy.typing import NDArray

from replyassist.core.digests import text_digest
from replyassist.core.embedding import Vectors

from .products import Slots, nearest_rows

Digests = NDArray[np.uint64]
# Measured (`bench retrieval`, scale): exact search of 10,000 takes .47 ms, of 30,000 2.0 ms, the groups .12 and .17 ms.
# They draw level at about 3,000; but groups need upkeep and may miss a text, and only from here on they save more than
# a third of a millisecond.
EXACT_UP_TO = 12_000
# Bytes of the rows that a search reads: 10,000 of 384 numbers. Its time is theirs, however many texts there are; docs/
# decisions/0020 has the recall.
READ = 10_000 * 384 * 4
GROUPS_PER_ROOT, MOST_GROUPS = 4, 4096  # groups for n texts: four times the square root of n
TRAINED_ON = 40  # texts a group: faiss asks for 39 at least
ROUNDS = 10  # of k-means
CHUNK = 20_000  # rows that are in memory at once while a base is made
LOCK = "building"
SAMPLE = 1000  # rows whose length is looked at when a base is opened: reading all of them would take seconds
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Base:
    """``vectors`` (rows, dimension) are mapped from disk and stand in the order of their groups, g from ``starts[g]``.

    ``centroids`` (groups, dimension); ``digests`` (rows, 2) say which text each row is; ``path`` names the base.
    """

    vectors: Vectors
    centroids: Vectors
    starts: Slots
    digests: Digests
    path: Path

    def __len__(self) -> int:
        return len(self.vectors)

    def near(self, vector: Vectors) -> Slots:
        """The rows of the groups whose centroids are nearest to a vector of shape (dimension,)."""
        probes = math.ceil(READ * len(self.centroids) / self.vectors.nbytes)
        chosen = np.sort(nearest_rows(self.centroids, vector, count=probes)[1])
        return np.concatenate([np.arange(self.starts[number], self.starts[number + 1]) for number in chosen])


class BaseFolder:
    """The bases of one brand and one encoder, below ``home``; nothing of another brand or encoder is ever opened.

    A base is a matrix (``.npy``), which every process maps, and what belongs to it (``.npz``). The latter is written
    last and appears whole: without it the matrix is no base. Up to ``exact_up_to`` texts need none.
    """

    def __init__(self, home: Path, *, brand_id: str, encoder: str, exact_up_to: int = EXACT_UP_TO) -> None:
        self.exact_up_to = exact_up_to
        self._owner = f"{text_digest(encoder)} {text_digest(brand_id)}"
        self.path = home / "indexes" / text_digest(encoder)[:16] / text_digest(brand_id)[:32]

    def newest(self) -> Base | None:
        """The base that was written last, mapped; None without one. A broken one is deleted."""
        for path in reversed(self._bases()):
            try:
                return self._opened(path)
            except (OSError, MemoryError) as error:
                logger.warning("the base %s cannot be read: %s", path, error)
            except Exception as error:  # numpy has a dozen ways to say that bytes are no arrays
                logger.warning("the base %s is deleted: %s", path, error)
                path.unlink(missing_ok=True)
                path.with_suffix(".npy").unlink(missing_ok=True)
        return None

    def write(self, digests: Digests, rows: Callable[[Slots], Vectors]) -> Base:
        """Make a base of texts, ``rows`` of which are read some thousands at a time; only inside ``building``."""
        self._clear()
        centroids, starts, order = _grouped(len(digests), rows)
        path = self.path / f"{time.time_ns():020d}.npz"
        with _synced(path.with_suffix(".npy")) as file:
            header = {"descr": "<f4", "fortran_order": False, "shape": (len(order), centroids.shape[1])}
            np.lib.format.write_array_header_1_0(file, header)
            for chunk in chunks(len(order)):
                file.write(np.ascontiguousarray(rows(order[chunk]), dtype="<f4").tobytes())
        with _synced(path.with_suffix(".draft")) as file:
            np.savez(file, owner=self._owner, centroids=centroids, starts=starts, digests=digests[order])
        return self._opened(path.with_suffix(".draft").replace(path))

    @contextlib.contextmanager
    def building(self) -> Iterator[None]:
        """Held by one process at a time, the others wait; freed by a death."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / f"{LOCK}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _bases(self) -> list[Path]:
        return sorted(self.path.glob("*.npz"))

    def _clear(self) -> None:
        """All but the newest base: old ones live on where they are mapped, others were left by a writer that died."""
        kept = {path.stem for path in self._bases()[-1:]} | {LOCK}
        for path in self.path.iterdir():
            if path.stem not in kept:
                path.unlink(missing_ok=True)

    def _opened(self, path: Path) -> Base:
        with (
            path.open("rb") as file,
            np.load(file) as said,
        ):  # each array has a checksum, which is compared as it is read
            owner, centroids, starts, digests = (said[name] for name in ("owner", "centroids", "starts", "digests"))
        if str(owner) != self._owner:
            raise ValueError("it belongs to another encoder or brand")
        vectors = np.lib.format.open_memmap(path.with_suffix(".npy"), "r")
        if vectors.shape != (len(digests), centroids.shape[1]) or vectors.dtype != np.float32:
            raise ValueError("its parts do not fit together")
        sample = vectors[np.linspace(0, len(vectors) - 1, min(SAMPLE, len(vectors))).astype(np.int64)]
        if not (np.abs(np.linalg.norm(sample, axis=1) - 1) < 1e-2).all():
            raise ValueError("its vectors are not of length one")
        return Base(np.asarray(vectors), centroids, starts, digests, path)


def _grouped(count: int, rows: Callable[[Slots], Vectors]) -> tuple[Vectors, Slots, Slots]:
    """Centroids of the groups, where each begins, and the rows in their order: k-means over a sample, deterministic."""
    groups = max(1, min(MOST_GROUPS, int(GROUPS_PER_ROOT * count**0.5), count // TRAINED_ON))
    sample = rows(np.sort(np.random.default_rng(0).permutation(count)[: groups * TRAINED_ON]))
    means = faiss.Kmeans(sample.shape[1], groups, niter=ROUNDS, spherical=True, seed=0, min_points_per_centroid=1)
    means.train(sample)
    group = np.concatenate([means.index.search(rows(chunk), 1)[1][:, 0] for chunk in chunks(count)])
    starts = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=groups))])
    return np.asarray(means.centroids, dtype=np.float32), starts, np.argsort(group, kind="stable")


def chunks(count: int) -> Iterator[Slots]:
    """The numbers below ``count``, some thousands at a time."""
    for start in range(0, count, CHUNK):
        yield np.arange(start, min(start + CHUNK, count))


@contextlib.contextmanager
def _synced(path: Path) -> Iterator[IO[bytes]]:
    """A new file whose content is on the disk when it is closed."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
