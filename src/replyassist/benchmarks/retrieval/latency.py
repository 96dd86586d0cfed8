"""What search adds to the bare encoder call, one request at a time."""

from __future__ import annotations

import statistics
import time

from replyassist.core.words import read
from replyassist.retrieval.index import TemplateIndex

from .bench import QUICK_MESSAGES, WHERE, Bench, Figures
from .data import banking77, few_shot

LATENCY_TEXTS, LATENCY_EXAMPLES = 200, 2000


def latency(bench: Bench) -> Figures:
    """One request at a time: what search adds to the encoder's own call, with 2,000 example questions.

    ``read_ms_p50`` is the call that tells the words too, and ``encode_ms_p50`` the same call without them.
    """
    train, test = banking77(bench.folder, part="train"), banking77(bench.folder, part="test")
    task = few_shot(train, test, examples=None, seed=0)
    share = LATENCY_EXAMPLES // len(task.templates)
    templates = [template.model_copy(update={"questions": template.questions[:share]}) for template in task.templates]
    started = time.perf_counter()
    index = TemplateIndex(templates, bench.encoder)
    built = time.perf_counter() - started
    bench.bare_encoder.encode(["The first call loads the model."])
    encode_ms, read_ms, search_ms = [], [], []
    for done, (text, _) in enumerate(task.messages[: QUICK_MESSAGES if bench.quick else LATENCY_TEXTS]):
        bench.progress("latency", done, LATENCY_TEXTS)
        before = time.perf_counter()
        bench.bare_encoder.encode([text])
        between = time.perf_counter()
        reading = read(bench.bare_encoder, [text])[0]
        begun = time.perf_counter()
        index.search(reading.vector, text=text, words=reading.words, limit=3, **WHERE)
        encode_ms.append((between - before) * 1000)
        read_ms.append((begun - between) * 1000)
        search_ms.append((time.perf_counter() - begun) * 1000)
    return {
        "examples": sum(len(template.questions) for template in templates),
        "added_ms_p50": round(statistics.median(search_ms), 3),
        "added_ms_p99": round(statistics.quantiles(search_ms, n=100)[98], 3),
        "read_ms_p50": round(statistics.median(read_ms), 3),
        "encode_ms_p50": round(statistics.median(encode_ms), 3),
        "build_seconds": round(built, 2),
    }
