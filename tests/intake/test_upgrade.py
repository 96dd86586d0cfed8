"""A database with rows of the time before threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from sqlmodel import Session, text

from replyassist.core.database import Database, alembic_config
from replyassist.inbox.models import Message
from replyassist.inbox.service import load
from replyassist.proposal import Proposal
from replyassist.review.models import ReviewItem
from replyassist.review.surroundings import surroundings
from replyassist.review.thread_findings import thread_findings
from replyassist.triage import Route, triage
from tests.world import voice

DOCUMENTS = {
    "proposal": Proposal(route=Route.DRAFT, reason="", triage=triage("hi")).model_dump_json(),
    "voice": voice().model_dump_json(),
}
ROWS = (
    "INSERT INTO brand (id, name, voice, voice_version, faq_revision, created_at) "
    "VALUES ('fernhill', 'Fernhill', :voice, 'v', 0, '2026-11-22')",
    "INSERT INTO author (id, brand_id, channel, external_id) VALUES (1, 'fernhill', 'instagram', '9911')",
    "INSERT INTO conversation (id, brand_id, channel, external_id, visibility, last_message_id) "
    "VALUES (1, 'fernhill', 'instagram', 'post-1', 'public', 2)",
    *(
        "INSERT INTO message (id, brand_id, channel, external_id, conversation_id, author_id, text, posted_at, "
        f"received_at, attributes, status, attempt) VALUES ({number}, 'fernhill', 'instagram', 'm-{number}', 1, 1, "
        f"'hi', '2026-11-22 09:30:00.000000', '2026-11-22 09:30:00.000000', '{{}}', '{status}', 0)"
        for number, status in ((1, "queued"), (2, "received"))
    ),
    "INSERT INTO review_item (id, message_id, brand_id, channel, status, version, urgency, risk, route, draft, "
    "drafted_by, proposal, redraft_attempt, is_redrafting, attempt, seen_event, is_escalated, created_at, updated_at) "
    "VALUES (1, 1, 'fernhill', 'instagram', 'pending', 1, 0, 'low', 'draft', 'Hi!', 'template', :proposal, 0, false, "
    "0, 1, false, '2026-11-22', '2026-11-22')",
)


@pytest.fixture
def upgraded(database_url: str) -> Iterator[Database]:
    """Made at version 0003, filled, and brought up to date."""
    database = Database(database_url)
    command.upgrade(alembic_config(database_url), "0003")
    with database.writing() as session:
        for row in ROWS:
            given = {name: document for name, document in DOCUMENTS.items() if f":{name}" in row}
            session.connection().execute(text(row), given)
    database.upgrade()
    yield database
    database.dispose()


def test_messages_of_earlier_versions_came_in_whole_and_unchanged(upgraded: Database) -> None:
    with upgraded.reading() as session:
        stored = load(session, 1)
        assert (stored.text, stored.is_withdrawn, stored.attachments) == ("hi", False, ())
        assert (stored.message.direction, stored.message.revision, stored.message.part_of_id) == ("in", 0, None)
        assert session.get_one(Message, 2).status == "received"


def test_items_of_earlier_versions_are_read_as_drafted_for_what_they_show(upgraded: Database) -> None:
    with upgraded.reading() as session:
        assert rules(session) == ["thread.newer"]
    with upgraded.writing() as session:
        session.connection().execute(text("DELETE FROM message WHERE id = 2"))
    with upgraded.reading() as session:
        assert rules(session) == []


def rules(session: Session) -> list[str]:
    item = session.get_one(ReviewItem, 1)
    return [finding.rule for finding in thread_findings(item, surroundings(session, item))]
