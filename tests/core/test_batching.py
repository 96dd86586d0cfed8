"""Callers share batches, and notice nothing of each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from replyassist.core.batching import BatchingEncoder
from replyassist.core.embedding import CachedEncoder, Vectors
from replyassist.core.errors import EncoderBusy
from replyassist.testing import FakeEncoder

LONG = 20.0  # seconds after which a test that hangs fails


class HeldEncoder(FakeEncoder):
    """Remembers its batches, and holds each at a gate; ``poison`` is a text that it cannot encode."""

    def __init__(self, *, poison: str = "", is_open: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.entered = threading.Semaphore(0)
        self.gate = threading.Semaphore(10_000 if is_open else 0)
        self.poison = poison

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.entered.release()
        if not self.gate.acquire(timeout=LONG):
            raise TimeoutError
        if self.poison and self.poison in texts:
            raise ValueError(self.poison)
        return super().encode(texts)


class Callers:
    """Threads that ask for vectors, started one after the other in a known order."""

    def __init__(self, batching: BatchingEncoder) -> None:
        self._batching = batching
        self._pool = ThreadPoolExecutor(64)

    def start(self, *texts: str) -> Future[Vectors]:
        """Stand in line; returns when the texts are known to the encoder."""
        before = self._batching.waiting
        future = self._pool.submit(self._batching.encode, list(texts))
        wait_for(lambda: self._batching.waiting > before or future.done())
        return future


def wait_for(is_so: Callable[[], bool]) -> None:
    for _ in range(int(LONG / 0.001)):
        if is_so():
            return
        threading.Event().wait(0.001)
    raise TimeoutError


@pytest.fixture
def held() -> HeldEncoder:
    return HeldEncoder()


def result_of(future: Future[Vectors]) -> Vectors:
    return future.result(timeout=LONG)


def same(vectors: Vectors, texts: Sequence[str]) -> bool:
    return np.array_equal(vectors, FakeEncoder().encode(texts))


def test_a_lone_caller_is_served_at_once() -> None:
    held = HeldEncoder(is_open=True)
    batching = BatchingEncoder(held)

    assert same(batching.encode(["one"]), ["one"])
    assert held.batches == [["one"]]


def test_what_arrives_while_a_batch_runs_is_the_next_batch(held: HeldEncoder) -> None:
    callers = Callers(BatchingEncoder(held))
    first = callers.start("one")
    held.entered.acquire(timeout=LONG)
    others = [callers.start(f"text {number}") for number in range(5)]
    held.gate.release(2)

    assert same(result_of(first), ["one"])
    assert all(same(result_of(future), [f"text {number}"]) for number, future in enumerate(others))
    assert [sorted(batch) for batch in held.batches] == [["one"], [f"text {number}" for number in range(5)]]


def test_vectors_come_in_the_order_of_the_texts(held: HeldEncoder) -> None:
    callers = Callers(BatchingEncoder(held, most=3))
    texts = ["a long text of many words", "b", "a text", "b", "the longest text of all that are in this list", ""]
    future = callers.start(*texts)
    held.gate.release(2)

    assert same(result_of(future), texts)
    assert [len(batch) for batch in held.batches] == [3, 3]


def test_a_batch_is_never_larger_than_the_most(held: HeldEncoder) -> None:
    callers = Callers(BatchingEncoder(held, most=4))
    futures = [callers.start("one")]
    held.entered.acquire(timeout=LONG)
    futures += [callers.start(f"text {number}", "more") for number in range(5)]
    held.gate.release(100)

    assert all(len(result_of(future)) for future in futures)
    assert max(map(len, held.batches)) == 4
    assert sum(map(len, held.batches)) == 11


def test_a_huge_list_does_not_keep_others_waiting(held: HeldEncoder) -> None:
    callers = Callers(BatchingEncoder(held, most=8))
    huge = callers.start(*[f"text {number}" for number in range(100)])
    held.entered.acquire(timeout=LONG)
    small = callers.start("small")
    held.gate.release(2)

    assert same(result_of(small), ["small"])
    assert not huge.done()
    held.gate.release(100)
    assert same(result_of(huge), [f"text {number}" for number in range(100)])


def test_small_ones_do_not_starve_a_huge_list(held: HeldEncoder) -> None:
    callers = Callers(BatchingEncoder(held, most=8))
    first = callers.start("one")
    held.entered.acquire(timeout=LONG)
    huge = callers.start(*["a text that is longer"] * 100)
    small = [callers.start(f"text {number}") for number in range(20)]
    held.gate.release(2)
    result_of(first)
    wait_for(lambda: len(held.batches) > 1)

    assert "a text that is longer" in held.batches[1]
    held.gate.release(100)
    assert len(result_of(huge)) == 100
    assert all(len(result_of(future)) == 1 for future in small)


def test_an_error_reaches_only_the_caller_whose_text_raises_it() -> None:
    held = HeldEncoder(poison="poison")
    callers = Callers(BatchingEncoder(held))
    first = callers.start("one")
    held.entered.acquire(timeout=LONG)
    good, bad, also_good = callers.start("good"), callers.start("fine", "poison"), callers.start("also good")
    held.gate.release(100)

    with pytest.raises(ValueError, match="poison"):
        result_of(bad)
    assert same(result_of(good), ["good"])
    assert same(result_of(also_good), ["also good"])
    assert same(result_of(first), ["one"])


def test_after_an_error_the_next_caller_is_served() -> None:
    batching = BatchingEncoder(HeldEncoder(poison="poison", is_open=True))
    with pytest.raises(ValueError, match="poison"):
        batching.encode(["poison"])

    assert same(batching.encode(["good"]), ["good"])


def test_an_interrupted_leader_leaves_the_others_to_another() -> None:
    class Interrupted(HeldEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            vectors = super().encode(texts)
            if len(self.batches) == 2:
                raise KeyboardInterrupt
            return vectors

    held = Interrupted()
    callers = Callers(BatchingEncoder(held))
    first = callers.start("one")
    held.entered.acquire(timeout=LONG)
    leader, other = callers.start("leader"), callers.start("other")
    held.gate.release(100)

    assert same(result_of(first), ["one"])
    with pytest.raises(KeyboardInterrupt):
        result_of(leader)
    assert same(result_of(other), ["other"])


def test_a_caller_gives_up_when_nothing_moves_and_the_others_go_on(held: HeldEncoder) -> None:
    batching = BatchingEncoder(held, patience_seconds=0.01)
    callers = Callers(batching)
    stuck = callers.start("stuck")
    held.entered.acquire(timeout=LONG)
    waiting = callers.start("waiting")

    with pytest.raises(EncoderBusy, match=r"0\.01 seconds"):
        result_of(waiting)
    held.gate.release(100)
    assert same(result_of(stuck), ["stuck"])
    assert same(batching.encode(["later"]), ["later"])
    assert "waiting" not in [text for batch in held.batches for text in batch]


def test_an_encoder_that_comes_back_to_the_batching_one_does_not_hang() -> None:
    class Circular(FakeEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            return batching.encode(["inner"]) if texts == ["outer"] else super().encode(texts)

    batching = BatchingEncoder(Circular())

    assert same(batching.encode(["outer"]), ["inner"])


def test_many_threads_get_their_own_vectors() -> None:
    held = HeldEncoder(is_open=True)
    batching = BatchingEncoder(held, most=16)
    asked = [[f"text {number} {part}" for part in range(number % 5 + 1)] for number in range(600)]
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(batching.encode, asked))

    assert all(same(vectors, texts) for vectors, texts in zip(found, asked, strict=True))
    assert sum(map(len, held.batches)) == sum(map(len, asked))
    assert batching.waiting == 0


def test_no_texts_make_no_vectors() -> None:
    assert BatchingEncoder(FakeEncoder()).encode([]).shape == (0, 64)


def test_it_speaks_for_the_encoder_behind_it() -> None:
    batching = BatchingEncoder(FakeEncoder())

    assert (batching.model_digest, batching.dimension) == (FakeEncoder().model_digest, 64)


@pytest.mark.parametrize("is_in_front", [True, False])
def test_a_cache_may_stand_on_either_side(is_in_front: bool, tmp_path: Path) -> None:
    held = HeldEncoder(is_open=True)
    encoder = (
        CachedEncoder(BatchingEncoder(held), tmp_path)
        if is_in_front
        else BatchingEncoder(CachedEncoder(held, tmp_path))
    )
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(encoder.encode, [["one", f"text {number % 4}"] for number in range(32)]))

    assert all(same(vectors, ["one", f"text {number % 4}"]) for number, vectors in enumerate(found))


def test_those_who_come_back_from_two_batches_share_the_next_one(held: HeldEncoder) -> None:
    batching = BatchingEncoder(held, wait_ms=10_000)
    callers = Callers(batching)
    first = callers.start("one")
    held.entered.acquire(timeout=LONG)
    waiting = callers.start("two")
    threading.Event().wait(2.0)  # half as long "two" then waits for "one" to come back
    held.gate.release(1)
    result_of(first)
    again = callers.start("one again")
    held.gate.release(2)

    assert same(result_of(waiting), ["two"])
    assert same(result_of(again), ["one again"])
    assert [sorted(batch) for batch in held.batches] == [["one"], ["one again", "two"]]
