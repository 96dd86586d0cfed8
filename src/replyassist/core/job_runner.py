"""The worker side of the durable jobs: runs handlers, says that it is alive, and takes over from workers that died.

One process has one runner. Everything it does by the clock runs in threads of its own, one for each thing, so that
nothing piles up; what concerns all workers is done by the oldest live one alone.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import Final, Self

from dbos import DBOS, error
from sqlalchemy import inspect

from replyassist.core.database import Database
from replyassist.core.errors import ConfigurationError, ReplyassistError
from replyassist.core.job_engine import ENGINE_PLACE, JobFailed, make_engine
from replyassist.core.job_looking import JobLooking
from replyassist.core.job_maintenance import JobMaintenance
from replyassist.core.jobs import Heartbeats, make_client, names_that_wait
from replyassist.core.patience import Patience, patiently
from replyassist.core.restoring import require_no_restore

Handler = Callable[..., None]
Periodic = tuple[float, Callable[[], None]]

_RETENTION_EVERY_SECONDS: Final = 600.0
_CONNECTIONS: Final = 8
_NOT_PREPARED: Final = "The database is not prepared: run `replyassist db upgrade` first."

_log = logging.getLogger(__name__)


class JobRunner:
    """Takes jobs and runs them, each by the handler of its name; a context manager.

    ``concurrency`` says how many jobs of each name run at once in this process (1 where it is silent); per second, no
    more than that divided by ``poll_seconds`` are taken.
    ``periodic`` maps a name to (seconds, function): each is called at the start and then that often, by the oldest
    live runner alone.
    """

    def __init__(
        self,
        database_url: str,
        handlers: Mapping[str, Handler],
        *,
        concurrency: Mapping[str, int] | None = None,
        executor_id: str | None = None,
        poll_seconds: float = 0.1,
        dead_after_seconds: float = 15.0,
        drain_seconds: float = 30.0,
        keep_finished_seconds: float = 24 * 3600.0,
        periodic: Mapping[str, Periodic] | None = None,
    ) -> None:
        self.executor_id = executor_id or new_executor_id()
        self.lost_place = threading.Event()  # set when another process took over; the owner should stop
        self._database_url = database_url
        self._patience = Patience.of(dead_after_seconds)
        self._database = Database(database_url, self._patience)
        self._heartbeats = Heartbeats(self._database, self.executor_id, dead_after_seconds=dead_after_seconds)
        self._client = make_client(database_url, self._patience)
        self._handlers = dict(handlers)
        self._concurrency = {name: (concurrency or {}).get(name, 1) for name in self._handlers}
        self._poll_seconds = poll_seconds
        self._dead_after = dead_after_seconds
        self._drain_seconds = drain_seconds
        self._periodic = dict(periodic or {})
        self._running: set[str] = set()
        self._maintenance = JobMaintenance(
            self._client,
            self._heartbeats,
            executor_id=self.executor_id,
            dead_after_seconds=dead_after_seconds,
            keep_finished_seconds=keep_finished_seconds,
            running=self._running,
        )
        self._maintenance_ends, self._heart_stops = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._engine: DBOS | None = None
        self._looking: JobLooking | None = None
        self._beginning: threading.Thread | None = None
        self._is_stopped = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to take jobs.

        On SQLite it first waits, at most the failure-detection time, for a predecessor that crashed.
        Raises ConfigurationError when the tables are missing, a restore did not end, another runner lives in this
        process, or, on SQLite, another process takes jobs.
        """
        ENGINE_PLACE.take(self)
        in_place = False
        try:
            self._require_tables()
            self._take_place()
            in_place = True
            require_no_restore(self._database)  # after its first beat: a restore marks first and looks then
            self._repeat("heartbeat", self._dead_after / 4, self._beat, self._heart_stops)
            self._launch()
        except BaseException:
            self._close(leave=in_place)
            raise

    def begin(self, failed: Callable[[ReplyassistError], None]) -> None:
        """As ``start``, in a thread of its own: nobody else waits for a predecessor that crashed.

        ``failed`` is called with what ``start`` would have raised.
        """

        def run() -> None:
            try:
                self.start()
            except ReplyassistError as error:
                if not self._is_stopped:
                    failed(error)
            except Exception:
                _log.exception("no jobs are taken")
                failed(ReplyassistError("the background work could not begin; the reason is in the log"))

        self._beginning = threading.Thread(target=run, name="job-runner-begin")
        self._beginning.start()

    def stop(self) -> None:
        """Take no more jobs, wait for those that run (``drain_seconds`` at most), and leave.

        A job that outlasts the wait keeps its thread; its process counts as alive until that is noticed.
        """
        self._is_stopped = True
        if self._beginning is not None:
            self._maintenance_ends.set()  # it waits for its place no longer
            self._beginning.join()
        if ENGINE_PLACE.holder is not self:
            return
        deadline = time.monotonic() + self._drain_seconds
        self._maintenance_ends.set()
        self._stop_taking()
        leave = False
        try:
            if self._looking is not None:
                self._looking.join(deadline)
            leave = self._drain(deadline)
        finally:
            self._close(leave=leave)

    @property
    def is_ending(self) -> bool:
        """Whether it takes no more jobs, so that a long one should hand on what is left."""
        return self._maintenance_ends.is_set()

    def run(self, name: str, key: str, arguments: tuple[int, ...]) -> None:
        """Run one job that the engine took, again where the database was busy; other errors are logged and fail it."""
        self._running.add(key)
        try:
            patiently(lambda: self._handlers[name](*arguments), wait=self._maintenance_ends.wait)
        except Exception as cause:
            _log.exception("job %s failed", key)
            raise JobFailed(f"{key}: {type(cause).__name__}") from None
        finally:
            self._running.discard(key)

    def _require_tables(self) -> None:
        schema = None if self._database.is_sqlite else "dbos"
        tables = inspect(self._database.engine)
        if not (tables.has_table("worker_heartbeat") and tables.has_table("workflow_status", schema=schema)):
            raise ConfigurationError(_NOT_PREPARED)

    def _take_place(self) -> None:
        if (first := self._heartbeats.beat()) is None:
            return
        _log.warning("worker %s was seen %s; waiting whether it is alive", first.executor_id, first.seen_at)
        while rival := self._heartbeats.beat():
            if (rival.executor_id, rival.seen_at) != (first.executor_id, first.seen_at):
                raise ConfigurationError(
                    f"Another process ({rival.executor_id}) takes jobs from this SQLite database, and only one may. "
                    "Stop it, or use PostgreSQL."
                )
            if self._maintenance_ends.wait(self._dead_after / 20):
                raise ConfigurationError("This process ended before it had its place.")

    def _launch(self) -> None:
        queues = {
            name: self._client.register_queue(name, worker_concurrency=limit, polling_interval_sec=self._poll_seconds)
            for name, limit in self._concurrency.items()
        }
        connections = _CONNECTIONS + sum(self._concurrency.values())
        self._engine = make_engine(
            self._database_url, self._patience, executor_id=self.executor_id, connections=connections
        )
        DBOS.listen_queues([])
        try:
            DBOS.launch()
        except error.DBOSInitializationError as cause:
            raise ConfigurationError(_NOT_PREPARED) from cause
        self._looking = JobLooking(queues, seconds=self._poll_seconds, waiting=self._names_that_wait)
        self._looking.start(self._engine)
        if self.lost_place.is_set():  # while it started
            self._stop_taking()
        self._repeat("reaper", self._dead_after / 3, self._maintenance.resume_orphans, self._maintenance_ends)
        delete_finished = partial(self._maintenance.delete_finished, self._maintenance_ends)
        self._repeat_alone("retention", _RETENTION_EVERY_SECONDS, delete_finished)
        for name, (seconds, function) in self._periodic.items():
            self._repeat_alone(name, seconds, function)

    def _repeat(self, name: str, seconds: float, function: Callable[[], None], ends: threading.Event) -> None:
        def loop() -> None:
            while not ends.is_set():
                try:
                    function()
                except Exception:
                    _log.exception("%s failed; it is tried again in %.1f s", name, seconds)
                ends.wait(seconds)

        thread = threading.Thread(target=loop, name=f"job-runner-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _repeat_alone(self, name: str, seconds: float, function: Callable[[], None]) -> None:
        def turn() -> None:
            if self._maintenance.leads():
                function()

        self._repeat(name, seconds, turn, self._maintenance_ends)

    def _beat(self) -> None:
        rival = self._heartbeats.beat()
        if rival and not self.lost_place.is_set():
            _log.critical("worker %s took over while this one stood still; no more jobs", rival.executor_id)
            self.lost_place.set()
            self._maintenance_ends.set()
            self._stop_taking()

    def _stop_taking(self) -> None:
        if self._looking is not None:
            self._looking.end()
        if self._engine is not None:
            for event in self._engine.background_thread_stop_events:
                event.set()

    def _names_that_wait(self, names: Collection[str]) -> list[str]:
        with self._database.asking() as session:
            return names_that_wait(session, names)

    def _drain(self, deadline: float) -> bool:
        try:
            while mine := self._maintenance.pending(executor_id=self.executor_id):
                if time.monotonic() > deadline:
                    keys = ", ".join(job.workflow_id for job in mine)
                    _log.warning("stopped while these jobs were running: %s", keys)
                    return False
                time.sleep(0.05)
        except Exception:
            _log.exception("stopped without knowing whether every job is done")
            return False
        return True

    def _close(self, *, leave: bool) -> None:
        self._maintenance_ends.set()
        self._heart_stops.set()
        with ExitStack() as last_to_first:  # each is done even where another fails
            last_to_first.callback(ENGINE_PLACE.leave)
            last_to_first.callback(self._database.dispose)
            last_to_first.callback(self._client.destroy)
            if leave:
                last_to_first.callback(self._leave)
            for thread in self._threads:
                last_to_first.callback(thread.join, 10.0)
            if self._engine is not None:
                last_to_first.callback(DBOS.destroy)

    def _leave(self) -> None:
        try:
            self._heartbeats.leave()
        except Exception:
            _log.exception("the heartbeat could not be removed; it goes stale in %.0f s", self._dead_after)


def new_executor_id() -> str:
    """A name that no other process has; the names of older processes sort first."""
    return f"{time.time_ns() // 1_000_000:013d}-{uuid.uuid4().hex[:12]}"
