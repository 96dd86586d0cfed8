"""How long the database may keep anybody waiting, and acts that are repeated when such a wait ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeVar

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from .errors import DatabaseBusy

Result = TypeVar("Result")
PAUSES: Final = (0.5, 1.0, 2.0, 4.0)  # seconds before an act is repeated
_ENDED_WAITS: Final = frozenset(
    {
        "55P03",  # lock_not_available: lock_timeout
        "57014",  # query_canceled: statement_timeout
        "25P03",  # idle_in_transaction_session_timeout
        "40P01",  # deadlock_detected
        "40001",  # serialization_failure
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P03",  # cannot_connect_now
        "53300",  # too_many_connections
    }
)  # https://www.postgresql.org/docs/current/errcodes-appendix.html
_DISK_FULL: Final = frozenset({"53100", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"})
_SQLITE_ENDED: Final = frozenset({"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_BUSY_SNAPSHOT", "SQLITE_BUSY_RECOVERY"})


@dataclass(frozen=True)
class Patience:
    """Seconds: ``lock`` for a row that somebody holds, ``statement`` for one statement, and ``idle`` for a transaction
    whose process says nothing, which then loses it. 0: for ever."""

    lock: float
    statement: float
    idle: float

    @classmethod
    def of(cls, dead_after_seconds: float) -> Self:
        """That of a service whose workers count as dead after so long.

        A process that stands still loses its transaction after half of that, so that nobody who waits for its rows
        waits longer than the whole.
        """
        return cls(lock=dead_after_seconds / 2, statement=dead_after_seconds, idle=dead_after_seconds / 2)

    @property
    def options(self) -> str:
        """As libpq's ``options``."""
        limits = {
            "lock_timeout": self.lock,
            "statement_timeout": self.statement,
            "idle_in_transaction_session_timeout": self.idle,
        }
        return " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items())

    def applied_to(self, url: str) -> URL:
        """The URL with these limits, behind options of its own; SQLite's is left as it is."""
        parsed = make_url(url)
        if parsed.get_backend_name() != "postgresql":
            return parsed
        own = parsed.query.get("options", "")
        given = own if isinstance(own, str) else " ".join(own)
        return parsed.update_query_dict({"options": f"{given} {self.options}".strip()})


SERVICE: Final = Patience.of(15.0)
MAINTENANCE: Final = Patience(lock=60.0, statement=3600.0, idle=600.0)
"""For commands that look through all of the database, and that people wait for."""


def is_ended_wait(error: Exception) -> bool:
    """Whether a statement failed because somebody else was in the way, or the database away or without room: later it
    may succeed."""
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    is_ended = state in _ENDED_WAITS or getattr(error.orig, "sqlite_errorname", "") in _SQLITE_ENDED
    return is_ended or is_away(error) or is_full(error)


def is_full(error: BaseException | None) -> bool:
    """Whether the database's disk has no room left."""
    told = getattr(error, "orig", None)
    return getattr(told, "sqlstate", getattr(told, "sqlite_errorname", "")) in _DISK_FULL


def is_away(error: BaseException | None) -> bool:
    """Whether the database could not be reached, or ended the connection."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", "")  # None where no server answered; sqlite3 has no such thing
    is_unreached = isinstance(error, OperationalError) and state is None
    return error.connection_invalidated or is_unreached or (state or "").startswith("08")


def patiently(
    act: Callable[[], Result], *, pauses: Sequence[float] = PAUSES, wait: Callable[[float], object] = time.sleep
) -> Result:
    """Do it again after each pause when it raises DatabaseBusy; the last time it may raise that."""
    for seconds in pauses:
        try:
            return act()
        except DatabaseBusy:
            wait(seconds)
    return act()
