"""Starts, stops and goes on with evaluations, and does one in the worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import Conflict, NotFound, ReplyassistError
from replyassist.core.jobs import Job, JobQueue, without_job
from replyassist.evaluation.contexts import Adapters, TemplateSource
from replyassist.evaluation.evaluate import EvaluationPlan, evaluate, stages_of
from replyassist.evaluation.record import EvaluationRun
from replyassist.evaluation.sets import CaseSets, TemplateSets
from replyassist.evaluation.store import RunStore
from replyassist.evaluation.voices import VoiceSource

from . import repository
from .models import EvaluationJob, JobState, Request

logger = logging.getLogger(__name__)
EVALUATE_JOB = "evaluate"
MOST_STARTS = 5  # a job that ends its process again and again is not begun a sixth time
TOLD_EVERY_SECONDS = 0.5
MOST_NOTES = 20
CAME_TO_NOTHING = "It failed for a reason that nobody foresaw; the error is in the log. What is done is kept."
INTERRUPTED_TOO_OFTEN = "It was interrupted again and again, and is not begun once more by itself."


class _Stopped(Exception):
    """Somebody stopped it."""


class _Ending(Exception):
    """The process ends; another goes on."""


def start(
    session: Session,
    request: Request,
    *,
    title: str,
    brands: Sequence[str],
    asked_by: int,
    jobs: JobQueue,
    now: datetime,
) -> EvaluationJob:
    """Enqueue an evaluation; raise InvalidInput for stages that there are not."""
    stages_of(set(request.stages))
    row = EvaluationJob(
        title=title, request=request, brands=list(brands), asked_by=asked_by, created_at=now, updated_at=now
    )
    session.add(row)
    session.flush()
    jobs.enqueue(session, job_of(row))
    return row


def stop(row: EvaluationJob, *, now: datetime) -> None:
    """End it as soon as the cases in hand are done; raise Conflict when it has ended already."""
    if not row.is_live:
        raise Conflict("it has ended already")
    if row.state == JobState.QUEUED:
        row.state = JobState.STOPPED.value
    else:
        row.is_stopping = True
    row.updated_at = now


def go_on(session: Session, row: EvaluationJob, *, jobs: JobQueue, now: datetime) -> None:
    """Begin again where it was stopped or failed; raise Conflict when there is nothing to go on with."""
    if row.state not in (JobState.STOPPED, JobState.FAILED):
        raise Conflict("it is being done, or is done")
    row.starts, row.problem = 0, None
    _again(session, row, jobs=jobs, now=now)


def job_of(row: EvaluationJob) -> Job:
    """The engine's job of this attempt."""
    return Job(EVALUATE_JOB, f"evaluate-{row.id}-{row.attempt}", (row.id or 0, row.attempt))


def revive(database: Database, jobs: JobQueue, *, before: datetime, now: datetime, limit: int) -> int:
    """Give a new job to every live evaluation of which nothing was heard, and whose job is gone; how many."""
    with database.reading() as session:
        waiting = repository.waiting_since(session, before=before, limit=limit)
    revived = 0
    for row in without_job(jobs, waiting, job_of):
        with database.writing() as session:
            current = session.get(EvaluationJob, row.id)
            if current is not None and current.is_live and current.attempt == row.attempt:
                _again(session, current, jobs=jobs, now=now)
                revived += 1
    return revived


def _again(session: Session, row: EvaluationJob, *, jobs: JobQueue, now: datetime) -> None:
    row.attempt += 1
    row.state, row.is_stopping, row.updated_at = JobState.QUEUED.value, False, now
    jobs.enqueue(session, job_of(row))


@dataclass
class EvaluationRunner:
    """Does evaluations in the worker, with what answers there.

    What is done of one is on disk at once: after a crash, a restart or a stop it goes on from there.
    """

    database: Database
    adapters: Adapters
    jobs: JobQueue
    clock: Clock
    _told_at: float = field(default=0.0, init=False)

    def do(self, job_id: int, attempt: int, *, is_ending: Callable[[], bool]) -> None:
        """Do one attempt; ``is_ending``: whether the process is about to end. Safe to run again."""
        row = self._begin(job_id, attempt)
        if row is None:
            return
        try:
            run = self._evaluate(row, is_ending)
        except _Stopped:
            self._end(row, JobState.STOPPED)
        except _Ending:
            self._hand_on(row)
        except ReplyassistError as error:
            self._end(row, JobState.FAILED, problem=error.detail)
        except Exception:
            logger.exception("evaluation %d failed", job_id)
            self._end(row, JobState.FAILED, problem=CAME_TO_NOTHING)
        else:
            self._end(row, JobState.DONE, run_id=run.id)

    def _begin(self, job_id: int, attempt: int) -> EvaluationJob | None:
        with self.database.writing() as session:
            row = session.get(EvaluationJob, job_id)
            if row is None or not row.is_live or row.attempt != attempt:
                return None
            row.starts += 1
            row.updated_at = self.clock.now()
            if row.starts > MOST_STARTS:
                row.state, row.problem = JobState.FAILED.value, INTERRUPTED_TOO_OFTEN
                return None
            row.state = JobState.RUNNING.value
            return row

    def _evaluate(self, row: EvaluationJob, is_ending: Callable[[], bool]) -> EvaluationRun:
        home, request = self.adapters.settings.home, row.request
        cases, templates = CaseSets(home), TemplateSets(home)
        dataset = cases.load(request.cases)
        if request.limit is not None:
            dataset = dataset.select(limit=request.limit)
        path = templates.path(request.templates) if request.templates else None
        notes: list[str] = []

        def progress(done: int, total: int) -> None:
            if is_ending():
                raise _Ending
            self._tell(row, done, total, notes)

        plan = EvaluationPlan(
            stages=stages_of(set(request.stages)),
            source=TemplateSource(path, is_live=path is None),
            voices=VoiceSource(),
            day=self.clock.now().date(),
            title=row.title,
            cases_from=cases.info(request.cases).title,
            templates_from=templates.info(request.templates).title if path else "",
        )
        return evaluate(
            dataset,
            plan,
            self.adapters,
            store=RunStore(home),
            created_at=row.created_at,
            tell=notes.append,
            progress=progress,
        )

    def _tell(self, row: EvaluationJob, done: int, total: int, notes: Sequence[str]) -> None:
        """Keep the progress, not more often than people can see, and look whether somebody stopped it."""
        if 0 < done < total and time.monotonic() - self._told_at < TOLD_EVERY_SECONDS:
            return
        self._told_at = time.monotonic()
        with self.database.writing() as session:
            current = session.get_one(EvaluationJob, row.id)
            if current.attempt != row.attempt or current.is_stopping or not current.is_live:
                raise _Stopped
            current.done, current.total, current.updated_at = done, total, self.clock.now()
            current.notes = list(notes[:MOST_NOTES])

    def _end(
        self, row: EvaluationJob, state: JobState, *, problem: str | None = None, run_id: str | None = None
    ) -> None:
        with self.database.writing() as session:
            current = session.get_one(EvaluationJob, row.id)
            if current.attempt != row.attempt:
                return  # it was given to another meanwhile
            current.state, current.problem, current.run_id = state.value, problem, run_id
            current.is_stopping, current.updated_at = False, self.clock.now()

    def _hand_on(self, row: EvaluationJob) -> None:
        with self.database.writing() as session:
            current = session.get_one(EvaluationJob, row.id)
            if current.attempt == row.attempt and current.is_live:
                current.starts = 0
                _again(session, current, jobs=self.jobs, now=self.clock.now())


def visible_job(session: Session, job_id: int, sees: Callable[[str], bool]) -> EvaluationJob:
    """The job of this id, for who sees all its brands; raise NotFound."""
    row = repository.find(session, job_id)
    if row is None or not all(map(sees, row.brands)):
        raise NotFound("there is no such evaluation")
    return row
