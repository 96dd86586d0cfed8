"""Looks for jobs: one question for all queues, and the engine's own loop of a queue only runs where one waits.

Left to itself the engine asks three times for each queue and look, whether anything waits or not.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

from dbos import DBOS, Queue
from dbos._queue import queue_worker_thread

ANYWAY_SECONDS: Final = 5.0
"""A queue is asked for its jobs at least this often, whatever the looks say."""

_log = logging.getLogger(__name__)


class _Bell(threading.Event):
    """What a queue's loop takes for the event that ends it: its waits end sooner where a job waits."""

    def __init__(self) -> None:
        super().__init__()
        self._rung = threading.Event()

    def ring(self) -> None:
        """There is work."""
        self._rung.set()

    def set(self) -> None:
        """The loop ends."""
        super().set()
        self._rung.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until it rings, ends or the time is over; whether the loop ends."""
        self._rung.wait(timeout)
        self._rung.clear()  # whoever rings from here on is heard by the next wait
        return self.is_set()


class JobLooking:
    """The threads of the queues, and one that looks for all of them every so many seconds.

    ``waiting`` tells which of these queues have jobs that nobody has taken.
    """

    def __init__(
        self, queues: Mapping[str, Queue], *, seconds: float, waiting: Callable[[Collection[str]], Collection[str]]
    ) -> None:
        self._queues, self._seconds, self._waiting = queues, seconds, waiting
        self._bells = {name: _Bell() for name in queues}
        self._ends = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, engine: DBOS) -> None:
        """Begin to take jobs, as an engine that was launched."""
        for name, queue in self._queues.items():
            queue.database_backed_queue = False  # else its loop reads it anew for every look
            queue._polling_interval_sec = ANYWAY_SECONDS  # here alone: workers of an earlier version read the table
            arguments = (self._bells[name], engine, queue)
            self._start(threading.Thread(target=queue_worker_thread, args=arguments, name=f"queue-{name}", daemon=True))
        self._start(threading.Thread(target=self._look, name="queue-looks", daemon=True))

    def end(self) -> None:
        """Take no more."""
        self._ends.set()
        for bell in self._bells.values():
            bell.set()

    def join(self, deadline: float) -> None:
        """Wait until what was just taken is handed over, at least 0.1 s for each thread (``time.monotonic``)."""
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))

    def _start(self, thread: threading.Thread) -> None:
        self._threads.append(thread)
        thread.start()

    def _look(self) -> None:
        while not self._ends.wait(self._seconds):
            try:
                for name in self._waiting(list(self._bells)):
                    self._bells[name].ring()
            except Exception:
                _log.warning("it is not known which jobs wait; it is looked again", exc_info=True)
                self._ends.wait(ANYWAY_SECONDS / 5)
