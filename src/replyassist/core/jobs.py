"""Durable jobs: one is enqueued in the caller's own transaction, so that both are committed or neither is.

The engine is DBOS, on SQLite and PostgreSQL alike; nobody outside this module and ``job_runner`` knows.
The truth is in our own rows: a job carries ids only, and claims its row before it acts.
"""

from __future__ import annotations

import dataclasses
import logging
import sqlite3
import sys
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Protocol, TypeVar

from dbos import DBOS, DBOSClient, EnqueueOptions, WorkflowSerializationFormat
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    column,
    delete,
    exists,
    func,
    literal_column,
    table,
    union_all,
)
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlmodel import Field, Session, SQLModel, col, select

from replyassist.core.database import Database, UtcDateTime
from replyassist.core.patience import SERVICE, Patience

APPLICATION_NAME: Final = "replyassist"
APPLICATION_VERSION: Final = "jobs-1"  # constant: work stamped with another version would be stuck after a deploy
WORKFLOW_NAME: Final = "replyassist.job"
LIVE_STATUSES: Final = ["ENQUEUED", "DELAYED", "PENDING"]
_KEYS_PER_QUERY: Final = 500
Row = TypeVar("Row")
_LOG_MODE_SECONDS: Final = 30.0

_engine_log = logging.getLogger("dbos")
_engine_log.addHandler(logging.NullHandler())  # DBOS brings a console handler only to a logger that has none
_engine_log.setLevel(logging.ERROR)


@dataclass(frozen=True)
class Job:
    """One attempt: a short job with one effect. Its arguments are ids only.

    Of the jobs of one name those of a lower ``priority`` (0 and up) start first, and among equals the oldest.
    """

    name: str  # of its handler, for example "deliver"
    key: str  # for example "deliver-12-0"; enqueued again under the same key, it is not run again
    arguments: tuple[int, ...]
    priority: int = dataclasses.field(default=0, compare=False)


class JobQueue(Protocol):
    """Takes jobs and runs them later, each at least once; ``testing.FakeJobQueue`` keeps them in a list."""

    def enqueue(self, session: Session, job: Job, *, delay_seconds: float = 0.0) -> None:
        """Enqueue in the caller's transaction; a key that is known already changes nothing.

        A delayed job starts within about a second after its delay, never before.
        """
        ...

    def live_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys whose jobs wait or run; not those that are finished, failed or unknown."""
        ...


def without_job(queue: JobQueue, rows: Iterable[Row], job_of: Callable[[Row], Job]) -> list[Row]:
    """Those of the rows whose job is gone; the queue is asked once for all of them."""
    keys = [(row, job_of(row).key) for row in rows]
    live = queue.live_keys([key for _, key in keys]) if keys else set()
    return [row for row, key in keys if key not in live]


class WorkerHeartbeat(SQLModel, table=True):
    """A process that takes jobs, and when it last said that it was alive (by the database's clock)."""

    __tablename__ = "worker_heartbeat"
    executor_id: str = Field(primary_key=True, max_length=100)
    seen_at: datetime = Field(sa_type=UtcDateTime)


class DbosJobQueue:
    """The client side of the engine: needs ``prepare_job_tables`` to have run, and no worker."""

    def __init__(self, database_url: str, patience: Patience = SERVICE) -> None:
        self._client = make_client(database_url, patience)

    def enqueue(self, session: Session, job: Job, *, delay_seconds: float = 0.0) -> None:
        """Enqueue in the caller's transaction; a key that is known already changes nothing."""
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW_NAME,
            "queue_name": job.name,
            "workflow_id": job.key,
            "serialization_type": WorkflowSerializationFormat.PORTABLE,  # JSON; the default is pickle
        }
        if job.priority:
            options["priority"] = job.priority
        if delay_seconds > 0:
            options["delay_seconds"] = delay_seconds
        self._client.enqueue_in_transaction(session, options, job.name, *job.arguments)

    def live_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys whose jobs are waiting or running."""
        wanted = list(keys)
        live: set[str] = set()
        for start in range(0, len(wanted), _KEYS_PER_QUERY):
            found = self._client.list_workflows(
                workflow_ids=wanted[start : start + _KEYS_PER_QUERY],
                status=LIVE_STATUSES,
                load_input=False,
                load_output=False,
            )
            live.update(workflow.workflow_id for workflow in found)
        return live

    def close(self) -> None:
        """Close every connection."""
        self._client.destroy()


class Fence:
    """Made when a job claims its row; tells before it acts whether it was paused for too long.

    A process that stood still (stopped, swapped out, asleep) may have been taken for dead, and its job given to
    another. Half the failure-detection time leaves the other half for the act itself.
    """

    def __init__(self, dead_after_seconds: float) -> None:
        self._closes_at = _seconds_since_boot() + dead_after_seconds / 2

    @property
    def closed(self) -> bool:
        """Whether it is too late to act."""
        return _seconds_since_boot() >= self._closes_at


class Heartbeats:
    """The rows that say which processes take jobs; one process uses one of these."""

    def __init__(self, database: Database, executor_id: str, *, dead_after_seconds: float) -> None:
        self._database = database
        self._executor_id = executor_id
        self._dead_after = timedelta(seconds=dead_after_seconds)

    def beat(self) -> WorkerHeartbeat | None:
        """Say that this process is alive. On SQLite, where only one may take jobs, a live other is returned instead."""
        with self._database.writing() as session:
            if self._database.is_sqlite and (rival := self._rival(session)):
                return rival
            insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
            seen = {"seen_at": _now(session)}
            beat = insert(WorkerHeartbeat).values(executor_id=self._executor_id, **seen)
            session.connection().execute(beat.on_conflict_do_update(index_elements=["executor_id"], set_=seen))
        return None

    def alive(self) -> set[str]:
        """The processes that were seen less than the failure-detection time ago."""
        with self._database.reading() as session:
            return set(session.exec(select(WorkerHeartbeat.executor_id).where(self._is_fresh(session))))

    def forget_dead(self) -> None:
        """Remove the rows of dead processes."""
        with self._database.writing() as session:
            session.exec(delete(WorkerHeartbeat).where(~self._is_fresh(session)))

    def leave(self) -> None:
        """Remove this process's row."""
        with self._database.writing() as session:
            session.exec(delete(WorkerHeartbeat).where(col(WorkerHeartbeat.executor_id) == self._executor_id))

    def _rival(self, session: Session) -> WorkerHeartbeat | None:
        other = col(WorkerHeartbeat.executor_id) != self._executor_id
        return session.exec(select(WorkerHeartbeat).where(other, self._is_fresh(session))).first()

    def _is_fresh(self, session: Session) -> ColumnElement[bool]:
        now = _now(session)  # a row from the future is what a clock that was set back leaves behind
        return col(WorkerHeartbeat.seen_at).between(now - self._dead_after, now + self._dead_after)


def names_that_wait(session: Session, names: Collection[str]) -> list[str]:
    """Those of these names whose jobs wait to be taken: one look into an index for each, all in one statement."""
    asked = tuple(names)
    found = session.connection().execute(_looks(asked, is_sqlite=session.get_bind().dialect.name == "sqlite"))
    return [asked[number] for (number,) in found]


@cache
def _looks(names: tuple[str, ...], *, is_sqlite: bool) -> CompoundSelect[int]:
    jobs = table("workflow_status", column("queue_name"), column("status"), schema=None if is_sqlite else "dbos")
    of_index = jobs.c.status.in_([literal_column("'ENQUEUED'"), literal_column("'PENDING'")])  # as its condition says
    waits = exists().where(jobs.c.status == "ENQUEUED", of_index)
    numbered = [
        select_columns(literal_column(str(number), Integer)).where(waits.where(jobs.c.queue_name == name))
        for number, name in enumerate(names)
    ]
    return union_all(*numbered)


def prepare_job_tables(database_url: str) -> None:
    """Create or upgrade the engine's own tables; safe to run again, and from several processes at once."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        _set_write_ahead_log(url.database)
    DBOS.migrate(database_url)


def _set_write_ahead_log(path: str) -> None:
    """Does it before any table is made: SQLite does not wait for another process's transaction to do this."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        deadline = time.monotonic() + _LOG_MODE_SECONDS
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def make_client(database_url: str, patience: Patience = SERVICE) -> DBOSClient:
    """A client that raises when the database is away, where the engine's default waits for ever."""
    return DBOSClient(
        system_database_url=patience.applied_to(database_url).render_as_string(hide_password=False),
        application_name=APPLICATION_NAME,
        lazy=True,
        retry_connection_errors=False,
    )


def _now(session: Session) -> datetime:
    """The time by the one clock that all workers share; SQLite has none, and one machine."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    return session.exec(select(func.clock_timestamp(type_=UtcDateTime))).one()


def _seconds_since_boot() -> float:
    """A clock that cannot be set and, where there is one, that goes on while the machine sleeps."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
