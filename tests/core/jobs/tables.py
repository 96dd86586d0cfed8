"""One prepared database of jobs, and a handler that remembers, for the tests of the runner."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel, select

from replyassist.core.database import Database
from replyassist.core.job_runner import Handler, JobRunner
from replyassist.core.jobs import DbosJobQueue, Job, WorkerHeartbeat, prepare_job_tables

POLL = 0.05
DEAD_AFTER = 1.2


class Recorder:
    """A handler that remembers what it was called with, and when."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, ...]] = []
        self.times: list[float] = []
        self._changed = threading.Condition()

    def __call__(self, *ids: int) -> None:
        with self._changed:
            self.calls.append(ids)
            self.times.append(time.time())
            self._changed.notify_all()

    def wait_for(self, count: int, seconds: float = 10.0) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.calls) >= count, seconds), self.calls


class Tables:
    """One prepared database, and short ways to enqueue into it and to run what is there."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = Database(url)
        self.queue = DbosJobQueue(url)

    def enqueue(self, key: str, *ids: int, name: str = "deliver", delay_seconds: float = 0.0) -> None:
        with self.database.writing() as session:
            self.queue.enqueue(session, Job(name, key, ids), delay_seconds=delay_seconds)

    def runner(self, handler: Handler, **options: Any) -> JobRunner:
        options = {"poll_seconds": POLL, "dead_after_seconds": DEAD_AFTER} | options
        return JobRunner(self.url, {"deliver": handler}, **options)

    def heartbeats(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.exec(select(WorkerHeartbeat.executor_id)))

    def status(self, key: str) -> str | None:
        status: str | None = self.sql("SELECT status FROM {} WHERE workflow_uuid = :key", key=key).scalar()
        return status

    def set_taken(self, key: str, executor_id: str, *, seconds_ago: float = 60) -> None:
        """Make the job look as if that worker had taken it."""
        self.sql(
            "UPDATE {} SET status = 'PENDING', executor_id = :worker, started_at_epoch_ms = :at"
            " WHERE workflow_uuid = :key",
            key=key,
            worker=executor_id,
            at=int((time.time() - seconds_ago) * 1000),
        )

    def sql(self, statement: str, **values: Any) -> Any:
        table = "workflow_status" if self.database.is_sqlite else "dbos.workflow_status"
        with self.database.writing() as session:
            return session.execute(text(statement.format(table)), values)

    def close(self) -> None:
        self.queue.close()
        self.database.dispose()


def prepare(url: str) -> str:
    prepare_job_tables(url)
    database = Database(url)
    heartbeat: Any = WorkerHeartbeat.__dict__["__table__"]
    SQLModel.metadata.create_all(database.engine, tables=[heartbeat])
    database.dispose()
    return url


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)
