"""Who changed which template, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from replyassist.core.errors import NotFound, VersionConflict
from replyassist.faq import repository, service
from replyassist.faq.models import TemplateChangeRow
from tests.world import BRAND, World, shipping

EARLIER, LATER = shipping(), shipping(title="Abroad")


def done(session: Session) -> list[tuple[str, str, str]]:
    found = repository.changes(session, BRAND, EARLIER.id, limit=10)
    return [(change.act, change.actor, change.version) for change in found]


def test_every_act_is_kept_with_its_author_the_newest_first(world: World) -> None:
    now = world.clock.now()
    with world.database.writing() as session:
        service.change_template(session, BRAND, LATER, by="Lea", now=now)
        service.change_template(session, BRAND, LATER, by="Nobody", now=now)
        service.change_template(session, BRAND, EARLIER, by="Ana", now=now)
        service.confirm_template(session, BRAND, EARLIER.id, expected_version=EARLIER.version, by="Lea", now=now)
        service.delete_template(session, BRAND, EARLIER.id, by="Lea", now=now)
        service.put_template(session, BRAND, EARLIER, by="Ana", now=now)

        assert done(session) == [
            ("brought_back", "Ana", EARLIER.version),
            ("retired", "Lea", EARLIER.version),
            ("confirmed", "Lea", EARLIER.version),
            ("changed", "Ana", EARLIER.version),
            ("changed", "Lea", LATER.version),
            ("added", "", EARLIER.version),
        ]


def test_older_changes_follow_page_by_page(world: World) -> None:
    with world.database.writing() as session:
        service.change_template(session, BRAND, LATER, by="Lea", now=world.clock.now())
        (newest,) = repository.changes(session, BRAND, EARLIER.id, limit=1)
        (older,) = repository.changes(session, BRAND, EARLIER.id, before=newest.id, limit=5)

    assert (newest.act, older.act) == ("changed", "added")


def test_a_confirmation_is_of_the_version_that_was_seen(world: World) -> None:
    now = world.clock.now()
    with world.database.writing() as session:
        with pytest.raises(VersionConflict):
            service.confirm_template(session, BRAND, EARLIER.id, expected_version="another", by="Lea", now=now)
        with pytest.raises(NotFound):
            service.confirm_template(session, BRAND, "nothing", expected_version="another", by="Lea", now=now)


def test_a_confirmation_counts_as_a_change_does_and_changes_nothing(world: World) -> None:
    with world.database.reading() as session:
        before = service.faq_revision(session, BRAND)
    world.clock.advance(days=3)
    with world.database.writing() as session:
        service.confirm_template(
            session, BRAND, EARLIER.id, expected_version=EARLIER.version, by="Lea", now=world.clock.now()
        )
    with world.database.reading() as session:
        stored = service.stored_template(session, BRAND, EARLIER.id)
        assert stored.right_since == world.clock.now()
        assert stored.updated_at < stored.right_since
        assert service.faq_revision(session, BRAND) == before


def test_what_was_done_cannot_be_undone(world: World) -> None:
    with pytest.raises(DBAPIError, match="append-only"), world.database.writing() as session:
        session.exec(delete(TemplateChangeRow))
