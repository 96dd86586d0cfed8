"""Whether a way on is left: a lead finishes an item in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from sqlmodel import Session

from replyassist.core.database import Database
from replyassist.core.errors import VersionConflict
from replyassist.delivery.service import OpenConnection
from replyassist.review import approving, decisions, repository
from replyassist.review.models import Approval, ReviewItem, ReviewStatus
from replyassist.review.views import detail
from replyassist.testing import FakeClock, FakeJobQueue
from replyassist.worker import Worker

from .channel import Platform
from .machine import in_order
from .people import OWN_WORDS
from .stage import Stage

FINAL = (ReviewStatus.SENT, ReviewStatus.WITHDRAWN)
OPEN = (ReviewStatus.PENDING, ReviewStatus.ESCALATED)
MOVING = (ReviewStatus.APPROVED, ReviewStatus.SENDING)
MOST_ACTS = 12


class OneTransaction(Database):
    """A database of which every transaction is a part of one that somebody else ends."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        yield self._session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self._session.begin_nested():
            yield self._session


@dataclass
class Trial:
    """A lead, a worker and a platform that works, in one transaction."""

    session: Session
    stage: Stage
    worker: Worker
    clock: FakeClock
    jobs: FakeJobQueue

    def finish(self, item_id: int, *, rejecting: bool) -> list[str]:
        """Bring an item to its end; the statuses on the way. Fails where no way is left."""
        way: list[str] = []
        while len(way) < MOST_ACTS:
            item = self.session.get_one(ReviewItem, item_id)
            self.session.refresh(item)
            status = ReviewStatus(item.status)
            way.append(status)
            if status in FINAL or (rejecting and status is ReviewStatus.REJECTED and len(way) > 1):
                detail(self.session, item, now=self.clock.now())
                return way
            if status in MOVING:
                self._deliver(item)
            elif status not in OPEN:
                self._decide(item, "take_back")
            elif rejecting:
                self._decide(item, "reject", reason="no")
            else:
                self._approve(item)
        raise AssertionError(f"no way out for item {item_id}: {way}")

    def _decide(self, item: ReviewItem, act: str, **more: str) -> None:
        decide = getattr(decisions, act)
        now, jobs, lead = self.clock.now(), self.jobs, self.stage.lead
        decide(self.session, lead, item.id or 0, version=item.version, jobs=jobs, now=now, **more)

    def _approve(self, item: ReviewItem) -> None:
        lead, minutes = self.stage.lead, self.worker.settings.claim_minutes
        decisions.claim(self.session, lead, item.id or 0, now=self.clock.now(), minutes=minutes)
        if item.is_redrafting:
            self.worker.redraft(item.id or 0, item.redraft_attempt)
            self.session.refresh(item)
        read = approving.checked(self.session, lead, item.id or 0, item.draft or OWN_WORDS)
        try:
            approving.approve(
                self.session,
                lead,
                item.id or 0,
                version=item.version,
                text=read,
                accept_findings=True,
                jobs=self.jobs,
                now=self.clock.now(),
                send_delay_seconds=0,
            )
        except VersionConflict:  # the template has changed
            version = item.version
            decisions.redraft(
                self.session,
                lead,
                item.id or 0,
                version=version,
                instruction="",
                template_id=None,
                jobs=self.jobs,
                now=self.clock.now(),
            )
            self.worker.redraft(item.id or 0, item.redraft_attempt)

    def _deliver(self, item: ReviewItem) -> None:
        """Its job may be lost: the reconciler gives it another, under the next number. It may be for a later time."""
        due = self.session.get_one(Approval, item.approval_id).send_at
        self.clock.time = max(self.clock.time, due or self.clock.time)
        assert repository.next_attempt(self.session, item)
        self.session.refresh(item)
        self.worker.deliver(item.approval_id or 0, item.attempt)


def has_a_way_on(stage: Stage, item_id: int) -> None:
    """From where the item stands a lead can send a reply, and can reject it; nothing of that is kept."""
    for rejecting in (False, True):
        with stage.world.database.writing() as session:
            clock = FakeClock(stage.world.clock.now() + timedelta(minutes=stage.world.settings.claim_minutes + 1))
            jobs, platform = FakeJobQueue(), Platform(stage.platform.repeat, stage.platform.place)
            worker = replace(
                in_order(stage.worker, database=OneTransaction(session), clock=clock),
                jobs=jobs,
                connect=partial(_connected, platform),
            )
            Trial(session, stage, worker, clock, jobs).finish(item_id, rejecting=rejecting)
            session.rollback()


def _connected(platform: Platform, _session: Session, _item: ReviewItem) -> OpenConnection:
    return OpenConnection("webhook", platform, platform.address)
