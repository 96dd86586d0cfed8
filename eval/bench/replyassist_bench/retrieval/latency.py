"""What one request adds to the bare encoder call, one at a time."""

from __future__ import annotations

import statistics
import time

from replyassist.core.words import read
from replyassist.retrieval.index import TemplateIndex

from .bench import QUICK_MESSAGES, WHERE, Bench, Figures
from .data import banking77, few_shot

LATENCY_TEXTS, LATENCY_QUESTIONS = 200, 26  # of each of banking77's 77 intents: 2,002 examples


def latency(bench: Bench) -> Figures:
    """What a request adds to the encoder's own call, with 2,002 example questions and messages of all intents.

    ``added_ms``: reading the message (the call that tells its words too) and the search, less a bare call for the same
    message; which of both calls comes first changes from message to message. ``read_ms``, ``encode_ms`` and
    ``search_ms`` are the parts.
    """
    train, test = banking77(bench.folder, part="train"), banking77(bench.folder, part="test")
    task = few_shot(train, test, examples=LATENCY_QUESTIONS, seed=0)
    started = time.perf_counter()
    index = TemplateIndex(task.templates, bench.encoder)
    built = time.perf_counter() - started
    asked = QUICK_MESSAGES if bench.quick else LATENCY_TEXTS
    messages = [text for text, _ in task.messages[:: max(1, len(task.messages) // asked)][:asked]]
    read(bench.bare_encoder, ["The first call loads the model."])
    spent: dict[str, list[float]] = {"read_ms": [], "encode_ms": [], "search_ms": []}
    for done, text in enumerate(messages):
        bench.progress("latency", done, len(messages))
        if done % 2:
            spent["encode_ms"].append(_bare(bench, text))
        started = time.perf_counter()
        reading = read(bench.bare_encoder, [text])[0]
        between = time.perf_counter()
        index.search(reading.vector, text=text, words=reading.words, limit=3, **WHERE)
        spent["search_ms"].append((time.perf_counter() - between) * 1000)
        spent["read_ms"].append((between - started) * 1000)
        if not done % 2:
            spent["encode_ms"].append(_bare(bench, text))
    added = [
        reading + search - bare
        for reading, search, bare in zip(spent["read_ms"], spent["search_ms"], spent["encode_ms"], strict=True)
    ]
    return {
        "examples": sum(len(template.questions) for template in task.templates),
        "added_ms_p50": round(statistics.median(added), 3),
        "added_ms_p99": round(statistics.quantiles(added, n=100, method="inclusive")[98], 3),
        **{f"{name}_p50": round(statistics.median(values), 3) for name, values in spent.items()},
        "build_seconds": round(built, 2),
    }


def _bare(bench: Bench, text: str) -> float:
    started = time.perf_counter()
    bench.bare_encoder.encode([text])
    return (time.perf_counter() - started) * 1000
