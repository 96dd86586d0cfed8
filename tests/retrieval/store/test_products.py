from __future__ import annotations

import faiss
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from replyassist.retrieval.store.products import (
    keep_numpy_in_the_calling_thread,
    nearest_rows,
    one_thread,
    products,
)
from tests.retrieval.store.test_vectors import unit


def test_products_are_those_of_the_chosen_rows() -> None:
    rows, vector = unit(50), unit(1, seed=1)[0]
    slots = np.array([7, 3, 3, 49])

    assert products(rows, slots, vector) == pytest.approx(rows[slots] @ vector, abs=1e-6)
    assert len(products(rows, slots[:0], vector)) == 0


def test_the_nearest_rows_come_first_and_no_more_than_there_are() -> None:
    rows, vector = unit(5), unit(1, seed=1)[0]
    cosines, numbers = nearest_rows(rows, vector, count=9)

    assert numbers.tolist() == np.argsort(-(rows @ vector)).tolist()
    assert cosines == pytest.approx(sorted(rows @ vector, reverse=True), abs=1e-6)


def test_who_uses_faiss_otherwise_keeps_its_threads() -> None:
    before = faiss.omp_get_max_threads()
    with one_thread():
        inside = faiss.omp_get_max_threads()

    assert (inside, faiss.omp_get_max_threads()) == (1, before)


def test_numpy_stays_in_the_calling_thread() -> None:
    keep_numpy_in_the_calling_thread()

    assert {pool["num_threads"] for pool in threadpool_info() if pool["internal_api"] == "openblas"} == {1}
