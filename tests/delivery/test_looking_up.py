"""What is found at a platform after a doubtful attempt: it counts once, and for one reply."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select

from replyassist.channels import OutgoingReply, Repeat
from replyassist.core.errors import DeliveryError, DeliveryUncertain
from replyassist.delivery.models import Delivery
from replyassist.review.models import ReviewStatus
from tests.delivery.test_delivery import FakeChannel, approved, run
from tests.world import World


@dataclass
class ByItsText(FakeChannel):
    """Finds the first reply of ours that has the same words, as platforms do that know no key."""

    repeat: Repeat = Repeat.LOOK_UP

    def find(self, reply: OutgoingReply) -> str | None:
        return next((f"p-{known.key}" for known in self.sent if known.text == reply.text), None)


def test_what_is_found_is_not_taken_for_a_reply_where_it_is_another_ones(world: World) -> None:
    channel = ByItsText(errors=[None, DeliveryError("no answer")])  # the second never arrives
    first, second = approved(world), approved(world)
    for _ in range(2):
        run(world, channel)
    world.clock.advance(minutes=1)
    run(world, channel)

    assert len(channel.sent) == 1
    assert [world.reload(each).status for each in (first, second)] == [ReviewStatus.SENT, ReviewStatus.UNCERTAIN]
    assert "another reply" in (world.reload(second).notice or "")
    with world.database.reading() as session:
        ids = session.exec(select(Delivery.platform_id).order_by(col(Delivery.id))).all()
    assert ids == [f"p-{channel.sent[0].key}", None]


def test_what_no_other_reply_has_is_ones_own(world: World) -> None:
    channel = ByItsText(errors=[DeliveryUncertain("no answer")])
    item = approved(world)
    for _ in range(2):
        run(world, channel)

    assert len(channel.sent) == 1
    assert world.reload(item).status == ReviewStatus.SENT
