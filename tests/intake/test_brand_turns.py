"""Brands take turns: the drafts of one start between those of another that sent many messages before."""

from __future__ import annotations

import pytest

from replyassist.core.job_runner import JobRunner
from replyassist.core.jobs import DbosJobQueue, JobQueue, prepare_job_tables
from replyassist.inbox import service
from replyassist.inbox.service import DRAFT_JOB
from replyassist.intake.service import take_in
from tests.core.jobs.tables import POLL, Recorder
from tests.world import BRAND, World, message_in

OTHER = "acme"
STORM = 50


def arrive(world: World, brand: str, count: int, jobs: JobQueue) -> list[int]:
    """Messages of a brand, one after the other; their ids."""
    ids = []
    for _ in range(count):
        with world.database.writing() as session:
            number = next(world.numbers)
            author = {"external_id": f"author-{number}"}
            incoming = message_in(number, brand=brand, author=author)
            taken = take_in(session, incoming, jobs=jobs, now=world.clock.now(), queue_limit=1000, group_seconds=0)
            ids.append(taken.message.id)
    return ids


def test_the_first_message_of_a_brand_waits_for_one_of_fifty_that_came_before_it(world: World) -> None:
    world.second_brand(OTHER)
    prepare_job_tables(world.database.url)
    queue, begun = DbosJobQueue(world.database.url), Recorder()
    storm = arrive(world, BRAND, STORM, queue)
    (other,) = arrive(world, OTHER, 1, queue)
    queue.close()

    with JobRunner(world.database.url, {DRAFT_JOB: begun}, poll_seconds=POLL):
        begun.wait_for(STORM + 1, seconds=60)
    order = [message_id for message_id, _attempt in begun.calls]
    assert order == [storm[0], other, *storm[1:]]


def test_a_message_waits_for_those_of_its_brand_counted_up_to_a_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_AHEAD", 3)
    world.second_brand(OTHER)
    first = arrive(world, BRAND, 5, world.jobs)
    second = arrive(world, OTHER, 2, world.jobs)

    ahead = {job.arguments[0]: job.priority for job, _ in world.jobs.planned}
    assert [ahead[message_id] for message_id in first] == [0, 1, 2, 3, 3]
    assert [ahead[message_id] for message_id in second] == [0, 1]
