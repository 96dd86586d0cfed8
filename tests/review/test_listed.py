"""What a row repeats of its message and its proposal: kept in step, and filled in when the columns came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from alembic import command
from sqlmodel import col, select

from replyassist.core.database import alembic_config
from replyassist.core.security import Role
from replyassist.inbox.service import load
from replyassist.review import decisions
from replyassist.review.listed import of_message, of_proposal
from replyassist.review.models import ReviewItem, ReviewSearch
from tests.review.test_decisions import approve
from tests.review.test_page import drafted
from tests.world import World

OWN = ("moved_at", "escalated_at", "decided_by", "decided_at", "snoozed_until", "assigned_to")


def columns(world: World, item: ReviewItem) -> dict[str, Any]:
    with world.database.reading() as session:
        known = session.get_one(ReviewItem, item.id)
        derived = of_message(load(session, known.message_id)) | of_proposal(known.proposal)
        return {name: getattr(known, name) for name in (*derived, *OWN)}


def words(world: World, item: ReviewItem) -> tuple[str, str]:
    with world.database.reading() as session:
        found = session.exec(select(ReviewSearch).where(col(ReviewSearch.review_item_id) == item.id)).one()
        return found.words, found.facets


def some(world: World) -> list[ReviewItem]:
    """An item of each kind of history."""
    lead = world.person(Role.LEAD)
    waiting, approved, escalated, rejected = (drafted(world) for _ in range(4))
    world.clock.advance(minutes=5)
    approve(world, lead, approved)
    with world.database.writing() as session:
        arguments: dict[str, Any] = {"reason": "look", "jobs": world.jobs, "now": world.clock.now()}
        decisions.escalate(session, lead, escalated.id or 0, version=escalated.version, **arguments)
        decisions.reject(session, lead, rejected.id or 0, version=rejected.version, **arguments)
    return [waiting, approved, escalated, rejected]


def test_a_row_is_in_step_with_its_message_and_its_proposal(world: World) -> None:
    item = drafted(world)
    world.edit(world.key(item), "and to   Sweden?")
    with world.database.reading() as session:
        known = session.get_one(ReviewItem, item.id)
        for name, value in (of_message(load(session, known.message_id)) | of_proposal(known.proposal)).items():
            assert getattr(known, name) == value, name
    assert known.beginning == "and to Sweden?"
    assert known.matches[0]["template_id"] == "shipping-abroad"
    assert " sweden" in words(world, item)[0]
    assert " norway" not in words(world, item)[0]


def test_a_row_says_since_when_it_stands_so_and_who_decided(world: World) -> None:
    begun = world.clock.now()
    waiting, approved, escalated, rejected = (world.reload(item) for item in some(world))
    later = begun + timedelta(minutes=5)
    assert (waiting.moved_at, waiting.decided_by, waiting.decided_at) == (begun, None, None)
    assert (approved.moved_at, approved.decided_at) == (later, later)
    assert approved.decided_by == rejected.decided_by is not None
    assert (escalated.moved_at, escalated.escalated_at, escalated.decided_by) == (later, later, None)


def test_the_columns_of_items_that_were_there_before_are_filled(world: World) -> None:
    items = some(world)
    before = [(columns(world, item), words(world, item)) for item in items]
    assert all(found and facets for _, (found, facets) in before)

    command.downgrade(alembic_config(world.database.url), "0009")
    world.database.upgrade()

    assert [(columns(world, item), words(world, item)) for item in items] == before


def test_a_row_of_an_earlier_program_has_its_facets_too(world: World) -> None:
    """It names none of the new columns; the triggers keep the facets in step all the same."""
    item = drafted(world)
    with world.database.writing() as session:
        row = session.get_one(ReviewItem, item.id)
        row.channel = "tiktok"
        session.add(row)
    assert "_c" + b"tiktok".hex() in words(world, item)[1]
