"""From a thousand texts to a million: speed, recall, memory, start and change, beside exact search in the same run.

Nobody has a million real messages: their vectors are drawn from real ones (``drawn``), and the questions are real.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import ModuleType

import numpy as np

from replyassist.core.embedding import Vectors
from replyassist.retrieval.ranking import CANDIDATES
from replyassist.retrieval.store.products import nearest_rows
from replyassist_bench.processes import start_module

from . import faiss_options, scale_process
from .bench import Bench, Figures
from .drawn import drawn, queries
from .scale_process import NEAREST, QUERIES, VECTORS, milliseconds, percentiles

SIZES, QUICK_SIZES = (1_000, 10_000, 100_000, 1_000_000), (1_000, 14_000)
ASKED, QUICK_ASKED = 300, 40
EXACT_ASKED = 40
READERS = 3
DIMENSIONS = (384, 768)  # of the embedded encoder, and of larger ones such as all-mpnet-base-v2


def scale(bench: Bench) -> Figures:
    """By size: whole searches, recall of the ten nearest, memory, start from the file, single changes, a rebuild.

    Drawn vectors have no words: what comparing them costs, whatever the size, and what they take in memory is not in it
    (``latency`` and ``peers`` have it), nor is reading the texts from a database in the start.
    ``exact_ms`` is a scan of all vectors in one thread; ``readers`` are processes that read one file at the same time.
    ``options`` are the indexes of faiss beside our store, by the vectors' dimension (``faiss_options``).
    """
    sizes = QUICK_SIZES if bench.quick else SIZES
    figures: Figures = {}
    for done, size in enumerate(sizes):
        bench.progress("scale", done, len(sizes))
        with tempfile.TemporaryDirectory() as folder:
            figures[str(size)] = _of_size(bench, size, Path(folder))
    bench.progress("scale", len(sizes), len(sizes))
    return figures


def _of_size(bench: Bench, size: int, folder: Path) -> Figures:
    asked = queries(QUICK_ASKED if bench.quick else ASKED, folder=bench.folder, encoder=bench.encoder)
    vectors = drawn(size, folder=bench.folder, encoder=bench.encoder)
    np.save(folder / VECTORS, vectors)
    np.save(folder / QUERIES, asked)
    exact_ms, nearest = _exact(vectors, asked)
    np.save(folder / NEAREST, nearest)
    del vectors
    figures = percentiles("exact_ms", exact_ms)
    figures |= _process(folder, size, "build")
    if size == (QUICK_SIZES if bench.quick else SIZES)[-1]:  # before a part is taken out
        figures["readers"] = _readers(folder, size)
    figures |= _process(folder, size, "start")
    shutil.rmtree(folder / "indexes", ignore_errors=True)  # of a million texts: gigabytes
    options = {str(long): _process(folder, size, str(long), module=faiss_options) for long in DIMENSIONS}
    return figures | {"options": options}


def _exact(vectors: Vectors, asked: Vectors) -> tuple[list[float], Vectors]:
    """What a scan takes, and the cosines of the ten nearest to each."""
    spent = [milliseconds(nearest_rows, vectors, vector, count=CANDIDATES) for vector in asked[:EXACT_ASKED]]
    return spent, np.stack([nearest_rows(vectors, vector, count=10)[0] for vector in asked])


def _readers(folder: Path, size: int) -> list[Figures]:
    """Processes that read one file at the same time, and say what they hold once all have searched."""
    running = [_started(folder, size, "read") for _ in range(READERS)]
    for process in running:
        _line(process)
    for process in running:
        assert process.stdin is not None
        process.stdin.write("all have searched\n")
        process.stdin.flush()
    found: list[Figures] = [json.loads(_line(process)) for process in running]
    for process in running:
        process.communicate()
    return found


def _process(folder: Path, size: int, task: str, *, module: ModuleType = scale_process) -> Figures:
    process = _started(folder, size, task, module=module)
    found: Figures = json.loads(_line(process))
    process.communicate()
    return found


def _started(folder: Path, size: int, task: str, *, module: ModuleType = scale_process) -> subprocess.Popen[str]:
    return start_module(module.__name__, str(folder), str(size), task, pipes=True)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"a process of the scale benchmark ended with {process.wait()} and no result")
    return line
