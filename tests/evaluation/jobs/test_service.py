"""An evaluation of the console: done once, stopped, gone on with after a stop, a crash and the end of a process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from replyassist.core.errors import Conflict, InvalidInput, NotFound
from replyassist.core.llm import ModelCall
from replyassist.core.security import Role
from replyassist.evaluation.jobs import service
from replyassist.evaluation.jobs.models import EvaluationJob, JobState, Request
from replyassist.evaluation.jobs.service import CAME_TO_NOTHING, EVALUATE_JOB, MOST_STARTS, EvaluationRunner
from replyassist.evaluation.record import STAGES
from replyassist.evaluation.sets import CaseSets
from replyassist.evaluation.store import RunStore
from replyassist.testing import FakeChatModel
from tests.evaluation.labelled import case
from tests.test_worker import worker
from tests.world import BRAND, DRAFT, World

QUESTIONS = ("do you ship to Norway??", "do you ship to Spain?", "do you ship to Italy?", "do you ship to Malta?")


@pytest.fixture
def cases(world: World) -> str:
    labelled = [case(number, text=text, brand=BRAND) for number, text in enumerate(QUESTIONS)]
    return CaseSets(world.settings.home).save(labelled, title="four", files=(), by="Ana", at=world.clock.now()).name


@pytest.fixture
def lead(world: World) -> int:
    return world.person(Role.LEAD).user_id


def begin(world: World, cases: str, lead: int, **wanted: object) -> int:
    with world.database.writing() as session:
        request = Request(cases=cases, stages=STAGES).model_copy(update=wanted)
        row = service.start(
            session, request, title="a run", brands=[BRAND], asked_by=lead, jobs=world.jobs, now=world.clock.now()
        )
        return row.id or 0


def row_of(world: World, job_id: int) -> EvaluationJob:
    with world.database.reading() as session:
        return session.get_one(EvaluationJob, job_id)


def do(world: World, model: FakeChatModel | None = None, *, is_ending: Callable[[], bool] = lambda: False) -> None:
    proposer = worker(world, model or FakeChatModel([DRAFT])).proposer
    job = world.jobs.take(EVALUATE_JOB)
    EvaluationRunner(database=world.database, adapters=proposer, jobs=world.jobs, clock=world.clock).do(
        *job.arguments, is_ending=is_ending
    )


def asking(*, until: int, then: Callable[[], None]) -> FakeChatModel:
    """A model that answers so often, and then something happens."""

    def write(_call: ModelCall) -> list[str]:
        if len(model.calls) > until:
            then()
        return [DRAFT]

    model = FakeChatModel(write)
    return model


def test_a_run_is_kept_and_done_once(world: World, cases: str, lead: int) -> None:
    job_id = begin(world, cases, lead)
    do(world)
    row = row_of(world, job_id)

    assert (row.state, row.done, row.total, row.problem) == (JobState.DONE, 4, 4, None)
    run = RunStore(world.settings.home).load(row.run_id or "")
    assert (run.title, run.cases_from, run.templates_from, len(run.results)) == ("a run", "four", "live", 4)
    EvaluationRunner(database=world.database, adapters=worker(world).proposer, jobs=world.jobs, clock=world.clock).do(
        job_id, 0, is_ending=lambda: False
    )
    assert len(RunStore(world.settings.home).summaries()) == 1


def test_what_waits_is_stopped_at_once(world: World, cases: str, lead: int) -> None:
    job_id = begin(world, cases, lead)
    with world.database.writing() as session:
        service.stop(session.get_one(EvaluationJob, job_id), now=world.clock.now())
    do(world)

    assert row_of(world, job_id).state == JobState.STOPPED
    assert RunStore(world.settings.home).summaries() == []


def test_a_running_one_is_stopped_and_goes_on_where_it_was(world: World, cases: str, lead: int) -> None:
    job_id = begin(world, cases, lead)

    def stop() -> None:
        with world.database.writing() as session:
            session.get_one(EvaluationJob, job_id).is_stopping = True

    do(world, asking(until=3, then=stop))
    assert row_of(world, job_id).state == JobState.STOPPED
    with world.database.writing() as session:
        service.go_on(session, session.get_one(EvaluationJob, job_id), jobs=world.jobs, now=world.clock.now())
    again = FakeChatModel([DRAFT])
    do(world, again)

    assert row_of(world, job_id).state == JobState.DONE
    assert again.calls == []  # everything that was asked is known


def test_the_end_of_a_process_hands_it_on(world: World, cases: str, lead: int) -> None:
    job_id = begin(world, cases, lead)
    do(world, is_ending=lambda: True)
    row = row_of(world, job_id)
    assert (row.state, row.attempt) == (JobState.QUEUED, 1)

    do(world)
    assert row_of(world, job_id).state == JobState.DONE


def test_a_crash_leaves_what_was_done(world: World, cases: str, lead: int) -> None:
    job_id = begin(world, cases, lead)

    def crash() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        do(world, asking(until=2, then=crash))
    assert row_of(world, job_id).state == JobState.RUNNING
    again = FakeChatModel([DRAFT])
    EvaluationRunner(
        database=world.database, adapters=worker(world, again).proposer, jobs=world.jobs, clock=world.clock
    ).do(job_id, 0, is_ending=lambda: False)

    assert row_of(world, job_id).state == JobState.DONE
    assert len(again.calls) == 2


def test_one_that_kills_its_process_is_not_begun_for_ever(world: World, cases: str, lead: int) -> None:
    job_id = begin(world, cases, lead)
    with world.database.writing() as session:
        session.get_one(EvaluationJob, job_id).starts = MOST_STARTS
    do(world)

    row = row_of(world, job_id)
    assert (row.state, row.problem) == (JobState.FAILED, service.INTERRUPTED_TOO_OFTEN)


def test_what_is_wrong_is_told(world: World, cases: str, lead: int) -> None:
    missing, broken = begin(world, cases, lead, templates="gone-12345678"), begin(world, cases, lead)
    do(world)
    (CaseSets(world.settings.home).path(cases)).write_bytes(b"\xff\xfe\x00")
    do(world)

    assert "there is no set 'gone-12345678'" in (row_of(world, missing).problem or "")
    assert row_of(world, broken).state == JobState.FAILED
    assert row_of(world, broken).problem != CAME_TO_NOTHING


def test_one_that_lost_its_job_gets_another(world: World, cases: str, lead: int) -> None:
    job_id = begin(world, cases, lead)
    world.jobs.take(EVALUATE_JOB)
    later = world.clock.now() + timedelta(minutes=5)
    assert service.revive(world.database, world.jobs, before=later, now=later, limit=10) == 1

    do(world)
    assert row_of(world, job_id).state == JobState.DONE


def test_acts_that_do_not_fit_are_refused(world: World, cases: str, lead: int) -> None:
    job_id = begin(world, cases, lead)
    do(world)
    with world.database.writing() as session:
        row = session.get_one(EvaluationJob, job_id)
        with pytest.raises(Conflict):
            service.stop(row, now=world.clock.now())
        with pytest.raises(Conflict):
            service.go_on(session, row, jobs=world.jobs, now=world.clock.now())
        with pytest.raises(NotFound):
            service.visible_job(session, job_id, lambda _brand: False)
    with pytest.raises(InvalidInput):
        begin(world, cases, lead, stages=("dreams",))
