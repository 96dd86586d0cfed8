"""Times, memory and answers of one system; the same rules for all."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from encoder import Encoder
from protocol import Ranked, System, Task
from systems import import_system

RANKED = 10
WARM_UP = 5
Measured = tuple[dict[str, Any], Sequence[str]]  # figures, and the packages whose versions matter


def building(name: str, path: Path, index: Path) -> Measured:
    """Seconds from texts to a searchable index, and the share of them outside the encoder."""
    task, encoder = Task.read(path), Encoder()
    encoder.load()
    system_type = import_system(name)
    started = time.perf_counter()
    system = system_type.build(task, encoder)
    seconds, in_encoder = time.perf_counter() - started, encoder.seconds
    system.search(task.messages[0], documents=task.documents_found)
    peak = peak_megabytes()
    index.mkdir(parents=True, exist_ok=True)
    system.save(index)
    figures = {
        "build_seconds": seconds,
        "build_seconds_without_encoder": seconds - in_encoder,
        "build_peak_mb": peak,
        "index_mb": sum(file.stat().st_size for file in index.rglob("*") if file.is_file()) / 1e6,
    }
    return figures, system_type.packages


def serving(name: str, path: Path, index: Path) -> Measured:
    """Start from a saved index, then one message after another: the bare encoder, the system, the system with a vector.

    ``added_ms`` is a call less what the encoder took within it; ``over_bare_ms`` a call less a bare encoder call just
    before; ``given_ms`` a call with the vector at hand. What importing costs is on top of importing the encoder.
    """
    encoder = Encoder()
    encoder.load()
    task = Task.read(path)
    before_mb, started = peak_megabytes(), time.perf_counter()
    system_type = import_system(name)
    imported = time.perf_counter()
    system = system_type.load(index, encoder)
    loaded = time.perf_counter()
    system.search(task.messages[0], documents=task.documents_found)
    answered = time.perf_counter()
    for text in task.messages[:WARM_UP]:
        system.search(text, documents=task.documents_found)
    figures = {
        "import_seconds": imported - started,
        "load_seconds": loaded - imported,
        "first_answer_seconds": answered - loaded,
        "start_seconds": answered - started,
        **_latencies(system, encoder, task),
        "encoder_mb": before_mb,
        "peak_mb": peak_megabytes(),
    }
    return figures, system_type.packages


def _latencies(system: System, encoder: Encoder, task: Task) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"bare_ms": [], "call_ms": [], "added_ms": [], "over_bare_ms": [], "given_ms": []}
    for text in task.messages:
        started = time.perf_counter()
        vector = encoder.encode([text])[0]
        bare = time.perf_counter() - started
        in_encoder, started = encoder.seconds, time.perf_counter()
        system.search(text, documents=task.documents_found)
        call = time.perf_counter() - started
        started_given = time.perf_counter()
        answer = system.search_vector(vector, text, documents=task.documents_found)
        given = time.perf_counter() - started_given
        found["bare_ms"].append(bare * 1000)
        found["call_ms"].append(call * 1000)
        found["added_ms"].append((call - (encoder.seconds - in_encoder)) * 1000)
        found["over_bare_ms"].append((call - bare) * 1000)
        if answer is not None:
            found["given_ms"].append(given * 1000)
    return found


def ranking(name: str, paths: Sequence[Path], vectors: Path) -> Measured:
    """The first ten templates for each message of each task, with the score of the first."""
    encoder = Encoder(vectors)
    system_type = import_system(name)
    answers = {}
    for path in paths:
        task = Task.read(path)
        system = system_type.build(task, encoder)
        found = [system.search(text, documents=task.documents_found) for text in task.messages]
        answers[path.stem] = [_answer(ranked) for ranked in found]
    return {"answers": answers}, system_type.packages


def _answer(ranked: Ranked) -> dict[str, Any]:
    return {"ranked": [template for template, _ in ranked[:RANKED]], "score": ranked[0][1] if ranked else 0.0}


def peak_megabytes() -> float:
    """The most memory that this process has held so far, resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
