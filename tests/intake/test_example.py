"""The sample thread that travels with the program."""

from __future__ import annotations

import pytest

from replyassist.core.resources import resource_folder
from replyassist.inbox.schemas import MessageIn
from replyassist.intake.service import take_in
from replyassist.review.queue import enqueue_proposal
from replyassist.review.views import summaries
from tests.intake.test_ours import rules
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_seven_messages_are_four_items_one_of_them_answered_already(world: World) -> None:
    lines = (resource_folder("examples") / "thread.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        with world.database.writing() as session:
            message, now = MessageIn.model_validate_json(line), world.clock.now()
            take_in(session, message, jobs=world.jobs, now=now, queue_limit=10, group_seconds=120)
    with world.database.writing() as session:
        ids = [job.arguments[0] for job, _ in world.jobs.planned]
        items = [enqueue_proposal(session, message_id, world.proposal(), now=world.clock.now()) for message_id in ids]
        found = [item for item in items if item is not None]
        shown = [summaries(session, [item], now=world.clock.now())[0].message for item in found]

    assert (len(lines), len(found)) == (7, 4)
    assert shown[0] == "hiya\ndo you post to Norway?\nand how long does it take"
    assert [rules(world, item) for item in found] == [[], ["thread.attachment"], ["thread.answered"], []]
