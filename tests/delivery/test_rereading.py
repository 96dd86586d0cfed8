"""What a platform tells by no event is noticed before sending, on a platform in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from replyassist.channels import OutgoingReply
from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryRefused, RateLimited
from replyassist.inbox.models import Message
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.notices import EDITED, PARTLY_DELETED
from replyassist.review.queue import enqueue_proposal
from tests.channels.harness import QUESTION
from tests.channels.stage import Stage
from tests.channels.test_fake_platform import FakeHarness
from tests.review.test_decisions import approve
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def harness(world: World) -> FakeHarness:
    return FakeHarness(world, "reread")


@pytest.fixture
def stage(world: World, harness: FakeHarness) -> Iterator[Stage]:
    made = Stage(world, harness)
    yield made
    made.platform.inner.close()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DeliveryNotMade("no answer"), ReviewStatus.SENDING),
        (RateLimited("later", retry_after_s=25), ReviewStatus.SENDING),
        (DeliveryRefused("no"), ReviewStatus.FAILED),
        (KeyError("content"), ReviewStatus.SENDING),
    ],
)
def test_nothing_is_sent_unchecked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception, status: ReviewStatus
) -> None:
    item = stage.approved()

    def fail(_: OutgoingReply) -> None:
        raise error

    monkeypatch.setattr(stage.platform, "reread", fail)
    stage.run(stage.world.jobs.take("deliver"))
    assert stage.world.reload(item).status == status
    assert stage.posted() == []
    if isinstance(error, DeliveryError) and status is ReviewStatus.SENDING:
        stage.later(26)
        stage.run()  # the next attempt has a platform of its own
        assert stage.world.reload(item).status == ReviewStatus.SENT


def test_every_attempt_reads_again(stage: Stage, harness: FakeHarness) -> None:
    item = stage.approved()
    harness.peer.wait_seconds = 25
    stage.run()
    (message,) = [post for post in harness.peer.posts.values() if post.author == "tom"]
    harness.edit(message.id, "do you ship to Sweden?")
    stage.later(26)
    stage.run()
    item = stage.world.reload(item)
    assert (item.status, item.notice) == (ReviewStatus.PENDING, EDITED)
    assert stage.posted() == []


def test_what_may_have_left_before_the_edit_is_shown_to_a_person(stage: Stage, harness: FakeHarness) -> None:
    item = stage.approved()
    harness.peer.lose = "after"
    stage.run()
    (message,) = [post for post in harness.peer.posts.values() if post.author == "tom"]
    harness.edit(message.id, "do you ship to Sweden?")
    stage.later(stage.lag + 1)
    stage.run()
    assert stage.world.reload(item).status == ReviewStatus.UNCERTAIN
    assert len(stage.posted()) == 1


def test_an_edit_that_was_known_before_holds_nothing_up(stage: Stage, harness: FakeHarness) -> None:
    asked = harness.write("do you ship to Norwya??")
    stage.take(harness.events(stage.account))
    harness.edit(asked, QUESTION)
    stage.take(harness.events(stage.account))
    item = _item(stage, asked)
    approve(stage.world, stage.world.person(), item, accept_findings=True)
    stage.run()
    assert stage.world.reload(item).status == ReviewStatus.SENT


def test_each_part_of_a_message_is_read(stage: Stage, harness: FakeHarness) -> None:
    first, second = harness.write(QUESTION), harness.write("and to Sweden?")
    stage.take(harness.events(stage.account))
    item = _item(stage, first)
    approve(stage.world, stage.world.person(), item, accept_findings=True)
    harness.delete(second)
    stage.run()
    item = stage.world.reload(item)
    assert (item.status, item.notice) == (ReviewStatus.PENDING, PARTLY_DELETED)
    assert stage.posted() == []


def _item(stage: Stage, external_id: str) -> ReviewItem:
    stored: Message | None = stage.message(external_id)
    assert stored is not None
    with stage.world.database.writing() as session:
        item = enqueue_proposal(session, stored.id or 0, stage.world.proposal(), now=stage.world.clock.now())
    assert item is not None
    return item
