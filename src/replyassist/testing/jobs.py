"""A job queue that keeps jobs in a list."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from replyassist.core.jobs import Job


class FakeJobQueue:
    """Keeps jobs in a list instead of running them; ``planned`` holds (job, delay in seconds) in order."""

    def __init__(self) -> None:
        self.planned: list[tuple[Job, float]] = []
        self.live: set[str] = set()

    def enqueue(self, session: Session, job: Job, *, delay_seconds: float = 0.0) -> None:
        """Remember the job; a known key changes nothing."""
        if job.key not in {known.key for known, _ in self.planned}:
            self.planned.append((job, delay_seconds))
            self.live.add(job.key)

    def live_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys whose jobs wait; a test ends one with ``live.discard``."""
        return self.live.intersection(keys)

    def take(self, name: str) -> Job:
        """Remove and return the oldest job of this name."""
        for number, (job, _) in enumerate(self.planned):
            if job.name == name:
                self.live.discard(job.key)
                return self.planned.pop(number)[0]
        raise LookupError(f"no job '{name}' is planned")
