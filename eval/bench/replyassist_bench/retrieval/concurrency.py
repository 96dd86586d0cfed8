"""What many requests at once gain over one after the other, beside what the encoder itself gains from batches."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from queue import SimpleQueue
from typing import Any

from replyassist.core.batched_reading import BatchingReader
from replyassist.core.model_calls import BATCH_SIZE
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.parts import parts_of
from replyassist.retrieval.service import retrieve

from .bench import WHERE, Bench, Figures
from .data import banking77, few_shot
from .served import served

CALLERS = 32
EXAMPLES = 2000
ROUNDS, MESSAGES_A_ROUND = 4, 256
QUICK_ROUNDS, QUICK_MESSAGES_A_ROUND = 1, 64
Request = Callable[[str], Any]


def concurrency(bench: Bench) -> Figures:
    """``concurrent_32``: retrieval as the product does it, 32 callers at once against one after the other.

    Of messages that ask one thing, so that a request is one text, as it is for ``encoder_limit``. In
    ``concurrent_32_parts`` a quarter of the messages has several parts, which even a lone request encodes together.
    ``concurrent_32_http`` is the same through ``POST /v1/templates/search`` of a server in a process of its own. Every
    round sends the same banking77 test messages in each way, the ways in turn, so that what else the machine does
    falls on all of them; figures are over all rounds. ``encoder_limit`` is the bare encoder's rate in batches of 64
    over its rate with single texts, on the same messages.
    """
    train, test = banking77(bench.folder, part="train"), banking77(bench.folder, part="test")
    task = few_shot(train, test, examples=None, seed=0)
    share = EXAMPLES // len(task.templates)
    templates = [template.model_copy(update={"questions": template.questions[:share]}) for template in task.templates]
    every = [text for text, _ in task.messages]
    rounds = _rounds(every, quick=bench.quick)
    whole = _rounds([text for text in every if not parts_of(text)], quick=bench.quick)
    return {
        f"concurrent_{CALLERS}": _inside(bench, templates, whole),
        f"concurrent_{CALLERS}_parts": _inside(bench, templates, rounds),
        f"concurrent_{CALLERS}_http": _through_http(bench, templates, rounds),
    }


def _rounds(texts: Sequence[str], *, quick: bool) -> list[list[str]]:
    """Messages from all over the test file, where those of one intent stand together."""
    rounds, size = (QUICK_ROUNDS, QUICK_MESSAGES_A_ROUND) if quick else (ROUNDS, MESSAGES_A_ROUND)
    spread = list(texts)[:: max(1, len(texts) // (rounds * size))]
    return [spread[number * size : (number + 1) * size] for number in range(rounds)]


def _inside(bench: Bench, templates: Sequence[ReplyTemplate], rounds: Sequence[list[str]]) -> Figures:
    index = TemplateIndex(templates, bench.encoder)
    encoder = BatchingReader(bench.bare_encoder)

    def request(text: str) -> None:
        retrieve(text, index, encoder, threshold=0.5, limit=3, **WHERE)

    times = Times()
    request("The first call loads the model.")
    at_once(rounds[0], [request] * CALLERS)
    for number, texts in enumerate(rounds):
        bench.progress("concurrency", number, len(rounds))
        times.add("encoder_single", texts, lambda texts: _each(texts, lambda text: bench.bare_encoder.encode([text])))
        times.add("encoder_batches", texts, lambda texts: _each(_batches(texts), bench.bare_encoder.encode))
        _both_ways(times, texts, [request] * CALLERS)
    bench.progress("concurrency", len(rounds), len(rounds))
    return _against(times) | {
        "encoder_single_per_second": times.rate("encoder_single"),
        "encoder_batches_of_64_per_second": times.rate("encoder_batches"),
        "encoder_limit": round(times.seconds("encoder_single") / times.seconds("encoder_batches"), 2),
    }


def _through_http(bench: Bench, templates: Sequence[ReplyTemplate], rounds: Sequence[list[str]]) -> Figures:
    times = Times()
    with served(templates) as server, ExitStack() as stack:
        connections = [stack.enter_context(closing(server.connection())) for _ in range(CALLERS)]
        clients: list[Request] = [partial(server.search, connection) for connection in connections]
        bench.progress("concurrency through HTTP", 0, len(rounds))
        at_once(["The first request loads the model and builds the index."], clients)
        at_once([f"Then each connection is opened: {number}." for number in range(CALLERS)], clients)
        for number, texts in enumerate(rounds):
            _both_ways(times, texts, clients)
            bench.progress("concurrency through HTTP", number + 1, len(rounds))
    return _against(times)


def _both_ways(times: Times, texts: list[str], clients: Sequence[Request]) -> None:
    times.add("sequential", texts, lambda texts: _each(texts, times.timed("one_by_one", clients[0])))
    times.add("concurrent", texts, lambda texts: at_once(texts, [times.timed("at_once", one) for one in clients]))


def at_once(texts: Sequence[str], clients: Sequence[Request]) -> None:
    """Send every text; each client has one request under way at any time."""
    idle: SimpleQueue[Request] = SimpleQueue()
    for client in clients:
        idle.put(client)

    def send(text: str) -> None:
        request = idle.get()
        try:
            request(text)
        finally:
            idle.put(request)

    with ThreadPoolExecutor(len(clients)) as pool:
        for _ in pool.map(send, texts):
            pass


class Times:
    """Seconds of each way to send the messages, and milliseconds of single requests."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._texts: dict[str, int] = {}
        self._requests: dict[str, list[float]] = {}

    def add(self, way: str, texts: list[str], send: Callable[[list[str]], object]) -> None:
        """Time one round."""
        started = time.perf_counter()
        send(texts)
        self._seconds[way] = self._seconds.get(way, 0.0) + time.perf_counter() - started
        self._texts[way] = self._texts.get(way, 0) + len(texts)

    def timed(self, way: str, request: Request) -> Request:
        """The same request, each call of which is timed."""
        kept = self._requests.setdefault(way, [])

        def timed_request(text: str) -> None:
            started = time.perf_counter()
            request(text)
            kept.append((time.perf_counter() - started) * 1000)

        return timed_request

    def seconds(self, way: str) -> float:
        """All rounds together."""
        return self._seconds[way]

    def rate(self, way: str) -> float:
        """Messages per second."""
        return round(self._texts[way] / self._seconds[way], 1)

    def median(self, way: str) -> float:
        """Milliseconds of a single request."""
        return round(statistics.median(self._requests[way]), 2)


def _batches(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + BATCH_SIZE] for start in range(0, len(texts), BATCH_SIZE)]


def _each(items: Any, act: Callable[[Any], object]) -> None:
    for item in items:
        act(item)


def _against(times: Times) -> Figures:
    return {
        "throughput_ratio": round(times.seconds("sequential") / times.seconds("concurrent"), 2),
        "sequential_per_second": times.rate("sequential"),
        "concurrent_per_second": times.rate("concurrent"),
        "sequential_ms_p50": times.median("one_by_one"),
        "concurrent_ms_p50": times.median("at_once"),
    }
