"""Messages a second that a server takes in, each on disk before it is answered."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx2

from replyassist.core.errors import ReplyassistError

CLIENTS = 8
WARM = 20
BUSY_SECONDS = 0.1
_numbers = count(1)


def document(brand: str, *, channel: str = "import", visibility: str = "private") -> dict[str, Any]:
    """A message that nobody has sent before, of an author and a conversation of its own."""
    number = next(_numbers)
    return {
        "brand": brand,
        "channel": channel,
        "external_id": f"bench-{number}",
        "text": f"do you ship to Norway, number {number}?",
        "author": {"external_id": f"author-{number}"},
        "conversation": {"external_id": f"conversation-{number}", "visibility": visibility},
        "posted_at": "2026-11-22T09:30:00Z",
    }


def messages_per_second(url: str, *, brand: str, token: str = "", messages: int) -> float:
    """How many of so many messages a second are taken in, from ``CLIENTS`` connections at once, after a few more."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    limits = httpx2.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)

    def post(_number: int) -> None:
        message = document(brand)
        while (answer := client.post("/v1/messages", json=message)).status_code == 503:
            time.sleep(BUSY_SECONDS)  # as its Retry-After asks, but sooner
        if answer.status_code != 202:
            raise ReplyassistError(f"the message was answered with {answer.status_code}: {answer.text[:200]}")

    with (
        httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False, limits=limits) as client,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        list(pool.map(post, range(WARM)))
        started = time.perf_counter()
        list(pool.map(post, range(messages)))
        return messages / (time.perf_counter() - started)
