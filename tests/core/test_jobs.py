from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, text
from sqlmodel import SQLModel, select

from replyassist.core.database import Database
from replyassist.core.errors import ConfigurationError
from replyassist.core.job_maintenance import WORKERS_A_JOB_MAY_LOSE
from replyassist.core.job_runner import Handler, JobRunner, new_executor_id
from replyassist.core.jobs import DbosJobQueue, Fence, Heartbeats, Job, WorkerHeartbeat, prepare_job_tables

POLL = 0.05
DEAD_AFTER = 1.2

# A worker that takes one job, says so in a file, and never comes to its end.
STUCK_WORKER = """
import sys, time
from pathlib import Path
from replyassist.core.job_runner import JobRunner

def deliver(*ids):
    Path(sys.argv[2]).touch()
    time.sleep(600)

with JobRunner(sys.argv[1], {"deliver": deliver}, poll_seconds=0.05, dead_after_seconds=float(sys.argv[3])):
    time.sleep(600)
"""


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


@pytest.fixture(scope="module")
def postgres_tables(postgres_admin: Engine) -> Iterator[Tables]:
    """One database for all tests, since preparing it takes a second; each leaves it empty."""
    name = f"jobs_{uuid.uuid4().hex}"
    with postgres_admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = postgres_admin.url.set(database=name)
    tables = Tables(prepare(url.render_as_string(hide_password=False)))
    yield tables
    tables.close()


@pytest.fixture
def sqlite_tables(tmp_path: Path) -> Iterator[Tables]:
    tables = Tables(prepare(f"sqlite:///{tmp_path / 'test.db'}"))
    yield tables
    tables.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_tables")
        return
    tables: Tables = request.getfixturevalue("postgres_tables")
    yield tables
    with tables.database.writing() as session:
        for table in ("workflow_status", "workflow_input", "workflow_output", "queues"):
            session.connection().exec_driver_sql(f"DELETE FROM dbos.{table}")
        session.exec(delete(WorkerHeartbeat))


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def test_a_job_runs_once_if_its_transaction_commits_and_never_if_it_rolls_back(tables: Tables) -> None:
    handler = Recorder()
    with tables.database.writing() as session:
        tables.queue.enqueue(session, Job("deliver", "deliver-1-0", (1, 0)))
        session.flush()
        session.rollback()
    assert not tables.queue.is_live("deliver-1-0")

    tables.enqueue("deliver-2-0", 2, 0)
    assert tables.queue.is_live("deliver-2-0")
    with tables.runner(handler):
        handler.wait_for(1)
        eventually(lambda: not tables.queue.is_live("deliver-2-0"))
        time.sleep(3 * POLL)
    assert handler.calls == [(2, 0)]
    assert tables.status("deliver-2-0") == "SUCCESS"
    assert tables.heartbeats() == []


def test_the_same_key_runs_once_even_after_it_has_finished(tables: Tables) -> None:
    handler = Recorder()
    tables.enqueue("deliver-1-0", 1)
    tables.enqueue("deliver-1-0", 1)
    with tables.runner(handler):
        handler.wait_for(1)
        eventually(lambda: not tables.queue.is_live("deliver-1-0"))
        tables.enqueue("deliver-1-0", 1)
        assert not tables.queue.is_live("deliver-1-0")
        tables.enqueue("deliver-2-0", 2)
        handler.wait_for(2)
    assert handler.calls == [(1,), (2,)]


def test_a_delayed_job_is_live_and_does_not_run_before_its_time(tables: Tables) -> None:
    handler = Recorder()
    with tables.runner(handler):
        due = time.time() + 0.6
        tables.enqueue("deliver-1-0", 1, delay_seconds=0.6)
        assert tables.queue.is_live("deliver-1-0")
        handler.wait_for(1)
    assert due <= handler.times[0] < due + 2.5


def test_a_handler_that_raises_fails_its_job_and_no_other(
    tables: Tables, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    handler = Recorder()

    def deliver(item: int) -> None:
        if item == 1:
            raise ValueError("a customer's words")
        handler(item)

    tables.enqueue("deliver-1-0", 1)
    tables.enqueue("deliver-2-0", 2)
    with tables.runner(deliver):
        handler.wait_for(1)
        eventually(lambda: tables.status("deliver-1-0") == "ERROR")
    assert not tables.queue.is_live("deliver-1-0")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "job deliver-1-0 failed"
    ]
    output = "workflow_output" if tables.database.is_sqlite else "dbos.workflow_output"
    with tables.database.reading() as session:
        stored = session.connection().exec_driver_sql(f"SELECT error FROM {output}").scalars().all()
    assert "ValueError" in str(stored)
    assert "customer" not in str(stored)
    assert capfd.readouterr() == ("", "")


def test_jobs_wait_for_a_runner_and_survive_its_restart(tables: Tables) -> None:
    handler = Recorder()
    tables.enqueue("deliver-1-0", 1)
    with tables.runner(handler):
        handler.wait_for(1)
    tables.enqueue("deliver-2-0", 2)
    assert tables.queue.is_live("deliver-2-0")
    with tables.runner(handler):
        handler.wait_for(2)
    assert handler.calls == [(1,), (2,)]


def test_stop_waits_for_the_running_job(tables: Tables) -> None:
    begun, done = threading.Event(), threading.Event()

    def deliver(item: int) -> None:
        begun.set()
        time.sleep(0.5)
        done.set()

    tables.enqueue("deliver-1-0", 1)
    with tables.runner(deliver):
        assert begun.wait(10)
    assert done.is_set()
    assert tables.status("deliver-1-0") == "SUCCESS"


def test_no_more_jobs_run_at_once_than_allowed(tables: Tables) -> None:
    lock, running, peak, done = threading.Lock(), [0], [0], Recorder()

    def deliver(item: int) -> None:
        with lock:
            running[0] += 1
            peak[0] = max(peak[0], running[0])
        time.sleep(0.05)
        with lock:
            running[0] -= 1
        done(item)

    for number in range(6):
        tables.enqueue(f"deliver-{number}-0", number)
    with tables.runner(deliver, concurrency={"deliver": 2}):
        done.wait_for(6)
    assert peak == [2]


def test_a_job_of_a_killed_worker_is_taken_over(tables: Tables, tmp_path: Path) -> None:
    begun, script = tmp_path / "begun", tmp_path / "worker.py"
    script.write_text(STUCK_WORKER)
    tables.enqueue("deliver-1-0", 1)
    worker = subprocess.Popen([sys.executable, str(script), tables.url, str(begun), str(DEAD_AFTER)])
    try:
        eventually(begun.exists, 20)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    killed_at = time.time()
    assert tables.status("deliver-1-0") == "PENDING"
    assert tables.queue.is_live("deliver-1-0")

    handler = Recorder()
    with tables.runner(handler):
        handler.wait_for(1)
        eventually(lambda: not tables.queue.is_live("deliver-1-0"))
        eventually(lambda: len(tables.heartbeats()) == 1)
    assert handler.calls == [(1,)]
    assert handler.times[0] - killed_at < 2 * DEAD_AFTER + 1


def test_a_job_that_the_engine_took_and_never_ran_is_resumed(tables: Tables, caplog: pytest.LogCaptureFixture) -> None:
    handler = Recorder()
    runner = tables.runner(handler, dead_after_seconds=0.5)
    tables.enqueue("deliver-1-0", 1)
    tables.set_taken("deliver-1-0", runner.executor_id)
    # The engine itself resumes at its start what a process of this name left behind: let it miss it.
    tables.sql("UPDATE {} SET application_version = 'other' WHERE workflow_uuid = :key", key="deliver-1-0")
    with runner:
        tables.sql("UPDATE {} SET application_version = NULL WHERE workflow_uuid = :key", key="deliver-1-0")
        handler.wait_for(1)
    assert f"job deliver-1-0 is taken over from worker {runner.executor_id}" in caplog.text


def test_a_job_that_keeps_losing_its_worker_is_given_up(sqlite_tables: Tables) -> None:
    handler = Recorder()
    tables = sqlite_tables
    tables.enqueue("deliver-1-0", 1)
    with tables.runner(handler, dead_after_seconds=0.3):
        for count in range(1, WORKERS_A_JOB_MAY_LOSE + 2):
            handler.wait_for(count)
            eventually(lambda: tables.status("deliver-1-0") == "SUCCESS")
            tables.set_taken("deliver-1-0", "dead-worker")
        eventually(lambda: tables.status("deliver-1-0") == "CANCELLED")
    assert len(handler.calls) == 1 + WORKERS_A_JOB_MAY_LOSE
    assert not tables.queue.is_live("deliver-1-0")


def test_only_one_process_takes_jobs_from_sqlite(sqlite_tables: Tables) -> None:
    alive = Heartbeats(sqlite_tables.database, "another-process", dead_after_seconds=DEAD_AFTER)
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(DEAD_AFTER / 10):
            alive.beat()

    alive.beat()
    thread = threading.Thread(target=beat)
    thread.start()
    try:
        with pytest.raises(ConfigurationError, match="another-process"):
            sqlite_tables.runner(Recorder()).start()
    finally:
        ended.set()
        thread.join()
    assert sqlite_tables.heartbeats() == ["another-process"]

    started = time.monotonic()
    with sqlite_tables.runner(Recorder()):  # it has died in the meantime
        assert time.monotonic() - started < DEAD_AFTER + 5
        with pytest.raises(ConfigurationError, match="already"):
            sqlite_tables.runner(Recorder()).start()


def test_a_sqlite_worker_that_stood_still_and_was_replaced_takes_no_more_jobs(sqlite_tables: Tables) -> None:
    handler = Recorder()
    with sqlite_tables.runner(handler) as runner:
        with sqlite_tables.database.writing() as session:  # as it is when it wakes up
            row = session.exec(select(WorkerHeartbeat)).one()
            session.add(WorkerHeartbeat(executor_id="successor", seen_at=row.seen_at))
            session.delete(row)
        assert runner.lost_place.wait(10 * DEAD_AFTER)
        time.sleep(3 * POLL)
        sqlite_tables.enqueue("deliver-1-0", 1)
        time.sleep(0.5)
    assert handler.calls == []
    assert sqlite_tables.heartbeats() == ["successor"]


def test_periodic_work_repeats_outlives_an_error_and_is_done_by_the_oldest_alone(
    tables: Tables, caplog: pytest.LogCaptureFixture
) -> None:
    work = Recorder()

    def reconcile() -> None:
        work()
        if len(work.calls) == 1:
            raise RuntimeError("the first time it fails")

    with tables.runner(Recorder(), periodic={"reconciler": (0.1, reconcile)}):
        work.wait_for(3)
    assert "reconciler failed" in caplog.text
    if tables.database.is_sqlite:
        return
    Heartbeats(tables.database, "0-older", dead_after_seconds=60).beat()
    count = len(work.calls)
    with tables.runner(Recorder(), dead_after_seconds=60, periodic={"reconciler": (0.1, reconcile)}):
        time.sleep(0.5)
    assert len(work.calls) == count


def test_finished_jobs_are_deleted_in_time_and_live_ones_are_not(tables: Tables) -> None:
    handler = Recorder()
    tables.enqueue("deliver-1-0", 1)
    tables.enqueue("deliver-2-0", 2, delay_seconds=600)
    with tables.runner(handler):
        handler.wait_for(1)
        eventually(lambda: tables.status("deliver-1-0") == "SUCCESS")
    with tables.runner(handler, keep_finished_seconds=-5):
        eventually(lambda: tables.status("deliver-1-0") is None)
    assert tables.queue.is_live("deliver-2-0")


def test_a_runner_refuses_a_database_that_was_not_prepared(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ConfigurationError, match="db upgrade"):
        JobRunner(database_url, {"deliver": Recorder()}).start()
    assert not caplog.records


def test_a_runner_refuses_a_database_that_an_older_version_prepared(sqlite_tables: Tables) -> None:
    with sqlite_tables.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE dbos_migrations SET version = 1")
    with pytest.raises(ConfigurationError, match="db upgrade"):
        sqlite_tables.runner(Recorder()).start()
    assert sqlite_tables.heartbeats() == []


def test_several_processes_may_prepare_a_fresh_database_at_once(database_url: str) -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; from replyassist.core.jobs import *; prepare_job_tables(sys.argv[1])",
        database_url,
    ]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: subprocess.run(command, capture_output=True, text=True, check=False), range(2)))
    assert [(run.returncode, run.stdout, run.stderr) for run in runs] == [(0, "", "")] * 2
    queue = DbosJobQueue(database_url)
    assert not queue.is_live("deliver-1-0")
    queue.close()


def test_a_fence_closes_after_half_the_time() -> None:
    fence = Fence(0.4)
    assert not fence.closed
    time.sleep(0.25)
    assert fence.closed


def test_names_of_older_processes_sort_first() -> None:
    first = new_executor_id()
    time.sleep(0.005)
    assert first < new_executor_id()
