"""How long people were kept waiting, and for how much of that no server ran at all."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

CONNECT_SECONDS = 1.0


@dataclass(frozen=True)
class Span:
    """From one moment to another, in seconds of the monotonic clock."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.ended - self.began

    def shared_with(self, other: Span) -> float:
        """Seconds that are in both."""
        return max(0.0, min(self.ended, other.ended) - max(self.began, other.began))


@dataclass
class Waits:
    """How long each request took until it was answered, or nobody waited any more, with all that were repeated."""

    spans: dict[str, list[Span]] = field(default_factory=dict)

    def note(self, kind: str, began: float) -> None:
        """One more, which ends now."""
        self.spans.setdefault(kind, []).append(Span(began, time.monotonic()))

    def longest(self, absent: Sequence[Span]) -> dict[str, float]:
        """Seconds of the longest of each kind, those left out in which no server ran."""
        return {
            kind: max(each.seconds - sum(map(each.shared_with, absent)) for each in spans)
            for kind, spans in self.spans.items()
        }


@dataclass
class Absences:
    """When the server did not run: from its end until one takes connections at its port, whether it answers or not."""

    port: int
    spans: list[Span] = field(default_factory=list)
    _since: float | None = None

    @property
    def is_absent(self) -> bool:
        """Whether none was seen since the last one ended."""
        return self._since is not None

    def begin(self) -> None:
        """The server has ended, or none was started yet; once it is known, it changes nothing."""
        if self._since is None:
            self._since = time.monotonic()

    def look(self) -> None:
        """Note where a server takes connections again."""
        if self._since is None:
            return
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=CONNECT_SECONDS).close()
        except OSError:
            return
        self.spans.append(Span(self._since, time.monotonic()))
        self._since = None
