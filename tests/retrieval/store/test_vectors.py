from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replyassist.core.embedding import Vectors
from replyassist.retrieval.store.base import Base, BaseFolder
from replyassist.retrieval.store.vectors import VectorStore

DIMENSION = 8


def unit(count: int, *, seed: int = 0) -> Vectors:
    drawn = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def base_of(vectors: Vectors) -> Base:
    """The digest of row n is (n, n)."""
    numbers = np.arange(len(vectors), dtype=np.uint64)
    with tempfile.TemporaryDirectory() as home:
        folder = BaseFolder(Path(home), brand_id="fernhill", encoder="model")
        with folder.building():
            return folder.write(np.stack([numbers, numbers], axis=1), lambda places: vectors[places])


LARGE, READ = 20_000, 10_000


def wide(count: int, *, seed: int = 0) -> Vectors:
    """As long as those of the embedded encoder."""
    return np.pad(unit(count, seed=seed), ((0, 0), (0, 384 - DIMENSION)))


@cache
def large() -> Base:
    return base_of(wide(LARGE))


def found(store: VectorStore, vector: Vectors, *, count: int) -> list[float]:
    cosines, slots = store.search(vector, count=count)
    assert np.allclose(store.vectors(slots) @ vector, cosines, atol=1e-5)
    assert np.allclose(store.products(slots, vector), cosines, atol=1e-5)
    assert (np.diff(cosines) <= 0).all()
    return [round(float(cosine), 4) for cosine in cosines]


@pytest.mark.parametrize("rows", [0, 300])
def test_the_nearest_come_first_whether_they_are_on_the_base_or_added(rows: int) -> None:
    everything = unit(400)
    store = VectorStore(everything[rows:], base_of(everything[:rows]) if rows else None)
    query = unit(1, seed=1)[0]

    assert found(store, query, count=50) == pytest.approx(sorted(everything @ query, reverse=True)[:50], abs=1e-4)


def test_a_base_reads_only_the_groups_that_are_near() -> None:
    near = large().near(wide(1, seed=1)[0])

    assert READ / 2 < len(near) < 1.6 * READ
    assert len(set(near.tolist())) == len(near)


def test_most_of_the_nearest_are_found_without_reading_everything() -> None:
    everything = wide(LARGE)
    store = VectorStore(everything[:0], large())
    hits = 0
    for query in wide(50, seed=2):
        hits += len(set(found(store, query, count=10)) & set(found(VectorStore(everything), query, count=10)))

    assert hits / 500 >= 0.97


def test_what_was_removed_is_never_found_and_what_was_added_is() -> None:
    store = VectorStore(unit(5, seed=3), base_of(unit(100)))
    mine = store.vectors(np.array([7, 101]))
    changed, moved = store.changed(np.array([7, 101]), mine[1:])

    assert found(store, mine[0], count=1) == [1.0]
    assert found(changed, mine[0], count=1)[0] < 1.0
    assert found(changed, mine[1], count=2)[0] == 1.0
    assert found(changed, mine[1], count=2)[1] < 1.0, "the added one once"
    assert moved[[6, 7, 100, 101, 102]].tolist() == [6, -1, 100, -1, 101]


def test_a_change_leaves_the_store_from_which_it_was_made_as_it_is() -> None:
    store = VectorStore(unit(5, seed=3), base_of(unit(100)))
    query = unit(1, seed=4)[0]
    before = found(store, query, count=105)
    store.changed(np.arange(0, 104), unit(3, seed=5))

    assert found(store, query, count=105) == before


def test_a_search_finds_as_many_as_there_are() -> None:
    store, _ = VectorStore(unit(5, seed=3), base_of(unit(4000))).changed(np.arange(0, 3990), unit(0))

    assert len(found(store, unit(1)[0], count=512)) == 15


@given(st.lists(st.tuples(st.sets(st.integers(0, 60)), st.integers(0, 5)), max_size=6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_after_any_changes_a_search_is_that_of_a_fresh_store(
    changes: list[tuple[set[int], int]], on_base: bool
) -> None:
    drawn = unit(30)
    store = VectorStore(drawn[20:], base_of(drawn[:20])) if on_base else VectorStore(drawn)
    alive = np.arange(len(store))
    for number, (removed, added) in enumerate(changes):
        gone = alive[[place for place in sorted(removed) if place < len(alive)]]
        store, moved = store.changed(gone, unit(added, seed=number + 10))
        alive = moved[np.setdiff1d(alive, gone)]
        alive = np.concatenate([alive, np.arange(len(store) - added, len(store))])
    query = unit(1, seed=99)[0]

    fresh = found(VectorStore(store.vectors(alive)), query, count=100)
    assert found(store, query, count=100) == pytest.approx(fresh, abs=2e-4)
