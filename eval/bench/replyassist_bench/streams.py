"""How many live connections one server keeps, and how soon each is told of what happens elsewhere."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from replyassist.core.errors import ReplyassistError

SETTLE_SECONDS = 2.0
REQUEST = (
    "GET /v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
)


@dataclass
class Heard:
    """What one connection was told: the id of each audit entry with the time (``time.monotonic``) at which it came."""

    is_open: bool = False
    came: dict[int, float] = field(default_factory=dict)


async def measure(
    url: str,
    token: str,
    *,
    streams: int,
    seconds: float,
    pause: float,
    decide: Callable[[], int],
    memory: Callable[[], int],
) -> dict[str, Any]:
    """Hold ``streams`` connections open for so long, while ``decide`` acts every ``pause`` seconds.

    ``decide`` commits one act and gives the id of its audit entry; ``memory`` gives the server's resident bytes. Times
    are from the commit until the event is read here, in the same process as all clients.
    """
    heard = [Heard() for _ in range(streams)]
    told: dict[int, float] = {}
    tasks = [asyncio.create_task(_listen(url, token, each)) for each in heard]
    try:
        await _until(lambda: all(each.is_open for each in heard))
        await asyncio.sleep(SETTLE_SECONDS)
        before = memory()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            entry = await asyncio.to_thread(decide)
            told[entry] = time.monotonic()
            await asyncio.sleep(pause)
        await asyncio.sleep(SETTLE_SECONDS)
        after, dropped = memory(), sum(not each.is_open for each in heard)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    late = sorted(each.came[entry] - at for entry, at in told.items() for each in heard if entry in each.came)
    return {
        "streams": streams,
        "seconds": round(seconds, 1),
        "decisions": len(told),
        "dropped": dropped,
        "missed": len(told) * streams - len(late),
        "visible_p50_ms": _at(late, 0.5),
        "visible_p95_ms": _at(late, 0.95),
        "memory_before_mb": round(before / 2**20, 1),
        "memory_after_mb": round(after / 2**20, 1),
    }


async def _listen(url: str, token: str, heard: Heard) -> None:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(REQUEST.format(host=address.netloc, token=token).encode())
        status = await reader.readline()
        heard.is_open = b" 200 " in status
        while heard.is_open and (line := await reader.readline()):
            if line.startswith(b"data: ") and b'"act"' in line:
                heard.came.setdefault(json.loads(line[6:])["id"], time.monotonic())
    finally:
        heard.is_open = False
        writer.close()


async def _until(is_true: Callable[[], bool], *, seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            raise ReplyassistError("the connections did not all open")
        await asyncio.sleep(0.05)


def _at(ordered: list[float], share: float) -> float | None:
    """Milliseconds that this share of all do not exceed; None where nothing came."""
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else None
