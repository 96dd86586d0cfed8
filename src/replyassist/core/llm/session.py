"""One client on a thread of its own, whose answers are bounded in size and whose work in time."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import httpx2

from ..errors import LanguageModelError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

RESPONSE_LIMIT_BYTES = 1024 * 1024
LEAVE_SECONDS = 5.0


class BoundedClient(httpx2.AsyncClient):
    """Reads no more of an answer, good or bad, than a chat completion can need."""

    async def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """The whole answer, already read."""
        response = await super().send(request, stream=True, **options)
        body = bytearray()
        try:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise LanguageModelError("the language model compressed its answer, which it was asked not to do")
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > RESPONSE_LIMIT_BYTES:
                    raise LanguageModelError(f"the language model's answer is larger than {RESPONSE_LIMIT_BYTES} bytes")
        finally:
            await response.aclose()
        return httpx2.Response(response.status_code, headers=response.headers, content=bytes(body), request=request)


class EndpointTime:
    """Adds up the seconds that requests were at the endpoint; waiting for a place does not count."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since = 0.0

    async def __aenter__(self) -> None:
        self._since = time.perf_counter()

    async def __aexit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._since


class Session:
    """A client with its event loop: cancelling a task is the one sure way off a slow server.

    Read timeouts start again with every byte, so that a server which drips would hold a blocking client for ever;
    and a thread that waits for it could not be ended.
    """

    def __init__(self, client: AsyncOpenAI, *, concurrency: int) -> None:
        self.client = client
        self.places = asyncio.Semaphore(concurrency)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="replyassist-llm", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, None], *, seconds: float) -> None:
        """Wait so long for the work; then it is cancelled, and TimeoutError raised."""
        if self._loop.is_closed():
            work.close()
            raise LanguageModelError("the language model was closed")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            future.result(seconds)
        except concurrent.futures.CancelledError:
            raise LanguageModelError("the language model was closed") from None
        finally:
            future.cancel()

    def close(self) -> None:
        """Cancel what runs, close the connections and end the thread."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._leave(), self._loop)
        if threading.current_thread() is not self._thread:
            self._thread.join(LEAVE_SECONDS)

    def _serve(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    async def _leave(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.client.close()
        self._loop.call_soon(self._loop.stop)
