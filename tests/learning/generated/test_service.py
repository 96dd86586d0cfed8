"""From a stored template to questions that count: asked in the background, again after failures, and not for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replyassist.brands.model_use import ModelLimits, set_model_limits
from replyassist.brands.repository import note_spent
from replyassist.brands.service import ensure_brand, get_brand
from replyassist.core.database import Database
from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import ChatModel
from replyassist.faq.models import GenerationRow
from replyassist.faq.repository.generated import open_generations
from replyassist.faq.service import import_templates
from replyassist.learning.generated.service import GENERATE_JOB, RETRY_SECONDS
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import IndexRegistry
from replyassist.testing import FakeChatModel, FakeEncoder
from replyassist.worker import Worker
from tests.faq.test_generated import active, changed, removed
from tests.test_worker import worker
from tests.world import BRAND, World, shipping, voice

ANSWER = "1. do you ship to Denmark? | do you ship to 32 countries?"
DENMARK = "do you ship to Denmark?"


def at_work(world: World, model: ChatModel | None = None, *, is_on: bool = True) -> Worker:
    made = worker(world, model or FakeChatModel([ANSWER]))
    settings = made.settings.model_copy(update={"generated_questions": is_on})
    return replace(made, settings=settings, proposer=replace(made.proposer, settings=settings))


def run_job(world: World, work: Worker) -> None:
    work.generate_questions(*world.jobs.take(GENERATE_JOB).arguments)


def planned(world: World) -> list[float]:
    return [delay for job, delay in world.jobs.planned if job.name == GENERATE_JOB]


def test_a_stored_template_gets_its_questions_without_anybody_asking(world: World) -> None:
    work = at_work(world)
    work.reconciler.ask_for_questions()
    work.reconciler.ask_for_questions()
    assert planned(world) == [0.0], "once for a version"
    run_job(world, work)

    assert set(active(world)) == {DENMARK}, "a figure of the reply is nothing that people know"
    index = work.proposer.registry.index_for(world.database, "fernhill")
    assert [(example.text, example.is_generated) for example in index.examples] == [(DENMARK, True)]
    work.reconciler.ask_for_questions()
    assert planned(world) == []


def test_nothing_is_asked_where_the_setting_is_off(world: World) -> None:
    at_work(world, is_on=False).reconciler.ask_for_questions()

    assert planned(world) == []


def test_drafts_come_first(world: World) -> None:
    world.message()
    at_work(world).reconciler.ask_for_questions()
    assert planned(world) == []

    at_work(world).draft(*world.jobs.take("draft").arguments)
    at_work(world).reconciler.ask_for_questions()
    assert planned(world) == [0.0]


def test_a_model_that_is_down_is_asked_again_later_and_not_for_ever(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    model = FakeChatModel(error=LanguageModelError("down"))
    work = at_work(world, model)
    work.reconciler.ask_for_questions()
    run_job(world, work)
    assert planned(world) == [RETRY_SECONDS]
    run_job(world, work)
    assert planned(world) == []
    assert "given up" in caplog.text

    world.clock.advance(minutes=60)
    world.jobs.live.clear()
    work.reconciler.ask_for_questions()
    assert planned(world) == []
    assert len(model.calls) == 2

    model.error, model.replies = None, [ANSWER]
    changed(world)
    work.reconciler.ask_for_questions()
    run_job(world, work)
    assert set(active(world)) == {DENMARK}


def test_without_money_nothing_fails_and_the_next_day_it_is_asked(world: World) -> None:
    model = FakeChatModel([ANSWER])
    work = at_work(world, model)
    with world.database.writing() as session:
        ensure_brand(session, "tidewick", now=world.clock.now(), voice=voice(brand="tidewick"))
        import_templates(session, "tidewick", [shipping()], now=world.clock.now())
        set_model_limits(session, BRAND, ModelLimits(daily_micro_usd=5))
    work.reconciler.ask_for_questions()
    of_fernhill, _ = (world.jobs.take(GENERATE_JOB) for _ in range(2))
    with world.database.writing() as session:
        note_spent(session, BRAND, get_brand(session, BRAND).day(world.clock.now()), 5)
    work.generate_questions(*of_fernhill.arguments)
    assert model.calls == []

    world.jobs.live.clear()
    for _ in range(5):
        world.clock.advance(minutes=5)
        work.reconciler.ask_for_questions()
    assert {job.arguments[0] for job, _ in world.jobs.planned} == {2}, "the other brand's alone"

    world.jobs.planned.clear()
    world.clock.advance(hours=24)
    work.reconciler.ask_for_questions()
    again = next(job for job, _ in world.jobs.planned if job.arguments[0] == of_fernhill.arguments[0])
    assert again.key != of_fernhill.key
    work.generate_questions(*again.arguments)
    assert set(active(world)) == {DENMARK}


def test_a_job_that_is_lost_is_made_anew_and_counts_as_a_failure(world: World) -> None:
    work = at_work(world)
    work.reconciler.ask_for_questions()
    lost = world.jobs.take(GENERATE_JOB)
    world.clock.advance(minutes=5)
    work.reconciler.ask_for_questions()
    run_job(world, work)
    assert set(active(world)) == {DENMARK}

    work.generate_questions(*lost.arguments)  # the lost one wakes up after all
    assert set(active(world)) == {DENMARK}


def test_jobs_that_are_lost_again_and_again_come_to_an_end(world: World) -> None:
    work = at_work(world)
    for _ in range(5):
        work.reconciler.ask_for_questions()
        world.jobs.planned.clear()
        world.jobs.live.clear()
        world.clock.advance(minutes=5)

    with world.database.reading() as session:
        row = session.get_one(GenerationRow, 1)
        assert (row.failures, row.finished_at) == (work.settings.draft_attempts, None)
        assert open_generations(session, attempts=work.settings.draft_attempts, limit=5) == []


def test_a_job_that_was_killed_after_the_model_answered_runs_again_whole(world: World) -> None:
    model = FakeChatModel([ANSWER], error=None)
    work = at_work(world, model)
    work.reconciler.ask_for_questions()
    job = world.jobs.take(GENERATE_JOB)
    maker = replace(work.proposer, registry=DyingRegistry(work.settings, lambda _: FakeEncoder())).question_maker
    assert maker is not None
    with pytest.raises(Killed):
        maker.run(*job.arguments, jobs=world.jobs, attempts=3)
    assert active(world) == {}

    for _ in range(2):
        work.generate_questions(*job.arguments)
    assert set(active(world)) == {DENMARK}
    assert len(model.calls) == 2


def test_a_template_that_changed_meanwhile_is_left_to_its_own_job(world: World) -> None:
    work = at_work(world)
    work.reconciler.ask_for_questions()
    changed(world)
    run_job(world, work)
    assert active(world) == {}

    work.reconciler.ask_for_questions()
    run_job(world, work)
    assert set(active(world)) == {DENMARK}


def test_a_removed_question_does_not_come_back_when_it_is_written_again(world: World) -> None:
    maker = at_work(world).proposer.question_maker
    assert maker is not None
    assert maker.make("fernhill", "shipping-abroad") == 1
    removed(world, DENMARK)

    assert maker.make("fernhill", "shipping-abroad") == 0
    assert active(world) == {}


class Killed(BaseException):
    """Ends the process; no handler sees it."""


class DyingRegistry(IndexRegistry):
    """Of a process that is killed when it looks there."""

    def index_for(self, database: Database, brand_id: str) -> TemplateIndex:
        raise Killed
