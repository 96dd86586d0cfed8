"""After a restore a person looks on the platform before anything that was under way is sent."""

from __future__ import annotations

from datetime import UTC, datetime

from replyassist.core.errors import DeliveryNotMade
from replyassist.delivery.restored import doubt_under_way
from replyassist.review.models import ReviewStatus
from tests.delivery.test_delivery import FakeChannel, approved, run
from tests.world import World


def test_what_was_approved_and_not_sent_goes_to_a_person_and_is_not_sent_by_itself(world: World) -> None:
    sent, channel = approved(world), FakeChannel()
    run(world, channel)
    tried = approved(world)
    run(world, FakeChannel(errors=[DeliveryNotMade("no connection")]))
    untried, undecided = approved(world), world.item()
    with world.database.writing() as session:
        made_at = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
        assert doubt_under_way(session, made_at=made_at, now=world.clock.now()) == 2

    for item in (tried, untried):
        assert world.reload(item).status == ReviewStatus.UNCERTAIN
        assert "restored from a back-up of 2026-11-22 09:30 UTC" in (world.reload(item).notice or "")
    assert world.reload(sent).status == ReviewStatus.SENT
    assert world.reload(undecided).status == ReviewStatus.PENDING
    for _ in range(2):
        run(world, channel)
    assert len(channel.sent) == 1
