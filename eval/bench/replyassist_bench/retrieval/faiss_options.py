"""What plain faiss makes of the same vectors, beside exact search and our own store, in one process and in turn.

Run as ``python -m …faiss_options FOLDER COUNT DIMENSION``, prints JSON.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors
from replyassist.retrieval.ranking import CANDIDATES
from replyassist.retrieval.store.base import EXACT_UP_TO, READ, ROUNDS, TRAINED_ON, BaseFolder
from replyassist.retrieval.store.products import keep_numpy_in_the_calling_thread, one_thread
from replyassist.retrieval.store.vectors import VectorStore

from .bench import Figures
from .scale_process import NEAREST, QUERIES, VECTORS, milliseconds, percentiles

faiss: Any = import_module("faiss")  # its stubs lack most of what is measured here
HNSW_UP_TO = 100_000  # texts: for a million its graph takes two cores a quarter of an hour
ASKED, ROUNDS_ASKED = 100, 3
GONE_EVERY = 10  # a tenth of the texts is marked as deleted
Search = Callable[[Vectors], Vectors]  # cosines of the nearest, the nearest first


def options(folder: Path, dimension: int) -> Figures:
    """By option: times of a search for 512 texts in one thread, recall of the ten nearest, seconds to build.

    Where a tenth of the texts is marked as deleted, ``recall_at_10`` is left out. Vectors are repeated until they are
    as long as ``dimension``, which leaves their cosines as they are. The options take turns, three rounds each.
    """
    keep_numpy_in_the_calling_thread()
    vectors, asked = (_as_long(np.load(folder / name), dimension) for name in (VECTORS, QUERIES))
    every = max(1, len(asked) // ASKED)
    asked, tenth = asked[::every], np.load(folder / NEAREST)[::every, 9]
    figures: Figures = {}
    searches: dict[str, Search] = {}
    before = time.perf_counter()
    for name, search in _searches(folder, vectors):
        figures[name], searches[name] = {"build_seconds": round(time.perf_counter() - before, 2)}, search
        before = time.perf_counter()
    spent: dict[str, list[float]] = {name: [] for name in searches}
    for _ in range(ROUNDS_ASKED):
        for name, search in searches.items():
            spent[name] += [milliseconds(search, vector) for vector in asked]
    for name, search in searches.items():
        figures[name] |= percentiles("search_ms", spent[name])
        if not name.endswith("deleted"):
            hits = [(search(vector)[:10] >= least - 1e-5).mean() for vector, least in zip(asked, tenth, strict=True)]
            figures[name]["recall_at_10"] = round(float(np.mean(hits)), 4)
    return figures


def _searches(folder: Path, vectors: Vectors) -> Iterator[tuple[str, Search]]:
    count, dimension = vectors.shape
    alive = np.arange(count) % GONE_EVERY > 0
    deleted = faiss.IDSelectorBitmap(np.packbits(alive, bitorder="little"))
    flat = faiss.IndexFlatIP(dimension)
    flat.add(vectors)
    yield "flat", _of(flat)
    yield "flat, deleted", _of(flat, faiss.SearchParameters(sel=deleted))
    del flat  # each holds all vectors once more; the searches that were handed out keep theirs
    store = VectorStore(vectors) if count <= EXACT_UP_TO else _on_base(folder, vectors)
    yield "ours", lambda vector: store.search(vector, count=CANDIDATES)[0]
    if store.base is not None:
        less, _ = store.changed(np.flatnonzero(~alive), vectors[:0])
        yield "ours, deleted", lambda vector: less.search(vector, count=CANDIDATES)[0]
    groups = max(1, min(4096, int(4 * count**0.5), count // TRAINED_ON))
    lists = faiss.index_factory(dimension, f"IVF{groups},Flat", faiss.METRIC_INNER_PRODUCT)
    lists.cp.niter, lists.cp.max_points_per_centroid, lists.cp.spherical = ROUNDS, TRAINED_ON, True
    lists.train(vectors)
    lists.add(vectors)
    faiss.write_index(lists, str(folder / "lists"))
    mapped, probes = faiss.read_index(str(folder / "lists"), faiss.IO_FLAG_MMAP_IFC), READ * groups / vectors.nbytes
    yield "ivf", _of(mapped, faiss.SearchParametersIVF(nprobe=math.ceil(probes)))
    yield "ivf, deleted", _of(mapped, faiss.SearchParametersIVF(nprobe=math.ceil(probes), sel=deleted))
    if count <= HNSW_UP_TO:
        graph = faiss.index_factory(dimension, "HNSW32,Flat", faiss.METRIC_INNER_PRODUCT)
        graph.add(vectors)
        yield "hnsw", _of(graph, faiss.SearchParametersHNSW(efSearch=CANDIDATES))
        yield "hnsw, deleted", _of(graph, faiss.SearchParametersHNSW(efSearch=CANDIDATES, sel=deleted))


def _of(index: Any, parameters: Any = None) -> Search:
    def search(vector: Vectors) -> Vectors:
        with one_thread():
            found: NDArray[np.float32] = index.search(vector[None], CANDIDATES, params=parameters)[0][0]
        return found

    return search


def _on_base(folder: Path, vectors: Vectors) -> VectorStore:
    numbers = np.arange(len(vectors), dtype=np.uint64)
    mine = BaseFolder(folder, brand_id="options", encoder=str(vectors.shape[1]))
    with mine.building():
        base = mine.write(np.stack([numbers, numbers], axis=1), lambda places: vectors[places])
    return VectorStore(vectors[:0], base)


def _as_long(vectors: Vectors, dimension: int) -> Vectors:
    times = -(-dimension // vectors.shape[1])
    return np.asarray(np.tile(vectors, times) / np.float32(times**0.5))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(options(Path(sys.argv[1]), int(sys.argv[3]))) + "\n")
