"""What colleagues tell each other reaches no model, no draft and no platform."""

from __future__ import annotations

import json

from replyassist.core.security import Role
from replyassist.delivery.service import outbox_folder
from replyassist.review.teamwork import notes
from replyassist.testing import FakeChatModel
from tests.review.test_decisions import approve
from tests.test_worker import GOOD, worker
from tests.world import World

SECRET = "zebra crossing at midnight"


def test_a_note_is_part_of_no_prompt_no_draft_and_no_reply(world: World) -> None:
    person, model = world.person(Role.LEAD), FakeChatModel([GOOD])
    item = world.item()
    with world.database.writing() as session:
        notes.add_note(session, person, item.id or 0, text=f"do you ship? {SECRET}", now=world.clock.now())
    work = worker(world, model)
    item = world.redraft(item, person, "shorter")
    work.redraft(*world.jobs.take("redraft").arguments)
    world.message(conversation={"external_id": "post-1", "visibility": "public"}, text="and to Sweden?")
    work.draft(*world.jobs.take("draft").arguments)
    assert model.calls
    asked = json.dumps([[message.content for message in call.messages] for call in model.calls])
    assert SECRET not in asked
    item = world.reload(item)
    assert SECRET not in item.proposal.model_dump_json()
    approve(world, person, item)
    work.deliver(*world.jobs.take("deliver").arguments)
    files = [path for path in outbox_folder(world.settings).rglob("*") if path.is_file()]
    sent = "".join(path.read_text(encoding="utf-8") for path in files)
    assert GOOD in sent
    assert SECRET not in sent
