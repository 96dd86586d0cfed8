from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from replyassist.core.errors import ConfigurationError
from replyassist.core.job_maintenance import WORKERS_A_JOB_MAY_LOSE
from replyassist.core.job_runner import JobRunner, new_executor_id
from replyassist.core.jobs import DbosJobQueue, Fence, Heartbeats, WorkerHeartbeat

from .tables import DEAD_AFTER, POLL, Recorder, Tables, eventually

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
    assert tables.queue.live_keys(["deliver-1-0"])

    handler = Recorder()
    with tables.runner(handler):
        handler.wait_for(1)
        eventually(lambda: not tables.queue.live_keys(["deliver-1-0"]))
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
    assert not tables.queue.live_keys(["deliver-1-0"])


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
    assert tables.queue.live_keys(["deliver-2-0"])


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
    assert not queue.live_keys(["deliver-1-0"])
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


@pytest.mark.parametrize("tables", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_beat_counts_though_its_row_is_forgotten_at_the_same_time(tables: Tables) -> None:
    """By the oldest worker, which took this one for dead while it was slow."""
    slow = Heartbeats(tables.database, "1-slow", dead_after_seconds=60)
    slow.beat()
    with ThreadPoolExecutor(1) as pool:
        with tables.database.writing() as session:
            session.delete(session.get_one(WorkerHeartbeat, "1-slow"))
            session.flush()
            beat = pool.submit(slow.beat)
            eventually(lambda: _waits_for_a_lock(tables))
        assert beat.result(timeout=60) is None
    assert slow.alive() == {"1-slow"}


def _waits_for_a_lock(tables: Tables) -> bool:
    with tables.database.reading() as session:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(session.connection().execute(text(waiting)).scalar_one())
