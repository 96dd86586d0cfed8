"""Replies under replies: all of them lie in the conversation of what they answer, in whatever order they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlmodel import col, select

from replyassist.channels import Account, NewMessage
from replyassist.channels.events import message
from replyassist.inbox.models import Conversation, Message, MessageStatus
from replyassist.inbox.service import store
from replyassist.intake.events import take_events
from replyassist.review.models import ReviewItem
from tests.statements import counted
from tests.world import World

US, TOM = "us", "tom"
POST = "post-1"
CHAIN = (("a", TOM, POST), ("r", US, "a"), ("a2", TOM, "r"), ("r2", US, "a2"))
"""Tom asks under our post, we answer, he asks below that, we answer: id, author, and what it answers."""
ORDERS = ["".join(order) for order in permutations("0123")]


def event(world: World, number: int, channel: str = "instagram", **more: Any) -> NewMessage:
    """The message of the chain, as a platform tells it that names no more than what stands right above."""
    name, author, above = CHAIN[number]
    given: dict[str, Any] = {
        "author_id": author,
        "author_handle": author,
        "conversation_id": above,
        "posted_at": world.clock.now() + timedelta(seconds=number),
        "in_reply_to": above,
    }
    made = message(Account("fernhill", channel, US), name, f"message {name}", **(given | more))
    assert made is not None
    return made


def take(world: World, *batches: Sequence[NewMessage], channel: str = "instagram") -> None:
    connection = world.connect("fake", channel, account=US)
    for batch in batches:
        with world.database.writing() as session:
            take_events(
                session, connection, batch, jobs=world.jobs, settings=world.settings, now=world.clock.now()
            )  # fmt: skip


def places(world: World, channel: str = "instagram") -> dict[str, str]:
    """The conversation of each message."""
    with world.database.reading() as session:
        rows = session.exec(
            select(Message.external_id, Conversation.external_id)
            .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
            .where(Message.channel == channel)
        )
        return dict(rows.all())


def test_a_batch_is_one_conversation_and_what_is_answered_is_kept(world: World) -> None:
    for order in ORDERS[::3]:
        take(world, [event(world, int(number), order) for number in order], channel=order)
        assert places(world, order) == dict.fromkeys(("a", "r", "a2", "r2"), POST), order

    assert [job for job, _ in world.jobs.planned if job.name == "draft"] == []


def test_one_after_another_they_are_one_conversation_in_any_order(world: World) -> None:
    for order in ORDERS:
        take(world, *([event(world, int(number), order)] for number in order), channel=order)
        assert places(world, order) == dict.fromkeys(("a", "r", "a2", "r2"), POST), order

    with world.database.reading() as session:
        assert set(session.exec(select(Message.status))) == {MessageStatus.KEPT}, "each question is answered"
        assert set(session.exec(select(Conversation.external_id))) == {POST}, "none stays behind empty"


def test_an_item_follows_its_message_into_another_conversation(world: World) -> None:
    item = world.item(message={"external_id": "a2", "conversation": {"external_id": "r"}, "in_reply_to": "r"})
    take(world, [event(world, 0)], [event(world, 1)])

    assert places(world)["a2"] == POST
    with world.database.reading() as session:
        kept = session.exec(select(Message).where(Message.id == item.message_id)).one()
        assert session.exec(select(ReviewItem)).one().conversation_id == kept.conversation_id


def test_what_only_has_the_name_of_a_message_is_another_conversation(world: World) -> None:
    """Elsewhere numbers of conversations and of messages are counted by themselves, and may be the same."""
    take(world, [event(world, 1, in_reply_to=None)])
    take(world, [event(world, 0)])

    assert places(world) == {"a": POST, "r": "a"}


@pytest.mark.parametrize("first", [0, 1])
def test_what_is_private_stays_out_of_a_public_conversation(world: World, first: int) -> None:
    told = [event(world, 0), event(world, 1, visibility="private")]
    take(world, [told[first]], [told[1 - first]])

    assert places(world) == {"a": POST, "r": "a"}


def test_two_peoples_tickets_stay_two_although_one_refers_to_the_other(world: World) -> None:
    take(world, [event(world, 0, visibility="private", conversation_id="ticket-1")])
    follow_up = {"author_id": "ann", "conversation_id": "ticket-2", "in_reply_to": "a", "visibility": "private"}
    take(world, [event(world, 2, **follow_up)])

    assert places(world) == {"a": "ticket-1", "a2": "ticket-2"}


def test_another_channel_is_not_asked(world: World) -> None:
    take(world, [event(world, 0)])
    take(world, [event(world, 1, "tiktok")], channel="tiktok")

    assert places(world) | places(world, "tiktok") == {"a": POST, "r": "a"}


@pytest.mark.parametrize("answers", [None, "a"])
def test_all_of_it_is_one_question(world: World, answers: str | None) -> None:
    """What is answered, and what was kept below the message, are asked for with what else is known of it."""
    take(world, [event(world, 0)])
    incoming = event(world, 2, conversation_id="elsewhere", in_reply_to=answers).message
    with world.database.writing() as session, counted(world.database) as statements:
        assert store(session, incoming, now=world.clock.now(), queue_limit=10).is_new
        asked = [each for each in statements if each.startswith("SELECT") and "FOR NO KEY" not in each]
        written = [each.split()[2] for each in statements if each.startswith("INSERT")]

    assert len(asked) == 1
    assert written == (["conversation", "message"] if answers is None else ["message"])
    assert not [each for each in statements if each.startswith(("UPDATE", "DELETE"))]
