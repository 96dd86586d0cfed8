"""A chat model that is left alone for a while when it keeps failing, so that nobody waits for it in vain."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Unpack

from ..errors import LanguageModelError, UnusableAnswer
from .port import CallOptions, ChatMessage, ChatModel, Generation

FAILURES: Final = 3
FIRST_PAUSE_SECONDS: Final = 10.0
LONGEST_PAUSE_SECONDS: Final = 300.0


class RestingModel:
    """As the model, but that it fails at once for a pause after so many failures in a row; the pause doubles. An answer
    that cannot be used is none."""

    def __init__(self, inner: ChatModel, *, now: Callable[[], float] = time.monotonic) -> None:
        self._inner, self._now = inner, now
        self._lock = threading.Lock()
        self._failures, self._rested_at, self._rests_until = 0, -math.inf, 0.0

    @property
    def name(self) -> str:
        """The model's."""
        return self._inner.name

    @property
    def profile(self) -> str:
        """The model's."""
        return self._inner.profile

    def generate(self, messages: Sequence[ChatMessage], **options: Unpack[CallOptions]) -> Generation:
        """As the model does; raises LanguageModelError at once while it rests."""
        began = self._now()
        if began < self._rests_until:
            raise LanguageModelError(f"the language model {self.name} failed {self._failures} times and rests")
        try:
            made = self._inner.generate(messages, **options)
        except UnusableAnswer:
            self._has_answered()
            raise
        except LanguageModelError:
            self._has_failed(began)
            raise
        self._has_answered()
        return made

    def _has_answered(self) -> None:
        with self._lock:
            self._failures, self._rests_until = 0, 0.0

    def _has_failed(self, began: float) -> None:
        """One that was on its way already when the rest began says nothing more."""
        with self._lock:
            if began <= self._rested_at:
                return
            self._failures += 1
            over = self._failures - FAILURES
            if over >= 0:
                pause = min(FIRST_PAUSE_SECONDS * 2.0 ** min(over, 10), LONGEST_PAUSE_SECONDS)
                self._rested_at = self._now()
                self._rests_until = self._rested_at + pause
