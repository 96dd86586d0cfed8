"""What the workers do for each other: take over the jobs of the dead, and delete what is long finished."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Final

from dbos import DBOSClient, WorkflowStatus

from replyassist.core.jobs import WORKFLOW_NAME, Heartbeats

FINISHED_STATUSES: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
WORKERS_A_JOB_MAY_LOSE: Final = 5
_DELETED_AT_ONCE: Final = 500

_log = logging.getLogger(__name__)


class JobMaintenance:
    """Looks after the jobs of all workers, on behalf of one of them; ``running`` are the keys that it runs now."""

    def __init__(
        self,
        client: DBOSClient,
        heartbeats: Heartbeats,
        *,
        executor_id: str,
        dead_after_seconds: float,
        keep_finished_seconds: float,
        running: AbstractSet[str],
    ) -> None:
        self._client, self._heartbeats, self._executor_id = client, heartbeats, executor_id
        self._dead_after = dead_after_seconds
        self._keep_finished = timedelta(seconds=keep_finished_seconds)
        self._running = running
        self._suspects: set[str] = set()

    def leads(self) -> bool:
        """Whether this worker is the oldest live one, which does what concerns them all."""
        return self._is_oldest(self._heartbeats.alive())

    def pending(self, *, executor_id: str | None = None) -> list[WorkflowStatus]:
        """Jobs that somebody has taken and not finished; those of one worker when it is named."""
        return self._client.list_workflows(
            name=WORKFLOW_NAME, status="PENDING", executor_id=executor_id, load_input=False, load_output=False
        )

    def resume_orphans(self) -> None:
        """Give the jobs of dead workers, and those that this process took and never ran, to a live one."""
        pending = self.pending()
        fresh = self._heartbeats.alive()  # read after the list: who took a job in between is in it
        alive, leads = fresh | {self._executor_id}, self._is_oldest(fresh)
        dropped = {job.workflow_id for job in pending if self._is_dropped(job)}
        for job in pending:
            twice_seen = job.workflow_id in dropped & self._suspects
            if twice_seen or (leads and job.executor_id not in alive):
                self._resume(job)
        self._suspects = dropped
        if leads:
            self._heartbeats.forget_dead()

    def delete_finished(self, ends: threading.Event) -> None:
        """Delete jobs that have been finished for long enough, until there are none or ``ends`` is set."""
        before = (datetime.now(UTC) - self._keep_finished).isoformat()
        while not ends.is_set():
            old = self._client.list_workflows(
                name=WORKFLOW_NAME,
                status=FINISHED_STATUSES,
                completed_before=before,
                limit=_DELETED_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            if not old:
                return
            self._client.delete_workflows([job.workflow_id for job in old])

    def _is_oldest(self, alive: AbstractSet[str]) -> bool:
        return min(alive, default=None) == self._executor_id

    def _is_dropped(self, job: WorkflowStatus) -> bool:
        """Whether the engine took the job for this process and then, in a mishap of its own, never ran it."""
        if job.executor_id != self._executor_id or job.workflow_id in self._running:
            return False
        return time.time() - (job.dequeued_at or 0) / 1000 > self._dead_after

    def _resume(self, job: WorkflowStatus) -> None:
        lost = int((job.attributes or {}).get("workers_lost", 0)) + 1
        if lost > WORKERS_A_JOB_MAY_LOSE:
            _log.error("job %s was lost with its worker %d times, and is given up", job.workflow_id, lost)
            self._client.cancel_workflow(job.workflow_id)
            return
        _log.warning("job %s is taken over from worker %s", job.workflow_id, job.executor_id)
        self._client.update_workflow_attributes(job.workflow_id, {"workers_lost": lost})
        self._client.resume_workflow(job.workflow_id, queue_name=job.queue_name)
