"""What travels to and from a chat-completions endpoint, and what can be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from ..errors import LanguageModelError, UnusableAnswer
from .port import ChatMessage, ModelCall


def body_of(call: ModelCall, model: str, size: int, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The JSON body for ``size`` candidates, without the parameters that the endpoint refuses."""
    body: dict[str, Any] = {"model": model, "messages": [_turn(message) for message in call.messages]}
    body["max_completion_tokens" if "max_tokens" in without else "max_tokens"] = call.max_tokens
    body["temperature"] = call.temperature
    if call.stop:
        body["stop"] = list(call.stop)
    if call.as_json:
        body["response_format"] = {"type": "json_object"}
    if size > 1:
        body["n"] = size
    return {name: value for name, value in body.items() if name not in without}


def cut(text: str, stop: Sequence[str]) -> str:
    """The text up to the first stop text, past which an endpoint that does not know ``stop`` writes on."""
    text = text.replace("\x00", "").strip()
    ends = [end for end in (text.find(mark) for mark in stop if mark) if end >= 0]
    return text[: min(ends, default=None)].rstrip()


class CompletionMessage(BaseModel):
    """The text is null when a model only thought, or was cut off while it did."""

    content: str | None = None


class CompletionChoice(BaseModel):
    """One candidate."""

    message: CompletionMessage
    finish_reason: str | None = None


class CompletionResponse(BaseModel):
    """What is used of a chat completion; ``error`` is what some gateways send with status 200."""

    choices: list[CompletionChoice] = []
    model: str | None = None
    usage: Any = None
    error: Any = None

    def tokens(self, kind: str) -> int:
        """A count of the usage report; 0 when there is none."""
        count = self.usage.get(kind) if isinstance(self.usage, dict) else None
        return count if isinstance(count, int) else 0


class RefusedRequest(UnusableAnswer):
    """The endpoint does not take this request; it may take it without one of its parameters."""

    def __init__(self, detail: str, *, reason: str, parameter: str | None) -> None:
        super().__init__(detail)
        self._reason, self._parameter = reason, parameter

    def blames(self, body: dict[str, Any]) -> str | None:
        """The parameter to leave out: the one that it names, else ``n``, which endpoints refuse in many words."""
        if "response_format" in body and re.search(r"\bjson", self._reason, re.IGNORECASE):
            return "response_format"
        for name in ("max_tokens", "temperature", "stop", "response_format"):
            if name in body and (name == self._parameter or re.search(rf"\b{name}\b", self._reason)):
                return name
        return "n" if "n" in body else None


class TransientFailure(LanguageModelError):
    """The same request may succeed a moment later; ``retry_after`` seconds, when the endpoint says so."""

    def __init__(self, detail: str, *, retry_after: float = 0.0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


def _turn(message: ChatMessage) -> dict[str, str]:
    """Half a surrogate pair, which UTF-8 cannot carry, becomes a question mark."""
    return {"role": message.role, "content": message.content.encode("utf-8", "replace").decode("utf-8")}
