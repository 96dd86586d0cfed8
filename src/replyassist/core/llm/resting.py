"""A chat model that is left alone for a while when it keeps failing, so that nobody waits for it in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Unpack

from ..errors import LanguageModelError
from .port import CallOptions, ChatMessage, ChatModel, Generation

FAILURES: Final = 3
FIRST_PAUSE_SECONDS: Final = 10.0
LONGEST_PAUSE_SECONDS: Final = 300.0


class RestingModel:
    """As the model, but that it fails at once for a pause after so many failures in a row; the pause doubles."""

    def __init__(self, inner: ChatModel, *, now: Callable[[], float] = time.monotonic) -> None:
        self._inner, self._now = inner, now
        self._lock = threading.Lock()
        self._failures, self._rests_until = 0, 0.0

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
        if self._now() < self._rests_until:
            raise LanguageModelError(f"the language model {self.name} failed {self._failures} times and rests")
        try:
            made = self._inner.generate(messages, **options)
        except LanguageModelError:
            with self._lock:
                self._failures += 1
                over = self._failures - FAILURES
                if over >= 0:
                    pause = min(FIRST_PAUSE_SECONDS * 2.0 ** min(over, 10), LONGEST_PAUSE_SECONDS)
                    self._rests_until = self._now() + pause
            raise
        with self._lock:
            self._failures, self._rests_until = 0, 0.0
        return made
