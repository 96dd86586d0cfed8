"""The language-model port: what the rest of the house knows of a language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Required, TypedDict, Unpack, runtime_checkable


@dataclass(frozen=True)
class ChatMessage:
    """One turn of the conversation that a prompt lays out."""

    role: Literal["system", "user", "assistant"]
    content: str


class CallOptions(TypedDict, total=False):
    """What ``generate`` takes beside the messages; ``ModelCall`` says what is meant where one is left out."""

    candidates: Required[int]
    max_tokens: Required[int]
    temperature: float
    stop: Sequence[str]
    deadline_seconds: float | None
    as_json: bool


@dataclass(frozen=True)
class ModelCall:
    """All that one ``generate`` asks, whatever the endpoint understands of it.

    ``deadline_seconds`` None: as long as the model waits by itself. ``as_json``: each completion should be one JSON
    object, which the messages ask for too; what comes is not sure to be one.
    """

    messages: Sequence[ChatMessage]
    candidates: int
    max_tokens: int
    temperature: float = 0.8
    stop: Sequence[str] = ()
    deadline_seconds: float | None = None
    as_json: bool = False


@dataclass(frozen=True)
class Completion:
    """One candidate: never empty, trimmed, cut at the first stop text. ``finish_reason`` is the endpoint's word."""

    text: str
    finish_reason: str


@dataclass(frozen=True)
class Generation:
    """What one call brought: at least one completion, at most as many as were asked for.

    ``seconds`` is the time at the endpoint, without the waiting for a place there. The token counts are what the
    endpoint reports (llama.cpp counts the first candidate only), 0 when it does not. ``micro_usd``: what it cost, in
    millionths of a dollar, by the prices that are configured.
    """

    completions: tuple[Completion, ...]
    model: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    micro_usd: int = 0


@dataclass(frozen=True)
class Prices:
    """Dollars for a million tokens, which is millionths of a dollar for one: read, and written."""

    read: float = 0.0
    written: float = 0.0

    def micro_usd(self, read: int, written: int) -> int:
        """What so many tokens cost."""
        return round(read * self.read + written * self.written)


FREE = Prices()


class ChatModel(Protocol):
    """Writes candidates for the next turn of a conversation."""

    @property
    def name(self) -> str:
        """The model, as a proposal records it."""
        ...

    @property
    def profile(self) -> str:
        """How prompts are built for it: the name of an entry of ``prompts/profiles.yaml``."""
        ...

    def generate(self, messages: Sequence[ChatMessage], **options: Unpack[CallOptions]) -> Generation:
        """Up to ``candidates`` completions; raises LanguageModelError or LanguageModelTimeout when there is none."""
        ...


@runtime_checkable
class WarmableModel(Protocol):
    """A chat model that has to be loaded, and is quicker with prompts whose beginning it has read."""

    def warm(self, messages: Sequence[ChatMessage]) -> Generation:
        """Load the model where that is still to be done, and read a prompt ahead; raises what ``generate`` raises."""
        ...
