"""What an approval waits for in a conversation, and what it does not; the order of posting against that of arrival."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.errors import TextBlocked, VersionConflict
from replyassist.core.security import Role
from replyassist.inbox.service import load
from replyassist.review.checking import assess
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.surroundings import surroundings
from replyassist.review.thread import as_inbound
from replyassist.review.thread_findings import thread_findings
from replyassist.review.views import detail
from tests.delivery.test_delivery import FakeChannel, run
from tests.inbox.test_service import at_once
from tests.intake.test_ours import ours, rules
from tests.intake.test_parts import DM, POST, SOON
from tests.review.test_decisions import approve
from tests.world import LATER, World

STRANGER = {"external_id": "eve", "handle": "eve", "name": "Eve"}
EARLIER = "2026-11-22T08:00:00Z"


def approved_under_a_post(world: World) -> ReviewItem:
    message = {"conversation": POST, "external_id": "question", "in_reply_to": "top"}
    return approve(world, world.person(), world.item(message=message))


@pytest.mark.parametrize(
    ("event", "is_sent"),
    [
        ({"author": STRANGER}, True),
        ({"author": STRANGER, "in_reply_to": "elsewhere"}, True),
        ({"author": STRANGER, "in_reply_to": "question"}, False),
        ({"author": STRANGER, "in_reply_to": "top"}, False),
        ({"posted_at": LATER}, False),
        ({"author": STRANGER, "in_reply_to": "question", "posted_at": EARLIER}, True),
        ({"posted_at": EARLIER}, True),
    ],
)
def test_under_a_public_post_only_what_matters_returns_an_approval(
    world: World, event: dict[str, Any], is_sent: bool
) -> None:
    item, channel = approved_under_a_post(world), FakeChannel()
    world.message(**({"conversation": POST, "text": "me too", "posted_at": LATER} | event))
    run(world, channel)

    assert len(channel.sent) == is_sent
    now = world.reload(item)
    assert now.status == (ReviewStatus.SENT if is_sent else ReviewStatus.PENDING)
    assert is_sent or "there is a new message" in (now.notice or "")


def test_under_a_viral_post_a_reply_leaves_while_others_comment(world: World) -> None:
    item, channel = approved_under_a_post(world), FakeChannel()
    world.message(conversation=POST, author=STRANGER)  # so that the conversation and the author are there
    at_once(
        4,
        lambda number: (
            run(world, channel)
            if number == 0
            else world.message(conversation=POST, author=STRANGER, text=f"wow {number}", posted_at=LATER)
        ),
    )

    assert len(channel.sent) == 1
    assert world.reload(item).status == ReviewStatus.SENT


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_an_edit_or_deletion_of_an_answer_to_the_comment_returns_an_approval(world: World, change: str) -> None:
    item = world.item(message={"conversation": POST, "external_id": "question"})
    answer = {"author": STRANGER, "in_reply_to": "question", "external_id": "answer", "posted_at": LATER}
    world.message(conversation=POST, **answer)
    approve(world, world.person(), world.reload(item))
    world.edit("answer", "no, they do not") if change == "edit" else world.delete("answer")
    run(world, channel := FakeChannel())

    assert channel.sent == []


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_change_of_what_the_author_wrote_before_returns_an_approval(world: World, change: str) -> None:
    world.message(conversation=POST, external_id="before", posted_at=EARLIER)
    item = approve(world, world.person(), world.item(message={"conversation": POST}))
    world.edit("before", "I live in Sweden") if change == "edit" else world.delete("before")
    run(world, channel := FakeChannel())

    assert channel.sent == []
    assert world.reload(item).status == ReviewStatus.PENDING


def test_in_private_any_new_message_returns_an_approval(world: World) -> None:
    item, channel = approve(world, world.person(), world.item(message={"conversation": DM})), FakeChannel()
    world.message(conversation=DM, author=STRANGER, text="let me step in", posted_at=LATER)
    run(world, channel)

    assert channel.sent == []
    assert world.reload(item).status == ReviewStatus.PENDING


class TestOrder:
    def test_an_older_message_that_arrives_late_leaves_the_newer_one_alone(self, world: World) -> None:
        newer = world.item(message={"conversation": DM, "posted_at": LATER})
        late = world.item(message={"conversation": DM, "text": "hello, I have a question", "posted_at": EARLIER})

        assert (world.reload(newer).version, world.reload(newer).notice) == (1, None)
        assert (rules(world, newer), rules(world, late)) == ([], ["thread.newer"])
        assert approve(world, world.person(), newer).status == ReviewStatus.APPROVED

    def test_an_older_message_that_arrives_late_does_not_stop_the_sending(self, world: World) -> None:
        newer = approve(world, world.person(), world.item(message={"conversation": DM, "posted_at": LATER}))
        world.message(conversation=DM, posted_at=EARLIER)
        run(world, channel := FakeChannel())

        assert len(channel.sent) == 1
        assert world.reload(newer).status == ReviewStatus.SENT

    def test_a_newer_message_returns_what_was_seen_and_is_told(self, world: World) -> None:
        item, who = world.item(message={"conversation": DM}), world.person()
        world.message(conversation=DM, posted_at=LATER)

        with pytest.raises(VersionConflict):
            approve(world, who, item)
        assert rules(world, item) == ["thread.newer"]
        assert approve(world, who, world.reload(item)).status == ReviewStatus.APPROVED, "a manager who knows of it may"

    def test_of_what_was_posted_at_the_same_moment_the_later_arrival_is_newer(self, world: World) -> None:
        world.settings = world.settings.model_copy(update={"group_seconds": 0})
        first = world.item(message={"conversation": DM})
        second = world.item(message={"conversation": DM})

        assert (rules(world, first), rules(world, second)) == (["thread.newer"], [])

    def test_a_newer_message_that_is_deleted_is_none(self, world: World) -> None:
        item = world.item(message={"conversation": DM})
        world.message(conversation=DM, posted_at=LATER, external_id="newer")
        world.delete("newer")

        assert rules(world, item) == []

    def test_a_conversation_is_told_in_the_order_of_posting(self, world: World) -> None:
        item = world.item(message={"conversation": DM, "text": "third", "posted_at": LATER})
        for text, at in (("first", EARLIER), ("second", "2026-11-22T09:00:00Z")):
            world.message(conversation=DM, text=text, posted_at=at)

        with world.database.reading() as session:
            assert [line.text for line in detail(session, item, now=world.clock.now()).conversation] == [
                "first",
                "second",
                "third",
            ]

    def test_a_conversation_always_holds_the_message_itself(self, world: World) -> None:
        item = world.item(message={"conversation": POST, "text": "the oldest", "posted_at": EARLIER})
        for number in range(55):
            world.message(conversation=POST, author=STRANGER, text=f"wow {number}", posted_at=LATER)

        with world.database.reading() as session:
            lines = detail(session, item, now=world.clock.now()).conversation
        assert [line.text for line in lines if line.is_this] == ["the oldest"]
        assert lines[0].is_this


class TestFindings:
    def test_a_message_alone_has_none(self, world: World) -> None:
        assert rules(world, world.item(message={"conversation": DM})) == []

    def test_a_deleted_message_blocks(self, world: World) -> None:
        item = world.item(message={"conversation": DM})
        world.delete(world.key(item))

        with world.database.reading() as session:
            (finding,) = thread_findings(item, surroundings(session, item))
        assert (finding.rule, finding.severity) == ("thread.withdrawn", "block")

    def test_a_draft_of_other_words_says_so_until_it_is_made_anew(self, world: World) -> None:
        item = world.item(message={"conversation": DM})
        world.message(conversation=DM, text="to Bergen", posted_at=SOON)

        assert rules(world, item) == ["thread.changed"]

    @pytest.mark.parametrize(
        ("kind", "expected"), [("image", ["thread.attachment"]), ("file", ["thread.attachment"]), ("sticker", [])]
    )
    def test_what_nobody_has_looked_at_says_so(self, world: World, kind: str, expected: list[str]) -> None:
        item = world.item(message={"conversation": DM, "attachments": [{"kind": kind}]})

        assert rules(world, item) == expected

    def test_reading_them_changes_nothing(self, world: World) -> None:
        item = world.item(message={"conversation": DM})
        world.message(conversation=DM, posted_at=LATER)
        before = world.reload(item).version
        rules(world, item)

        assert world.reload(item).version == before

    def test_what_was_answered_elsewhere_is_not_ready_and_no_agent_sends_it(self, world: World) -> None:
        item, agent = world.item(message={"conversation": DM}), world.person(Role.AGENT)
        us = {"external_id": "page-1", "name": "Fernhill"}
        world.message(conversation=DM, direction="out", author=us, text="Yes, we do.", posted_at=LATER)
        item = world.reload(item)

        with world.database.reading() as session:
            assert assess(item, item.draft, surroundings(session, item), now=world.clock.now()).verdict == "needs_edit"
        with pytest.raises(TextBlocked, match="answered this elsewhere"):
            approve(world, agent, item)


def test_the_last_three_replies_of_a_thread_are_known_when_the_next_is_drafted(world: World) -> None:
    item = world.item(message={"conversation": DM})
    for number in range(5):
        ours(world, text=f"reply {number}", posted_at=f"2026-11-22T12:0{number}:00Z")

    with world.database.reading() as session:
        told = as_inbound(session, load(session, item.message_id)).earlier_replies
    assert told == ("reply 4", "reply 3", "reply 2")
