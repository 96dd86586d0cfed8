"""Jobs are looked for with one question, and a queue is only asked for its own where one waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import event

from replyassist.core.job_looking import ANYWAY_SECONDS
from replyassist.core.job_runner import JobRunner
from replyassist.core.jobs import names_that_wait
from tests.statements import counted

from .tables import DEAD_AFTER, POLL, Recorder, Tables

NAMES = ("deliver", "draft", "learn")


@contextmanager
def counted_engine(runner: JobRunner) -> Iterator[list[str]]:
    """What the engine itself asks its tables meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    assert runner._engine is not None
    tables = runner._engine._sys_db.engine
    event.listen(tables, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(tables, "before_cursor_execute", note)


class Looks(JobRunner):
    """Remembers what its looks found; fails them while it is told to."""

    def __init__(self, tables: Tables, handler: Recorder) -> None:
        super().__init__(tables.url, dict.fromkeys(NAMES, handler), poll_seconds=POLL, dead_after_seconds=DEAD_AFTER)
        self.found: list[list[str]] = []
        self.fails = threading.Event()

    def _names_that_wait(self, names: Collection[str]) -> list[str]:
        self.found.append(super()._names_that_wait(names))
        if self.fails.is_set():
            raise OSError("the database is away")
        return self.found[-1]


def test_names_wait_as_long_as_a_job_of_theirs_is_not_taken(tables: Tables) -> None:
    tables.enqueue("a", 1)
    tables.enqueue("b", 2, name="draft")
    tables.enqueue("c", 3, name="learn", delay_seconds=60)
    tables.set_taken("a", "somebody")
    with counted(tables.database) as statements, tables.database.reading() as session:
        assert names_that_wait(session, NAMES) == ["draft"]
    assert len([each for each in statements if "BEGIN" not in each]) == 1


def test_a_job_is_taken_by_the_next_look_and_not_by_the_loop_of_its_queue(tables: Tables) -> None:
    handler = Recorder()
    with Looks(tables, handler):
        time.sleep(4 * POLL)
        enqueued = time.time()
        tables.enqueue("a", 1, name="learn")
        handler.wait_for(1)
    assert handler.times[0] - enqueued < ANYWAY_SECONDS / 2


def test_while_nothing_waits_no_queue_is_asked(tables: Tables) -> None:
    with Looks(tables, Recorder()) as runner:
        with counted_engine(runner) as asked:
            looks = len(runner.found)
            while len(runner.found) < looks + 20:
                time.sleep(POLL)
        of_queues = [each for each in asked if "FOR UPDATE" in each or "queue_name = " in each]
    assert len(of_queues) < 6  # the engine's own queue, once a second; each of ours at most once in five


def test_a_look_that_fails_is_made_again_and_the_jobs_are_taken(tables: Tables) -> None:
    handler = Recorder()
    with Looks(tables, handler) as runner:
        runner.fails.set()
        looks = len(runner.found)
        while len(runner.found) == looks:
            time.sleep(POLL)
        tables.enqueue("a", 1)
        runner.fails.clear()
        handler.wait_for(1)
    assert handler.calls == [(1,)]


def test_with_more_jobs_than_run_at_once_all_are_done(tables: Tables) -> None:
    handler = Recorder()
    for number in range(12):
        tables.enqueue(f"d-{number}", number, name=NAMES[number % 3])
    with Looks(tables, handler):
        handler.wait_for(12)
    assert sorted(handler.calls) == [(number,) for number in range(12)]
