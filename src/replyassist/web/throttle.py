"""Slows down the guessing of passwords: a sliding window of failures by e-mail and by address, in memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from replyassist.core.errors import TooManyRequests

from .language import gettext

FAILURES_ALLOWED = 10
WINDOW = timedelta(minutes=5)
KEYS_KEPT = 10_000


class FailureWindow:
    """Counts failures by key; each process counts its own."""

    def __init__(self, *, allowed: int = FAILURES_ALLOWED, window: timedelta = WINDOW) -> None:
        self._allowed = allowed
        self._window = window
        self._failures: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def attempt(self, keys: Iterable[str], *, now: datetime) -> None:
        """Count an attempt as failed until ``succeeded`` says otherwise, so that many at once get no further.

        Raises TooManyRequests when one of the keys has failed too often of late; then nothing is counted.
        """
        wanted = list(keys)
        with self._lock:
            waits = [wait for key in wanted if (wait := self._wait(key, now)) is not None]
            if waits:
                raise _refusal(max(waits))
            for key in wanted:
                self._failures.setdefault(key, deque(maxlen=self._allowed)).append(now)
            if len(self._failures) > KEYS_KEPT:
                self._forget(now)

    def succeeded(self, keys: Iterable[str], *, forgiven: str) -> None:
        """Take the attempt back for each key; all failures of ``forgiven`` are forgotten."""
        with self._lock:
            for key in keys:
                if failures := self._failures.get(key):
                    failures.pop()
                if key == forgiven or not failures:
                    self._failures.pop(key, None)

    def _wait(self, key: str, now: datetime) -> timedelta | None:
        failures = self._failures.get(key)
        if failures is None or len(failures) < self._allowed:
            return None
        ends = failures[0] + self._window
        return ends - now if ends > now else None

    def _forget(self, now: datetime) -> None:
        stale = [key for key, failures in self._failures.items() if failures[-1] + self._window <= now]
        for key in stale:
            del self._failures[key]
        while len(self._failures) > KEYS_KEPT:
            del self._failures[next(iter(self._failures))]


def _refusal(wait: timedelta) -> TooManyRequests:
    seconds = max(1, int(wait.total_seconds()))
    words = gettext("There were too many failed attempts. Try again in %(n)s min.") % {"n": -(-seconds // 60)}
    return TooManyRequests(words, retry_after=seconds)
