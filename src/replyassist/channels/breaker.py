"""The circuit breaker of a connection: one that keeps failing is left alone for a while, and then tried once.

Closed: replies leave. Open: ``FAILURES`` attempts in a row had no answer; nothing is tried until ``open_until``. Then
half open: one reply is tried while the others wait, and its outcome closes the circuit or opens it for longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from .models import Connection

FAILURES: Final = 5
FIRST_PAUSE_SECONDS: Final = 15.0
LONGEST_PAUSE_SECONDS: Final = 900.0


def seconds_until_tried(connection: Connection, *, probe_seconds: float, now: datetime) -> float:
    """How long a reply has to wait; 0 when it may go. Where the circuit is half open it is the one that is tried,
    and the others wait ``probe_seconds`` for its outcome. The connection is held (``repository.hold``)."""
    if connection.open_until is None:
        return 0.0
    if connection.open_until > now:
        return (connection.open_until - now).total_seconds()
    connection.open_until = now + timedelta(seconds=probe_seconds)
    return 0.0


def note_outcome(connection: Connection, *, has_answered: bool, began_at: datetime, now: datetime) -> bool:
    """Count what became of an attempt; returns whether that opened the circuit, for longer each time. The silence of
    one that was on its way already when the circuit opened says nothing more."""
    if has_answered:
        close(connection)
        return False
    if connection.opened_at is not None and began_at <= connection.opened_at:
        return False
    connection.failures_in_row += 1
    if connection.failures_in_row < FAILURES:
        return False
    doubled = 2 ** min(connection.failures_in_row - FAILURES, 20)
    pause = min(FIRST_PAUSE_SECONDS * doubled, LONGEST_PAUSE_SECONDS)
    connection.opened_at, connection.open_until = now, now + timedelta(seconds=pause)
    return True


def close(connection: Connection) -> None:
    """It answers, or is to be tried as if it did."""
    connection.failures_in_row, connection.opened_at, connection.open_until = 0, None, None
