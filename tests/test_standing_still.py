"""A real worker process is stopped (SIGSTOP) while it holds a brand: the others go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from replyassist.app import build_parts, create_app
from replyassist.brands.service import get_brand
from replyassist.core.database import Database
from replyassist.core.jobs import DbosJobQueue, Job, prepare_job_tables
from replyassist.core.patience import Patience
from replyassist.core.settings import Settings
from replyassist.review.models import ReviewStatus
from replyassist.testing import FakeEncoder
from tests.core.jobs.tables import eventually
from tests.review.test_decisions import approve
from tests.world import BRAND, World, message_in

DEAD_AFTER = 3.0
PATIENCE = Patience.of(DEAD_AFTER)
# Holds the brand as each change of its templates does, and stops itself once: as a machine that is suspended.
WORKER = """
import os, signal, sys, time
from pathlib import Path
from replyassist.core.database import Database
from replyassist.core.job_runner import JobRunner
from replyassist.core.patience import Patience
from replyassist.faq.repository import lock_brand, raise_revision

url, dead_after, stopped = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
database = Database(url, Patience.of(dead_after))

def learn(*ids):
    with database.writing() as session:
        raise_revision(session, lock_brand(session, "fernhill"))
        if not stopped.exists():
            stopped.touch()
            os.kill(os.getpid(), signal.SIGSTOP)

with JobRunner(url, {"learn": learn}, poll_seconds=0.05, dead_after_seconds=dead_after):
    while os.getppid() == int(sys.argv[4]):
        time.sleep(0.1)
"""


@contextmanager
def stopped_worker(database: Database, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in the middle of a transaction, stopped."""
    script, flag = folder / "worker.py", folder / "stopped"
    script.write_text(WORKER)
    command = [sys.executable, str(script), database.url, str(DEAD_AFTER), str(flag), str(os.getpid())]
    worker = subprocess.Popen(command)
    try:
        _, status = os.waitpid(worker.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        yield worker
    finally:
        worker.kill()
        worker.wait()


@pytest.fixture
def deployed(world: World) -> World:
    prepare_job_tables(world.database.url)
    queue = DbosJobQueue(world.database.url)
    with world.database.writing() as session:
        queue.enqueue(session, Job("learn", "learn-1", (1,)))
    queue.close()
    return world


def revision(world: World) -> int:
    with world.database.reading() as session:
        return get_brand(session, BRAND).faq_revision


def client(world: World) -> TestClient:
    settings = Settings(
        home=world.settings.home,
        database_url=world.database.url,
        worker_dead_after_seconds=DEAD_AFTER,
        llm_disabled=True,
    )
    parts = build_parts(settings, encoder=FakeEncoder(), clock=world.clock, jobs=world.jobs, upgrade=False)
    return TestClient(create_app(parts=parts), headers={"authorization": f"Bearer {world.token(world.service())}"})


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_intake_and_approvals_of_the_brand_go_on_and_the_job_is_done_once(deployed: World, tmp_path: Path) -> None:
    """Each statement of the others may wait for half the detection time, or is an error; none of them is one."""
    item, who, before = deployed.item(), deployed.person(), revision(deployed)
    hurried = World(
        Database(deployed.database.url, PATIENCE), deployed.clock, deployed.settings, numbers=deployed.numbers
    )
    with client(deployed) as api, stopped_worker(deployed.database, tmp_path) as worker:
        taken = api.post("/v1/messages", json=message_in(900).model_dump(mode="json"))
        assert approve(hurried, who, item).status == ReviewStatus.APPROVED
        assert revision(deployed) == before  # the stopped worker has lost what it had begun

        os.kill(worker.pid, signal.SIGCONT)
        eventually(lambda: revision(deployed) > before)
    hurried.database.dispose()
    assert taken.status_code == 202
    assert revision(deployed) == before + 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_on_sqlite_where_nobody_takes_its_lock_the_others_are_told_to_come_back(
    deployed: World, tmp_path: Path
) -> None:
    body = message_in(900).model_dump(mode="json")
    with client(deployed) as api, stopped_worker(deployed.database, tmp_path):
        refused = api.post("/v1/messages", json=body)
    with client(deployed) as api:
        assert api.post("/v1/messages", json=body).status_code == 202

    assert (refused.status_code, refused.json()["code"]) == (503, "database_busy")
    assert int(refused.headers["retry-after"]) > 0
