"""A chat model that says what it is told to."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from replyassist.core.errors import LanguageModelTimeout
from replyassist.core.llm import ChatMessage, Completion, Generation


@dataclass(frozen=True)
class ModelCall:
    """What one ``generate`` was asked."""

    messages: tuple[ChatMessage, ...]
    candidates: int
    max_tokens: int
    temperature: float
    stop: tuple[str, ...]
    deadline_seconds: float | None


Replies = Sequence[str] | Callable[[ModelCall], Sequence[str]]


class FakeChatModel:
    """Answers with the given replies, and remembers what it was asked in ``calls``.

    ``replies`` are the candidates of every call, taken round and round, or a function of the call that makes them.
    With an ``error``, that is raised instead. A ``delay`` (seconds) that is longer than the deadline of a call raises
    LanguageModelTimeout at the deadline.
    """

    def __init__(
        self,
        replies: Replies = ("Thanks for writing to us.",),
        *,
        profile: str = "chat",
        name: str = "fake",
        error: Exception | None = None,
        delay: float = 0.0,
    ) -> None:
        self.replies, self.error, self.delay = replies, error, delay
        self.calls: list[ModelCall] = []
        self._name, self._profile = name, profile

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    @property
    def profile(self) -> str:
        """The name of an entry of ``prompts/profiles.yaml``, as given."""
        return self._profile

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
        """The replies, at most ``candidates`` of them; words stand for tokens."""
        call = ModelCall(tuple(messages), candidates, max_tokens, temperature, tuple(stop), deadline_seconds)
        self.calls.append(call)
        if deadline_seconds is not None and self.delay > deadline_seconds:
            time.sleep(max(0.0, deadline_seconds))
            raise LanguageModelTimeout(f"the fake language model did not answer within {deadline_seconds:g} s")
        time.sleep(self.delay)
        if self.error is not None:
            raise self.error
        texts = self.replies(call) if callable(self.replies) else itertools.cycle(self.replies)
        completions = tuple(Completion(text, "stop") for text in itertools.islice(texts, candidates))
        return Generation(
            completions=completions,
            model=self._name,
            prompt_tokens=sum(len(message.content.split()) for message in messages),
            completion_tokens=sum(len(completion.text.split()) for completion in completions),
            seconds=self.delay,
        )
