"""A real worker process, ended in the middle of an evaluation: the next one goes on where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from replyassist.core.jobs import DbosJobQueue, prepare_job_tables
from replyassist.core.security import Role
from replyassist.evaluation.jobs import service
from replyassist.evaluation.jobs.models import EvaluationJob, JobState, Request
from replyassist.evaluation.record import STAGES
from replyassist.evaluation.sets import CaseSets
from replyassist.evaluation.store import RunStore
from tests.evaluation.labelled import case
from tests.world import BRAND, World

CASES = 8
PATIENCE = 300.0


@contextmanager
def worker_process(world: World) -> Iterator[subprocess.Popen[bytes]]:
    script = Path(__file__).with_name("process.py")
    command = [sys.executable, str(script), str(world.settings.home), world.database.url]
    root = Path(__file__).resolve().parents[3]
    paths = os.pathsep.join([str(root / "src"), str(root)])
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def end_after(world: World, job_id: int, *, done: int, how: signal.Signals) -> None:
    with worker_process(world) as process:
        wait_for(world, job_id, done=done, state=JobState.RUNNING)
        process.send_signal(how)
        process.wait(timeout=PATIENCE)


def row_of(world: World, job_id: int) -> EvaluationJob:
    with world.database.reading() as session:
        return session.get_one(EvaluationJob, job_id)


def wait_for(world: World, job_id: int, *, done: int, state: JobState) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        row = row_of(world, job_id)
        if row.done >= done and row.state == state:
            return
        time.sleep(0.05)
    raise AssertionError((row.state, row.done, row.problem))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_evaluation_survives_the_end_of_its_process(world: World) -> None:
    prepare_job_tables(world.database.url)
    home = world.settings.home
    labelled = [case(n, text=f"do you ship to Norway, parcel {n}?", brand=BRAND) for n in range(CASES)]
    name = CaseSets(home).save(labelled, title="eight", files=(), by="Ana", at=world.clock.now()).name
    lead, queue = world.person(Role.LEAD), DbosJobQueue(world.database.url)
    with world.database.writing() as session:
        wanted = Request(cases=name, stages=STAGES)
        row = service.start(
            session, wanted, title="", brands=[BRAND], asked_by=lead.user_id, jobs=queue, now=world.clock.now()
        )
        job_id = row.id or 0
    queue.close()

    end_after(world, job_id, done=2, how=signal.SIGKILL)
    assert row_of(world, job_id).state == JobState.RUNNING
    end_after(world, job_id, done=4, how=signal.SIGTERM)
    assert row_of(world, job_id).state == JobState.QUEUED
    with worker_process(world):
        wait_for(world, job_id, done=CASES, state=JobState.DONE)

    (kept,) = RunStore(home).summaries()
    assert kept.cases == CASES
    assert len((home / "asked").read_text(encoding="utf-8")) <= CASES + 1  # the one in hand at a kill is asked again
