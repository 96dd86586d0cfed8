from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from replyassist.core.accounts import Principal
from replyassist.core.errors import Forbidden, InvalidInput, NotFound, VersionConflict
from replyassist.core.security import Role
from replyassist.review import repository as reviews
from replyassist.review.models import ReviewItem
from replyassist.review.teamwork import notes
from replyassist.review.teamwork.live import LiveEvent, LiveFeed
from replyassist.review.teamwork.models import ItemNote
from replyassist.review.teamwork.presence import LEASE, LEFT_JUST_NOW, leave, look, look_on, lookers
from tests.world import World


def write(world: World, item: ReviewItem, who: Principal, said: str, version: int | None = None) -> ItemNote:
    with world.database.writing() as session:
        return notes.add_note(session, who, item.id or 0, text=said, version=version, now=world.clock.now())


def test_a_note_is_kept_as_it_was_written_and_moves_nothing(world: World) -> None:
    agent = world.person(Role.AGENT)
    item = world.item()
    note = write(world, item, agent, " ask the roaster first ")
    assert world.reload(item).version == item.version
    with world.database.reading() as session:
        assert [(each.author, each.text) for each in notes.notes_of(session, item.id or 0)] == [
            (agent.name, "ask the roaster first")
        ]
        last = reviews.audit_of(session, item.id or 0)[-1]
        assert (last.actor, last.act, last.reason, last.from_status) == (agent.name, "noted", "", "pending")
    for change in ("UPDATE item_note SET text = 'x'", "DELETE FROM item_note"):
        with pytest.raises(DatabaseError, match="append-only"), world.database.writing() as session:
            session.connection().execute(text(f"{change} WHERE id = {note.id}"))


def test_a_note_needs_words_the_right_person_and_the_version_where_one_is_given(world: World) -> None:
    item, agent = world.item(), world.person(Role.AGENT)
    for said in ("", " ", "x" * 2001, "a\x00b"):
        with pytest.raises(InvalidInput):
            write(world, item, agent, said)
    with pytest.raises(Forbidden):
        write(world, item, world.service(), "hello")
    with pytest.raises(NotFound):
        write(world, item, world.person(Role.AGENT, brands=[]), "hello")
    with pytest.raises(VersionConflict):
        write(world, item, agent, "hello", version=item.version + 1)


def test_who_is_named_is_told_and_reads_it_once(world: World) -> None:
    agent, lead = world.person(Role.AGENT), world.person(Role.LEAD)
    stranger, admin = world.person(Role.MANAGER, brands=[]), world.person(Role.ADMIN)
    item, other = world.item(), world.item()
    names = {who: who.name.replace(" ", ".") for who in (agent, lead, stranger, admin)}
    write(
        world,
        item,
        agent,
        f"@{names[lead].upper()}, @{names[stranger]} and @{names[agent]}: is it so? (@{names[admin]})",
    )
    write(world, other, agent, f"mail x@{names[lead]} or @{names[lead]}.")

    def unread(who: Principal) -> int:
        with world.database.reading() as session:
            return notes.count_unread(session, who)

    assert [unread(who) for who in (lead, stranger, agent, admin)] == [2, 0, 0, 1]
    with world.database.writing() as session:
        assert notes.mark_read(session, lead, item_id=item.id, now=world.clock.now()) == 1
        assert notes.mark_read(session, lead, item_id=item.id, now=world.clock.now()) == 0
    assert unread(lead) == 1
    with world.database.reading() as session:
        found = notes.mentions_of(session, lead, limit=10)
        assert [(each.note.review_item_id, each.is_read) for each in found] == [(other.id, False), (item.id, True)]
        assert [each.id for each in notes.mentions_of(session, lead, before=found[0].id, limit=10)] == [found[1].id]


def test_people_of_the_same_name_have_handles_of_their_own(world: World) -> None:
    from replyassist.core.accounts import User

    people = [world.person(Role.AGENT) for _ in range(3)]
    with world.database.writing() as session:
        for who in people:
            user = session.get(User, who.user_id)
            assert user is not None
            user.name = "Dana Wu"
        session.flush()
        found = {handle: user.id for handle, user in notes.handles(session, "fernhill").items()}
    assert found == {f"dana.wu{number}": who.user_id for number, who in zip(("", "2", "3"), people, strict=True)}


def test_open_pages_are_told_of_notes_claims_and_people(world: World) -> None:
    agent = world.person(Role.AGENT)
    item, now = world.item(), world.clock.now()
    feed = LiveFeed()
    with world.database.reading() as session:
        feed.open(session)
    write(world, item, agent, "hello")
    with world.database.writing() as session:
        found = session.get(ReviewItem, item.id)
        assert found is not None
        look(session, found, agent.user_id, now=now)
        look(session, found, agent.user_id, now=now)
    with world.database.reading() as session:
        assert feed.read(session) == [
            LiveEvent("note", item.id or 0, item.brand_id),
            LiveEvent("presence", item.id or 0, item.brand_id),
        ]
        assert feed.read(session) == []


def test_what_an_open_page_asked_before_its_goodbye_does_not_bring_it_back(world: World) -> None:
    agent, item, now = world.person(Role.AGENT), world.item(), world.clock.now()
    with world.database.writing() as session:
        look_on(session, item, agent.user_id, now=now)
        leave(session, item, agent.user_id, now=now)
        look_on(session, item, agent.user_id, now=now + LEFT_JUST_NOW / 2)
        assert lookers(session, item, without=[], now=now + LEFT_JUST_NOW / 2) == []
        look_on(session, item, agent.user_id, now=now + LEFT_JUST_NOW)
        assert lookers(session, item, without=[], now=now + LEFT_JUST_NOW) == [agent.name]
        leave(session, item, agent.user_id, now=now + LEFT_JUST_NOW)
        look(session, item, agent.user_id, now=now + LEFT_JUST_NOW)
        assert lookers(session, item, without=[], now=now + LEFT_JUST_NOW) == [agent.name]


def test_who_looks_is_known_for_as_long_as_their_page_is_open(world: World) -> None:
    agent, lead = world.person(Role.AGENT), world.person(Role.LEAD)
    item, now = world.item(), world.clock.now()
    with world.database.writing() as session:
        look(session, item, agent.user_id, now=now)
        look(session, item, lead.user_id, now=now)
        assert lookers(session, item, without=[lead.user_id], now=now) == [agent.name]
        assert lookers(session, item, without=[lead.user_id], now=now + LEASE) == []
        leave(session, item, agent.user_id, now=now)
        assert lookers(session, item, without=[lead.user_id], now=now) == []
