"""Short lives that end well: whatever became of an item, a person can bring it to an end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from replyassist.channels import OutgoingReply, Repeat
from replyassist.core.errors import Conflict, DeliveryRefused, DeliveryUncertain
from replyassist.faq.service import delete_template, put_template
from replyassist.review import decisions
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.repository import audit_of
from replyassist.review.views import detail
from tests.delivery.test_delivery import FakeChannel, approved, run
from tests.review.test_decisions import approve
from tests.test_worker import worker
from tests.world import BRAND, DRAFT, World, shipping

POST = {"external_id": "post-1", "visibility": "public"}


def decide(world: World, act: str, item: ReviewItem, **more: Any) -> ReviewItem:
    decision, now = getattr(decisions, act), world.clock.now()
    with world.database.writing() as session:
        done = decision(
            session, world.person(), item.id or 0, version=world.reload(item).version, jobs=world.jobs, now=now, **more
        )
    assert isinstance(done, ReviewItem)
    return done


def acts(world: World, item: ReviewItem) -> list[str]:
    with world.database.reading() as session:
        return [entry.act for entry in audit_of(session, item.id or 0)]


def write_again(world: World, hours: int = 1) -> None:
    later = world.clock.now() + timedelta(hours=hours)
    world.message(conversation=POST, text="and to Bergen?", posted_at=later)


def test_a_refused_reply_comes_back_is_approved_again_and_sent(world: World) -> None:
    channel = FakeChannel(errors=[DeliveryRefused("the comment is closed")])
    item = approved(world)
    run(world, channel)
    assert world.reload(item).status == ReviewStatus.FAILED

    write_again(world)
    item = decide(world, "take_back", item)
    approve(world, world.person(), item)
    run(world, channel)

    assert acts(world, item) == [
        "queued", "approved", "sending", "failed", "taken_back", "approved", "sending", "sent",
    ]  # fmt: skip
    assert [reply.text for reply in channel.sent] == [DRAFT]


def test_what_nobody_knows_to_have_arrived_comes_back_and_can_be_rejected(world: World) -> None:
    item = approved(world)
    run(world, FakeChannel(repeat=Repeat.NEITHER, errors=[DeliveryUncertain("no answer")]))
    write_again(world)

    item = decide(world, "take_back", item)
    assert (item.status, item.approval_id) == (ReviewStatus.PENDING, None)

    assert decide(world, "reject", item, reason="it arrived").status == ReviewStatus.REJECTED


def test_what_nobody_decided_in_time_comes_back_and_is_sent(world: World) -> None:
    item, channel = world.item(), FakeChannel()
    world.clock.advance(days=31)
    worker(world).reconciler.reconcile()
    assert world.reload(item).status == ReviewStatus.EXPIRED

    approve(world, world.person(), decide(world, "take_back", item))
    run(world, channel)

    assert world.reload(item).status == ReviewStatus.SENT


def test_a_deleted_message_that_stands_again_is_answered(world: World) -> None:
    item, channel = approved(world), FakeChannel()
    world.delete("m-2")
    run(world, channel)
    assert world.reload(item).status == ReviewStatus.WITHDRAWN

    world.edit("m-2", "do you ship to Norway??")
    approve(world, world.person(), world.reload(item))
    run(world, channel)

    assert [reply.text for reply in channel.sent] == [DRAFT]


@pytest.mark.parametrize("status", [ReviewStatus.APPROVED, ReviewStatus.REJECTED])
def test_what_was_decided_before_the_author_wrote_again_can_be_decided_anew(world: World, status: ReviewStatus) -> None:
    item, channel = world.item(message={"conversation": POST}), FakeChannel()
    item = (
        approve(world, world.person(), item)
        if status is ReviewStatus.APPROVED
        else decide(world, "reject", item, reason="not now")
    )
    write_again(world)
    if status is ReviewStatus.APPROVED:
        run(world, channel)
        assert channel.sent == []
        item = world.reload(item)
    else:
        item = decide(world, "take_back", item)

    approve(world, world.person(), item)
    run(world, channel)

    assert [reply.text for reply in channel.sent] == [DRAFT]


def test_a_template_that_somebody_picked_and_that_is_gone_leaves_the_others(world: World) -> None:
    returns = shipping(id="returns", title="Returns", questions=["can I send it back?"])
    with world.database.writing() as session:
        put_template(session, BRAND, returns, now=world.clock.now())
    item = world.item()
    decide(world, "redraft", item, instruction="", template_id="returns")
    worker(world).redraft(*world.jobs.take("redraft").arguments)
    with world.database.writing() as session:
        delete_template(session, BRAND, "returns", now=world.clock.now())

    decide(world, "redraft", item, instruction="", template_id=None)
    worker(world).redraft(*world.jobs.take("redraft").arguments)

    assert world.reload(item).template_id == "shipping-abroad"


class TestEscalating:
    def test_an_approval_is_taken_back_with_it(self, world: World) -> None:
        item, channel = approved(world), FakeChannel()
        item = decide(world, "escalate", item, reason="wait")
        run(world, channel)

        assert (item.status, item.approval_id, item.final_text) == (ReviewStatus.ESCALATED, None, None)
        assert channel.sent == []

    def test_what_is_being_sent_is_not_escalated_and_so_not_sent_twice(self, world: World) -> None:
        item = approved(world)

        class Slow(FakeChannel):
            def send(self, reply: OutgoingReply) -> str:
                with pytest.raises(Conflict, match="sending cannot be escalated"):
                    decide(world, "escalate", item, reason="wait")
                return super().send(reply)

        run(world, Slow())
        assert world.reload(item).status == ReviewStatus.SENT

    def test_a_withdrawn_item_is_not_put_before_a_lead(self, world: World) -> None:
        item = world.item()
        world.delete(world.key(item))

        with pytest.raises(Conflict, match="withdrawn cannot be escalated"):
            decide(world, "escalate", item, reason="look")


@pytest.mark.parametrize("error", [DeliveryRefused("no"), DeliveryUncertain("no answer")])
@pytest.mark.parametrize("act", ["take_back", "escalate"])
def test_what_comes_back_after_its_message_was_deleted_is_withdrawn(world: World, error: Any, act: str) -> None:
    item = approved(world)

    class Slow(FakeChannel):
        def send(self, reply: OutgoingReply) -> str:
            world.delete(world.key(item))
            raise error

    run(world, Slow(repeat=Repeat.NEITHER))

    item = decide(world, act, item, **({"reason": "look"} if act == "escalate" else {}))
    assert item.status == ReviewStatus.WITHDRAWN


def test_an_item_holds_its_own_message_under_any_number_of_later_comments(world: World) -> None:
    item = world.item(message={"conversation": POST})
    for number in range(60):
        author = {"external_id": f"other-{number}", "handle": None, "name": None}
        world.message(conversation=POST, author=author, posted_at=f"2026-11-22T10:{number:02}:00Z")

    with world.database.reading() as session:
        whole = detail(session, world.reload(item), now=world.clock.now())
    assert [line.text for line in whole.conversation if line.is_this] == ["do you ship to Norway??"]
