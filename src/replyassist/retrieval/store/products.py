"""Inner products of one message with many rows, in the calling thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import faiss
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from replyassist.core.embedding import Vectors

Slots = NDArray[np.int64]


@cache
def keep_numpy_in_the_calling_thread() -> None:
    """For the whole process, at its first call: numpy's pool is for matrices far larger than a search's.

    Measured with 2,000 texts on two cores shared by ten busy processes: building an index takes 29 s with the pool and
    1.0 s without, the 99th percentile of a search 258 ms and 0.8 ms. The encoder's own threads are not touched.
    """
    ThreadpoolController().select(internal_api="openblas").limit(limits=1)


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep faiss in the calling thread: at this size, waking a pool on a busy machine costs more than all the work."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def products(rows: Vectors, slots: Slots, vector: Vectors) -> Vectors:
    """``rows[slots] @ vector`` without copying the rows; float32, shape (len(slots),)."""
    found = np.empty(len(slots), dtype=np.float32)
    wanted, query = np.ascontiguousarray(slots, dtype=np.int64), np.ascontiguousarray(vector, dtype=np.float32)
    with one_thread():
        faiss.fvec_inner_products_by_idx(  # type: ignore[attr-defined]  # its stubs lack the functions of SWIG
            faiss.swig_ptr(found),
            faiss.swig_ptr(query),
            faiss.swig_ptr(rows),
            faiss.swig_ptr(wanted),
            rows.shape[1],
            1,
            len(wanted),
        )
    return found


def nearest_rows(rows: Vectors, vector: Vectors, *, count: int) -> tuple[Vectors, Slots]:
    """Cosines and numbers of the rows with the highest products, the highest first."""
    with one_thread():
        cosines, slots = faiss.knn(
            vector.reshape(1, -1), rows, min(count, len(rows)), metric=faiss.METRIC_INNER_PRODUCT
        )
    return cosines[0], slots[0]
