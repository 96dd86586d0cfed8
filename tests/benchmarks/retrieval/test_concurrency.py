"""Many requests at once are really at once, and every message is sent in every way."""

from __future__ import annotations

import csv
import threading
from pathlib import Path

import pytest

from replyassist.core.embedding import CachedEncoder
from replyassist.core.errors import ReplyassistError
from replyassist.testing import FakeEncoder
from replyassist_bench.retrieval.bench import Bench
from replyassist_bench.retrieval.concurrency import Times, at_once, concurrency


def test_so_many_callers_are_under_way_together() -> None:
    together = threading.Barrier(4, timeout=20)
    sent: list[str] = []

    def request(text: str) -> None:
        together.wait()
        sent.append(text)

    at_once([f"text {number}" for number in range(8)], [request] * 4)

    assert sorted(sent) == [f"text {number}" for number in range(8)]


def test_an_error_of_one_request_ends_the_measurement() -> None:
    def fail(_text: str) -> None:
        raise ReplyassistError("no")

    with pytest.raises(ReplyassistError):
        at_once(["text"], [fail])


def test_rates_are_over_all_rounds() -> None:
    times = Times()
    for _ in range(2):
        times.add("way", ["one", "two"], lambda texts: [times.timed("single", lambda _: None)(text) for text in texts])

    assert times.rate("way") == pytest.approx(4 / times.seconds("way"), rel=0.01)
    assert times.median("single") >= 0


@pytest.mark.encoder
def test_both_ways_are_measured_inside_and_through_a_real_server(tmp_path: Path) -> None:
    for part in ("train", "test"):
        with (tmp_path / f"banking77_{part}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["text", "intent"])
            rows.writerows(
                [f"where is my {thing} {number}", thing] for thing in ("card", "cash") for number in range(40)
            )
    fake = FakeEncoder()
    bench = Bench(
        folder=tmp_path,
        encoder=CachedEncoder(fake, tmp_path / "vectors"),
        bare_encoder=fake,
        quick=True,
        progress=lambda what, done, total: None,
    )
    found = concurrency(bench)

    assert set(found) == {"concurrent_32", "concurrent_32_parts", "concurrent_32_http"}
    assert all(value > 0 for figures in found.values() for value in figures.values())
