"""The engine of a process, DBOS: it calls one function, which hands each job to whoever holds the one place."""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from dbos import DBOS

from replyassist.core.errors import ConfigurationError
from replyassist.core.jobs import APPLICATION_NAME, APPLICATION_VERSION, WORKFLOW_NAME
from replyassist.core.patience import Patience


class JobFailed(Exception):
    """What the engine stores of a handler's error: no text of it, which may quote people."""


class RunsJobs(Protocol):
    """Who can hold the place."""

    def run(self, name: str, key: str, arguments: tuple[int, ...]) -> None:
        """Run one job that the engine has taken; raise JobFailed."""
        ...


class EnginePlace:
    """Who gets the jobs that the engine takes: one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.holder: RunsJobs | None = None

    def take(self, runner: RunsJobs) -> None:
        """Raise ConfigurationError while somebody else holds it."""
        with self._lock:
            if self.holder is not None:
                raise ConfigurationError("This process already runs jobs.")
            self.holder = runner

    def leave(self) -> None:
        """Make room for the next."""
        self.holder = None


ENGINE_PLACE = EnginePlace()


class _HideFailedJobs(logging.Filter):
    """The engine repeats what the runner has logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and record.exc_info[0] is JobFailed)


logging.getLogger("dbos").addFilter(_HideFailedJobs())


@DBOS.workflow(name=WORKFLOW_NAME)
def _run_job(name: str, *arguments: int) -> None:
    holder = ENGINE_PLACE.holder
    if holder is None:
        raise JobFailed("the runner is gone")
    holder.run(name, str(DBOS.workflow_id), arguments)


def make_engine(database_url: str, patience: Patience, *, executor_id: str, connections: int) -> DBOS:
    """The engine on this database, not launched yet."""
    return DBOS(
        config={
            "name": APPLICATION_NAME,
            "system_database_url": patience.applied_to(database_url).render_as_string(hide_password=False),
            "executor_id": executor_id,
            "application_version": APPLICATION_VERSION,
            "log_level": "ERROR",
            "run_migrations": False,
            "use_listen_notify": False,  # jobs neither send nor receive: no listener, no 100 wake-ups a second
            "notification_listener_polling_interval_sec": 0.2,  # only how long its idle thread delays a stop
            "sys_db_pool_size": connections,
        }
    )
