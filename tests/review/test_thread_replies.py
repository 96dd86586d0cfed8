"""The last replies of a thread and of a brand: which, in what order, and at a cost that does not grow with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from alembic import command
from sqlalchemy import insert
from sqlmodel import Session, SQLModel, select

from replyassist.core.database import alembic_config
from replyassist.inbox.models import Message
from replyassist.inbox.repository import last_replies_elsewhere
from replyassist.inbox.service import load
from replyassist.review.models import SENT_ACT, AuditEntry, ReviewItem, ReviewStatus
from replyassist.review.repository import approved
from replyassist.review.repository.approved import (
    approved_texts,
    exemplary_replies,
    replies_in_threads,
    sent_replies,
)
from replyassist_bench.engine.history import keep_sent
from tests.delivery.test_delivery import FakeChannel, run
from tests.intake.test_ours import ours
from tests.intake.test_parts import POST
from tests.review.test_decisions import approve
from tests.statements import rows_read
from tests.world import BRAND, DRAFT, World

ITEMS: Any = SQLModel.metadata.tables["review_item"]
FEW, MANY = 150, 1500
BEFORE = "0028"
"""The version before an item knew its conversation."""
BY_THREAD: dict[str, Callable[[Session, int], object]] = {
    "replies_in_threads": lambda session, thread: replies_in_threads(session, [thread], limit=3),
    "sent_replies": lambda session, thread: sent_replies(session, [thread]),
    "last_replies_elsewhere": lambda session, thread: last_replies_elsewhere(session, [thread], limit=3),
}
BY_BRAND: dict[str, Callable[[Session, str], object]] = {
    "approved_texts": lambda session, brand: approved_texts(session, brand, limit=20),
    "exemplary_replies": lambda session, brand: exemplary_replies(session, brand, limit=20),
}


def thread_of(world: World, item: ReviewItem) -> int:
    with world.database.reading() as session:
        return load(session, item.message_id).message.conversation_id


def with_replies(world: World, count: int, *, brand: str = BRAND) -> int:
    """A thread of a brand with so many sent replies."""
    who = world.person(brands=[BRAND, brand])
    item = approve(world, who, world.item(message={"brand": brand}), text=DRAFT)
    keep_sent(world.database, item.id or 0, count)
    return thread_of(world, item)


def cost(world: World, read: Callable[[Session, Any], Any], key: object) -> int:
    """What it takes to read of a thread or a brand, in a database that holds nothing that came later."""
    with world.database.reading() as session:
        assert read(session, key)
        return rows_read(session, partial(read, session, key))


@pytest.mark.parametrize("name", sorted(BY_THREAD))
def test_what_is_read_of_a_thread_does_not_grow_with_it(world: World, name: str) -> None:
    read = BY_THREAD[name]
    of_few, of_many = (cost(world, read, with_replies(world, count)) for count in (FEW, MANY))
    assert 0 < of_many < 1.3 * of_few


@pytest.mark.parametrize("name", sorted(BY_BRAND))
def test_what_a_draft_reads_of_a_brand_does_not_grow_with_what_it_sent(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approved, "NEWEST", 100)
    world.second_brand("acme")
    read = BY_BRAND[name]
    with_replies(world, FEW)
    of_few = cost(world, read, BRAND)
    with_replies(world, MANY, brand="acme")
    assert 0 < cost(world, read, "acme") < 1.3 * of_few


def in_thread(world: World, text: str) -> ReviewItem:
    """An approved reply to somebody else's comment under the one post."""
    name = f"author-{next(world.numbers)}"
    author = {"external_id": name, "handle": name, "name": "Tom"}
    item = world.item(message={"conversation": POST, "author": author})
    return approve(world, world.person(), item, text=text, accept_findings=True)


def send_all(world: World) -> None:
    """Send all that is approved at the same moment, what was approved last first."""
    channel = FakeChannel()
    world.jobs.planned.reverse()
    while any(job.name == "deliver" for job, _ in world.jobs.planned):
        run(world, channel)


def test_the_last_sent_replies_come_in_the_order_of_their_sending(world: World) -> None:
    first = [in_thread(world, f"{DRAFT} {number}") for number in range(3)]
    send_all(world)
    world.clock.advance(minutes=1)
    later = [in_thread(world, f"{DRAFT} {number}") for number in (3, 4)]
    send_all(world)
    in_thread(world, "Hi Tom! This one is approved and not sent.")
    thread, in_order = thread_of(world, first[0]), [*reversed(first), *reversed(later)]

    with world.database.reading() as session:
        sent = sent_replies(session, [thread])[thread]
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == SENT_ACT))
        moments = {entry.review_item_id: entry.at for entry in entries}
        assert sent_replies(session, [thread], limit=2)[thread] == sent[3:]
    assert [(reply.item_id, reply.message_id, reply.text, reply.at) for reply in sent] == [
        (item.id, item.message_id, item.final_text, moments[item.id or 0]) for item in in_order
    ]


def test_a_sent_item_is_where_it_is_since_its_reply_was_sent(world: World) -> None:
    """The index that finds the last ones has the one time, the reply tells the other."""
    item = in_thread(world, DRAFT)
    world.clock.advance(minutes=1)
    send_all(world)
    world.clock.advance(minutes=1)
    world.edit(world.key(item), "do you ship to Norway by Friday?")
    thread, now = thread_of(world, item), world.reload(item)

    with world.database.reading() as session:
        (reply,) = sent_replies(session, [thread])[thread]
    assert (now.status, now.moved_at) == (ReviewStatus.SENT, reply.at)
    assert now.updated_at > reply.at


def test_the_last_replies_of_each_thread_were_approved_and_stand_or_were_sent_elsewhere(world: World) -> None:
    here = [in_thread(world, f"{DRAFT} {number}") for number in range(3)]
    world.take_back(here[1], world.person())
    written = [ours(world, conversation=POST, text=text) for text in ("first", "as early", "deleted", "an echo")]
    with world.database.writing() as session:
        session.get_one(Message, written[2]).deleted_at = world.clock.now()
        session.get_one(Message, written[3]).echo_of_id = here[0].id
    other = approve(world, world.person(), world.item())
    threads = [thread_of(world, here[0]), thread_of(world, other)]

    with world.database.reading() as session:
        elsewhere = last_replies_elsewhere(session, threads, limit=9)
        assert [message.id for message in elsewhere] == [written[1], written[0]]
        assert last_replies_elsewhere(session, threads, limit=1) == elsewhere[:1]
        found = replies_in_threads(session, threads, limit=9)
        assert found == {threads[0]: (f"{DRAFT} 2", f"{DRAFT} 0", "as early", "first"), threads[1]: (DRAFT,)}
        assert replies_in_threads(session, threads, limit=3)[threads[0]] == found[threads[0]][:3]


def test_more_threads_than_one_statement_takes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replyassist.inbox.repository.PLACES_AT_ONCE", 2)
    items = [approve(world, world.person(), world.item()) for _ in range(5)]
    send_all(world)
    threads = [thread_of(world, item) for item in items]

    with world.database.reading() as session:
        assert replies_in_threads(session, [*threads, threads[0]], limit=3) == {each: (DRAFT,) for each in threads}
        sent = sent_replies(session, [*threads, threads[0]])
    assert {key: [reply.item_id for reply in replies] for key, replies in sent.items()} == {
        key: [item.id] for key, item in zip(threads, items, strict=True)
    }


def test_an_item_that_an_earlier_version_writes_or_wrote_knows_its_conversation(world: World) -> None:
    item = approve(world, world.person(), world.item())
    message_id, thread = world.message(), thread_of(world, item)
    with world.database.writing() as session:
        row = dict(session.connection().execute(select(ITEMS).where(ITEMS.c.id == item.id)).mappings().one())
        row |= {"id": 1000, "message_id": message_id, "approval_id": None}
        del row["conversation_id"]
        session.connection().execute(insert(ITEMS).values(row))
    with world.database.reading() as session:
        theirs = load(session, message_id).message.conversation_id
        assert session.get_one(ReviewItem, 1000).conversation_id == theirs

    command.downgrade(alembic_config(world.database.url), BEFORE)
    command.upgrade(alembic_config(world.database.url), "head")
    with world.database.reading() as session:
        known = {row.id: row.conversation_id for row in session.connection().execute(select(ITEMS))}
    assert known == {item.id: thread, 1000: theirs}
