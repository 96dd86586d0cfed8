"""What one fresh process measures of one index: run as ``python -m …scale_process FOLDER COUNT TASK``, prints JSON."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from replyassist.core.embedding import SentenceTransformerEncoder, Vectors
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.renewal import BrandIndex, WantedContents
from replyassist.retrieval.store.base import BaseFolder

from .bench import WHERE, Figures
from .drawn import NumberedEncoder, templates

VECTORS, QUERIES, NEAREST = "vectors.npy", "queries.npy", "nearest.npy"
CHANGES = 9
REBUILD_SECONDS = 900.0
SHARE_REMOVED = 0.25
PAUSE_SECONDS = 0.005  # between searches while an index is rebuilt: up to 200 messages a second


def measure(folder: Path, count: int, task: str) -> Figures:
    """``task``: ``build`` (no file yet), ``start`` (all figures, from the file) or ``read`` (memory of one more)."""
    encoder, known = NumberedEncoder(folder / VECTORS), templates(count)
    before = memory()
    brand = BrandIndex(
        lambda wanted: TemplateIndex(
            [template for _, template in wanted.templates.values()],
            encoder,
            folder=BaseFolder(folder, brand_id="scale", encoder=encoder.model_digest),
        )
    )
    started = time.perf_counter()
    index = brand.current(1, lambda _: _wanted(1, known))
    seconds = time.perf_counter() - started
    if task == "build":
        brand.wait(REBUILD_SECONDS)
        return {"build_seconds": round(seconds, 2)}
    asked: Vectors = np.load(folder / QUERIES)
    search_ms = [milliseconds(search, index, vector) for vector in asked]
    figures = {"start_seconds": round(seconds, 2), **percentiles("search_ms", search_ms), **memory(since=before)}
    if task == "read":
        return _together(figures)
    if task == "start":
        figures |= _recall(index, asked, np.load(folder / NEAREST))
        figures |= _changes(index, known)
        figures |= _during_a_rebuild(brand, known, asked)
        figures |= _with_encoder()
    return figures


def search(index: TemplateIndex, vector: Vectors) -> None:
    """One search of a message without words: nearest texts, ranking, sureness."""
    index.search(vector, limit=3, **WHERE)


def milliseconds(act: Callable[..., object], *arguments: Any, **options: Any) -> float:
    """How long it took."""
    started = time.perf_counter()
    act(*arguments, **options)
    return (time.perf_counter() - started) * 1000


def percentiles(name: str, values: list[float]) -> Figures:
    """Median and 99th percentile."""
    return {
        f"{name}_p50": round(statistics.median(values), 3),
        f"{name}_p99": round(float(np.quantile(values, 0.99)), 3),
    }


def memory(*, since: Figures | None = None) -> Figures:
    """Of this process in MB: all that is resident, and of it what no other process shares; Linux alone says it.

    ``since``: with how much of it was there before, as ``before_mb``.
    """
    path = Path("/proc/self/smaps_rollup")
    if not path.is_file():
        return {}
    rows = {line.split(":")[0]: line.split()[1] for line in path.read_text(encoding="ascii").splitlines()[1:]}
    found = {
        "resident_mb": int(rows["Rss"]) // 1024,
        "private_mb": (int(rows["Private_Clean"]) + int(rows["Private_Dirty"])) // 1024,
    }
    return found if not since else found | {"before_mb": since["resident_mb"]}


def _recall(index: TemplateIndex, asked: Vectors, nearest: Vectors) -> Figures:
    """Share of the ten nearest texts that a search finds; by cosine, so that texts with one vector count alike."""
    hits = []
    for vector, cosines in zip(asked, nearest, strict=True):
        found, _ = index.nearest(vector, count=nearest.shape[1])
        hits.append((found >= cosines[-1] - 1e-5).sum() / len(cosines))
    return {"recall_at_10": round(float(np.mean(np.minimum(hits, 1.0))), 4)}


def _changes(index: TemplateIndex, known: list[ReplyTemplate]) -> Figures:
    added, removed = [], []
    for number in range(CHANGES):
        example = LearnedExample(number, known[number % len(known)].id, f"text {number} again")
        added.append(milliseconds(index.changed, known, [example]))
        removed.append(milliseconds(index.changed, known[:number] + known[number + 1 :]))
    return {
        "add_ms_p50": round(statistics.median(added), 2),
        "remove_ms_p50": round(statistics.median(removed), 2),
    }


def _during_a_rebuild(brand: BrandIndex, known: list[ReplyTemplate], asked: Vectors) -> Figures:
    """A quarter of the templates goes: searches while the rest is laid out anew."""
    kept = known[int(len(known) * SHARE_REMOVED) :]
    brand.wait(REBUILD_SECONDS)
    alone = [milliseconds(_search_as_of, brand, 1, vector) for vector in asked]
    started = time.perf_counter()
    asked_ms = milliseconds(brand.current, 2, lambda _: _wanted(2, kept))
    during: list[float] = []
    while not brand.wait(0) and time.perf_counter() - started < REBUILD_SECONDS:
        time.sleep(PAUSE_SECONDS)
        during.append(milliseconds(_search_as_of, brand, 2, asked[len(during) % len(asked)]))
    rebuild = {"rebuild_seconds": round(time.perf_counter() - started, 2), "rebuild_asked_ms": round(asked_ms, 1)}
    return rebuild | percentiles("before_rebuild_ms", alone) | percentiles("during_rebuild_ms", during or alone)


def _with_encoder() -> Figures:
    SentenceTransformerEncoder().encode(["What the whole process needs."])
    return {"with_encoder_mb": memory().get("resident_mb")}


def _wanted(revision: int, known: list[ReplyTemplate]) -> WantedContents:
    return WantedContents(revision, {template.id: ("", template) for template in known})


def _search_as_of(brand: BrandIndex, revision: int, vector: Vectors) -> None:
    search(brand.current(revision, lambda before: before), vector)


def _together(figures: Figures) -> Figures:
    """Memory once all processes that read the file have searched; each lives on until the last has answered."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    return figures | memory()


if __name__ == "__main__":
    result: dict[str, Any] = measure(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    if sys.argv[3] == "read":
        sys.stdin.read()
