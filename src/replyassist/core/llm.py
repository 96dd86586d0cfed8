"""The language-model port, and its adapter for any OpenAI-compatible endpoint, bounded in time, size and repeats."""

from __future__ import annotations

import asyncio
import concurrent.futures
import ipaddress
import random
import threading
import time
import weakref
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ValidationError

from .errors import ConfigurationError, LanguageModelError, LanguageModelTimeout

RESPONSE_LIMIT_BYTES = 1024 * 1024
CONNECT_SECONDS = 5.0
FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 8.0
ERROR_TEXT_LIMIT = 200
REFUSALS = (400, 422)
TRANSIENT = (408, 425, 429)
# What some endpoints refuse, in the order in which an unexplained refusal is blamed on it (only "n" ever is).
OPTIONAL_PARAMETERS = ("n", "max_tokens", "temperature", "stop")


@dataclass(frozen=True)
class ChatMessage:
    """One turn of the conversation that a prompt lays out."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Completion:
    """One candidate: never empty, trimmed, cut at the first stop text. ``finish_reason`` is the endpoint's word."""

    text: str
    finish_reason: str


@dataclass(frozen=True)
class Generation:
    """What one call brought: at least one completion, at most as many as were asked for.

    The token counts are what the endpoint reports (llama.cpp counts only the first candidate); 0 when it does not.
    """

    completions: tuple[Completion, ...]
    model: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class ChatModel(Protocol):
    """Writes candidates for the next turn of a conversation."""

    @property
    def name(self) -> str:
        """The model, as a proposal records it."""
        ...

    @property
    def profile(self) -> str:
        """How prompts are built for it: ``base`` continues examples, ``chat`` follows instructions."""
        ...

    def generate(
        self,
        messages: Sequence[ChatMessage],
        *,
        candidates: int,
        max_tokens: int,
        temperature: float = 0.8,
        stop: Sequence[str] = (),
        deadline_seconds: float | None = None,
    ) -> Generation:
        """Up to ``candidates`` completions; raises LanguageModelError or LanguageModelTimeout when there is none."""
        ...


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Answer(BaseModel):
    """The part of a chat completion that is used; ``error`` is what some gateways send with status 200."""

    choices: list[_Choice] | None = None
    model: str | None = None
    usage: dict[str, Any] | None = None
    error: Any = None

    def tokens(self, kind: str) -> int:
        count = (self.usage or {}).get(kind)
        return count if isinstance(count, int) else 0


class _Refused(LanguageModelError):
    """The endpoint does not like the request itself; it may like it without one of the parameters."""


class _Transient(LanguageModelError):
    """The same request may succeed a moment later; the endpoint may say when."""

    def __init__(self, detail: str, retry_after: float = 0.0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


@dataclass(frozen=True)
class _Prompt:
    messages: list[dict[str, str]]
    max_tokens: int
    temperature: float
    stop: tuple[str, ...]

    def body(self, model: str, n: int, without: frozenset[str]) -> dict[str, Any]:
        body: dict[str, Any] = {"model": model, "messages": self.messages, "temperature": self.temperature}
        body["max_completion_tokens" if "max_tokens" in without else "max_tokens"] = self.max_tokens
        if self.stop:
            body["stop"] = list(self.stop)
        if n > 1:
            body["n"] = n
        return {name: value for name, value in body.items() if name not in without}

    def cut(self, text: str) -> str:
        """The text up to the first stop text, which endpoints without ``stop`` write on past."""
        text = text.replace("\x00", "").strip()
        ends = [end for end in (text.find(mark) for mark in self.stop if mark) if end >= 0]
        return text[: min(ends)].rstrip() if ends else text


class _BoundedClient(httpx2.AsyncClient):
    """Reads no more of an answer, be it a success or an error, than a chat completion can need."""

    async def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """The whole answer, already read."""
        response = await super().send(request, stream=True, **options)
        try:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise LanguageModelError("the endpoint sent a compressed answer, which was not asked for")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > RESPONSE_LIMIT_BYTES:
                    raise LanguageModelError(f"the endpoint's answer is larger than {RESPONSE_LIMIT_BYTES} bytes")
        finally:
            await response.aclose()
        return httpx2.Response(response.status_code, headers=response.headers, content=bytes(body), request=request)


class _EventLoopThread:
    """An event loop on a thread of its own: cancelling a task is the one sure way to walk away from a slow server."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="replyassist-llm", daemon=True)
        self._thread.start()

    def call[T](self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        ...
