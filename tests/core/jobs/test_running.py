from __future__ import annotations

import logging
import threading
import time

import pytest

from replyassist.core.jobs import Job

from .tables import POLL, Recorder, Tables, eventually


def test_a_job_runs_once_if_its_transaction_commits_and_never_if_it_rolls_back(tables: Tables) -> None:
    handler = Recorder()
    with tables.database.writing() as session:
        tables.queue.enqueue(session, Job("deliver", "deliver-1-0", (1, 0)))
        session.flush()
        session.rollback()
    assert not tables.queue.live_keys(["deliver-1-0"])

    tables.enqueue("deliver-2-0", 2, 0)
    assert tables.queue.live_keys(["deliver-2-0"])
    with tables.runner(handler):
        handler.wait_for(1)
        eventually(lambda: not tables.queue.live_keys(["deliver-2-0"]))
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
        eventually(lambda: not tables.queue.live_keys(["deliver-1-0"]))
        tables.enqueue("deliver-1-0", 1)
        assert not tables.queue.live_keys(["deliver-1-0"])
        tables.enqueue("deliver-2-0", 2)
        handler.wait_for(2)
    assert handler.calls == [(1,), (2,)]


def test_a_delayed_job_is_live_and_does_not_run_before_its_time(tables: Tables) -> None:
    handler = Recorder()
    with tables.runner(handler):
        due = time.time() + 0.6
        tables.enqueue("deliver-1-0", 1, delay_seconds=0.6)
        assert tables.queue.live_keys(["deliver-1-0"])
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
    assert not tables.queue.live_keys(["deliver-1-0"])
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
    assert tables.queue.live_keys(["deliver-2-0"])
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
