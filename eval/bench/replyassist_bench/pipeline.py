"""Messages through the API to the queue, beside the same requests sent straight to the language model."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Unpack

import httpx2
from openai import OpenAI

from replyassist.core.errors import InvalidInput, ReplyassistError
from replyassist.core.llm import CallOptions, ChatMessage, ChatModel, Generation, ModelCall
from replyassist.core.llm.wire import body_of

WAIT_SECONDS = 3600.0
POLL_SECONDS = 1.0  # each look costs the same cores that the model runs on
REQUEST_SECONDS = 60.0
KEYLESS = "none"  # the client wants one, and an endpoint without keys reads none


@dataclass
class RecordingModel:
    """Passes requests on and remembers them, so that the reference repeats exactly these."""

    inner: ChatModel
    calls: list[ModelCall] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        """That of the model behind it."""
        return self.inner.name

    @property
    def profile(self) -> str:
        """That of the model behind it."""
        return self.inner.profile

    def generate(self, messages: Sequence[ChatMessage], **options: Unpack[CallOptions]) -> Generation:
        """Remember the request and pass it on."""
        with self._lock:
            self.calls.append(ModelCall(tuple(messages), **options))
        return self.inner.generate(messages, **options)


@dataclass(frozen=True)
class Target:
    """Where the API answers, and where the model does."""

    api_url: str
    token: str
    llm_url: str
    llm_key: str
    llm_model: str


def draftable(path: Path, *, count: int) -> list[dict[str, Any]]:
    """``count`` sample messages, repeated under new ids where there are fewer."""
    if not path.is_file():
        raise InvalidInput("the sample messages are missing", file=str(path))
    samples = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    run = uuid.uuid4().hex[:8]
    return [samples[number % len(samples)] | {"external_id": f"bench-{run}-{number}"} for number in range(count)]


def measure(
    target: Target,
    messages: Sequence[dict[str, Any]],
    recorder: RecordingModel,
    *,
    progress: Callable[[str, int, int], None],
) -> dict[str, Any]:
    """Run the messages through the API, then the recorded requests straight to the model, one after another.

    ``llm_share`` is the median over drafts of the model's own part of a draft's time, ``overhead_ms_p50`` the median
    of what is neither model nor encoder, ``ratio_to_direct`` our whole time over that of the bare requests.
    """
    warm_up(target, messages[0])
    recorder.calls.clear()
    with httpx2.Client(
        base_url=target.api_url, headers={"authorization": f"Bearer {target.token}"}, timeout=REQUEST_SECONDS
    ) as client:
        started = time.perf_counter()
        for message in messages:
            client.post("/v1/messages", json=message).raise_for_status()
        taken_in = time.perf_counter() - started
        proposals = _wait_for(client, messages, progress)
        whole = time.perf_counter() - started
    calls = list(recorder.calls)
    direct = _straight_to_the_model(target, calls, progress)
    drafts = [proposal["timings"] for proposal in proposals if proposal["timings"]["llm"] > 0]
    if not drafts:
        raise ReplyassistError("no message reached the language model; the benchmark says nothing")
    return {
        "messages": len(messages),
        "drafts_by_llm": len(drafts),
        "messages_per_second": round(len(messages) / whole, 3),
        "intake_per_second": round(len(messages) / taken_in, 1),
        "llm_share": round(median(timing["llm"] / timing["total"] for timing in drafts), 4),
        "overhead_ms_p50": round(median(_overhead(timing) for timing in drafts), 2),
        "encode_ms_p50": round(median(timing["encode"] for timing in drafts), 2),
        "check_ms_p50": round(median(timing["check"] for timing in drafts), 2),
        "seconds_per_draft_p50": round(median(timing["total"] for timing in drafts) / 1000, 3),
        "seconds_whole": round(whole, 2),
        "seconds_direct": round(sum(direct), 2),
        "seconds_per_direct_request_p50": round(median(direct), 3),
        "ratio_to_direct": round(whole / sum(direct), 3),
        "overhead_share": round(max(0.0, 1 - sum(direct) / whole), 4),
    }


def warm_up(target: Target, message: dict[str, Any]) -> None:
    """Load encoder, indexes and model before the clock runs."""
    body = {"brand": message["brand"], "text": "do you ship to Norway?", "channel": message["channel"]}
    headers = {"authorization": f"Bearer {target.token}"}
    answer = httpx2.post(f"{target.api_url}/v1/suggestions", json=body, headers=headers, timeout=120)
    answer.raise_for_status()


def _overhead(timing: dict[str, float]) -> float:
    return timing["total"] - timing["llm"] - timing["encode"]


def _wait_for(
    client: httpx2.Client, messages: Sequence[dict[str, Any]], progress: Callable[[str, int, int], None]
) -> list[dict[str, Any]]:
    wanted = {message["external_id"] for message in messages}
    found: dict[str, int] = {}
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found) < len(wanted):
        if time.monotonic() > deadline:
            raise ReplyassistError(f"{len(wanted) - len(found)} messages did not reach the queue in time")
        cursor: str | None = None
        while True:
            parameters = {"limit": "200", "sort": "newest"} | ({"cursor": cursor} if cursor else {})
            page = client.get("/v1/reviews", params=parameters).raise_for_status().json()
            found |= {item["external_id"]: item["id"] for item in page["items"] if item["external_id"] in wanted}
            cursor = page["next_cursor"]
            if cursor is None:
                break
        progress("through the API", len(found), len(wanted))
        time.sleep(POLL_SECONDS)
    return [client.get(f"/v1/reviews/{item_id}").raise_for_status().json()["proposal"] for item_id in found.values()]


def _straight_to_the_model(
    target: Target, calls: Sequence[ModelCall], progress: Callable[[str, int, int], None]
) -> list[float]:
    client = OpenAI(base_url=target.llm_url, api_key=target.llm_key or KEYLESS, max_retries=0, timeout=REQUEST_SECONDS)
    seconds = []
    for number, call in enumerate(calls, start=1):
        started = time.perf_counter()
        client.chat.completions.create(**body_of(call, target.llm_model, call.candidates))
        seconds.append(time.perf_counter() - started)
        progress("straight to the model", number, len(calls))
    client.close()
    return seconds
