"""A chat model that says what it is told to."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from typing import Unpack

from replyassist.core.errors import LanguageModelTimeout
from replyassist.core.llm import CallOptions, ChatMessage, Completion, Generation, ModelCall, Prices
from replyassist.core.llm.port import FREE

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
        prices: Prices = FREE,
    ) -> None:
        self.replies, self.error, self.delay = replies, error, delay
        self.calls: list[ModelCall] = []
        self._name, self._profile, self._prices = name, profile, prices

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    @property
    def profile(self) -> str:
        """The name of an entry of ``prompts/profiles.yaml``, as given."""
        return self._profile

    def generate(self, messages: Sequence[ChatMessage], **options: Unpack[CallOptions]) -> Generation:
        """The replies, at most ``candidates`` of them; words stand for tokens."""
        call = ModelCall(tuple(messages), **options)
        self.calls.append(call)
        if call.deadline_seconds is not None and self.delay > call.deadline_seconds:
            time.sleep(max(0.0, call.deadline_seconds))
            raise LanguageModelTimeout(f"the fake language model did not answer within {call.deadline_seconds:g} s")
        time.sleep(self.delay)
        if self.error is not None:
            raise self.error
        texts = self.replies(call) if callable(self.replies) else itertools.cycle(self.replies)
        completions = tuple(Completion(text, "stop") for text in itertools.islice(texts, call.candidates))
        read = sum(len(message.content.split()) for message in messages)
        written = sum(len(completion.text.split()) for completion in completions)
        return Generation(
            completions=completions,
            model=self._name,
            prompt_tokens=read,
            completion_tokens=written,
            seconds=self.delay,
            micro_usd=self._prices.micro_usd(read, written),
        )
