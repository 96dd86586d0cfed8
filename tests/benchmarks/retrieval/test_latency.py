"""What a request adds counts all that the product does beyond a bare encoder call."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from replyassist.core.words import Reading
from replyassist.testing import FakeEncoder, FakeReader
from replyassist_bench.retrieval.bench import Bench
from replyassist_bench.retrieval.latency import latency

from .small_data import write_small_data

SECONDS = 0.02


class SlowReader(FakeReader):
    """Takes much longer to tell words than to encode."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        time.sleep(SECONDS)
        return super().read(texts)


def test_what_telling_the_words_takes_is_added(tmp_path: Path) -> None:
    write_small_data(tmp_path)
    bench = Bench(tmp_path, FakeEncoder(), SlowReader(), quick=True, progress=lambda *_: None)
    figures = latency(bench)

    assert figures["read_ms_p50"] >= SECONDS * 1000
    assert figures["added_ms_p50"] > figures["search_ms_p50"]
    assert figures["examples"] == 16
