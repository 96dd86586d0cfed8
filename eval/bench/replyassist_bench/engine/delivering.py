"""Delivery jobs beside jobs of the same engine that do nothing, and how soon after a decision sending begins."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median

from sqlmodel import Session

from replyassist.core.errors import ReplyassistError
from replyassist.core.job_runner import JobRunner
from replyassist.core.jobs import Job
from replyassist.delivery.service import OpenConnection
from replyassist.review.models import ReviewItem
from replyassist.worker import Worker

from .replies import WAIT_SECONDS, Left, TimedPlatform, approve_one, approver

AT_ONCE = 100


def jobs_per_second(worker: Worker, jobs: int) -> float:
    """No-op jobs a second, of as many at once as deliveries are."""
    name, done, all_done = "bench-nothing", threading.Semaphore(0), 0

    def nothing(*_: int) -> None:
        done.release()

    with worker.database.writing() as session:
        for number in range(jobs):
            worker.jobs.enqueue(session, Job(name, f"{name}-{number}", (number,)))
    settings = worker.settings
    runner = JobRunner(
        worker.database.url,
        {name: nothing},
        concurrency={name: settings.delivery_concurrency},
        poll_seconds=settings.job_poll_seconds,
    )
    started = time.perf_counter()
    with runner:
        while all_done < jobs:
            if not done.acquire(timeout=WAIT_SECONDS):
                raise ReplyassistError("the jobs that do nothing were not all done")
            all_done += 1
        return jobs / (time.perf_counter() - started)


def timed_worker(worker: Worker, left: Left) -> Worker:
    """The worker, whose replies all leave by a platform in memory."""

    def connect(_session: Session, _item: ReviewItem) -> OpenConnection:
        return OpenConnection("file", TimedPlatform(left))

    return replace(worker, connect=connect)


def deliveries_per_second(worker: Worker, brands: Sequence[str], replies: int) -> float:
    """Approved replies a second that leave, from the start of a worker that finds them all waiting."""
    who, left = approver(worker), Left()
    for number in range(replies):
        approve_one(worker, who, brands[number % len(brands)])
    runner = timed_worker(worker, left).runner()
    started = time.perf_counter()
    with runner:
        left.wait_for(lambda: len(left.at) >= replies)
        return replies / (time.perf_counter() - started)


def pickup_ms(worker: Worker, brand: str, replies: int, *, told: Callable[[], None]) -> list[float]:
    """Milliseconds from each of so many decisions, one after the other on an idle system, to the start of sending."""
    who, left = approver(worker), Left()
    waits: list[float] = []
    with timed_worker(worker, left).runner():
        for _ in range(replies):
            key, at = approve_one(worker, who, brand)
            left.wait_for(partial(left.at.__contains__, key))
            waits.append(max(0.0, 1000 * (left.at[key] - at)))
            told()
    return sorted(waits)


def at_share(ordered: Sequence[float], share: float) -> float:
    """What this share of all does not exceed."""
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def ratio_of_medians(busy: Sequence[float], quiet: Sequence[float]) -> float:
    """How much longer the middle one takes."""
    return round(median(busy) / max(median(quiet), 1e-9), 2)
