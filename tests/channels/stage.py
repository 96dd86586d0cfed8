"""The world with one connected account, from what the peer tells to the reply that stands there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlmodel import select

from replyassist.brands.room import mention_of, room_of
from replyassist.channels import (
    Account,
    Adapter,
    Credentials,
    Event,
    NewMessage,
    OutgoingReply,
    Platform,
    ThreadPlace,
)
from replyassist.channels.models import Connection
from replyassist.core.errors import DeliveryError, DeliveryUncertain
from replyassist.core.jobs import Fence, Job
from replyassist.delivery import attempts, outbox
from replyassist.delivery.models import Delivery
from replyassist.delivery.service import OpenConnection, deliver, route_of
from replyassist.inbox.models import Message
from replyassist.inbox.repository import find_message
from replyassist.inbox.schemas import MessageIn
from replyassist.intake.events import take_events
from replyassist.review.models import ReviewItem
from replyassist.review.queue import enqueue_proposal
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World

from .harness import QUESTION, Harness

MOST = 50_000
"""Characters of a text that no platform takes."""


class Faulty(Platform):
    """Stands before a platform and does what its peer cannot be told to."""

    def __init__(self, opened: Callable[[], Platform]) -> None:
        self._opened = opened
        self.lose = ""
        self.error: DeliveryError | None = None
        self.hides = False
        self.sends = 0
        self._open()

    def _open(self) -> None:
        self.inner = self._opened()
        for name in ("as_sent", "counting", "prepare", "reread", "thread", "test"):
            setattr(self, name, getattr(self.inner, name))

    def close(self) -> None:
        """The next job has a platform of its own."""
        self.inner.close()
        self._open()

    @property
    def traits(self) -> Any:
        return self.inner.traits

    @property
    def address(self) -> str:
        return self.inner.address

    def find(self, reply: OutgoingReply) -> str | None:
        return None if self.hides else self.inner.find(reply)

    def send(self, reply: OutgoingReply) -> str:
        self.sends += 1
        error, self.error = self.error, None
        lose, self.lose = self.lose, ""
        if error is not None:
            raise error
        if lose == "before":
            raise DeliveryUncertain("no answer")
        sent = self.inner.send(reply)
        if lose == "after":
            raise DeliveryUncertain("no answer")
        return sent


class Silent(Platform):
    """Of an adapter that sends nothing."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter

    @property
    def traits(self) -> Any:
        return self._adapter.traits

    def send(self, reply: OutgoingReply) -> str:
        raise AssertionError("nothing can be sent")


class Stage:
    """The world with one connected account, and its platform."""

    def __init__(self, world: World, harness: Harness) -> None:
        self.world, self.harness = world, harness
        harness.world = world
        world.clock.time = datetime.now(UTC)
        traits = harness.adapter.traits
        self.connection: Connection = world.connect(
            traits.name, traits.name, account=harness.account, **harness.credentials()
        )
        self.account = Account(BRAND, traits.name, harness.account, Credentials(harness.credentials()))
        self.platform = Faulty(self._opened)

    def _opened(self) -> Platform:
        opened = self.harness.adapter.platform
        return opened(self.account, self.harness.runtime) if opened else Silent(self.harness.adapter)

    def take(self, events: Sequence[Event]) -> int:
        """Take events in, as a webhook or a reading does."""
        world = self.world
        with world.database.writing() as session:
            return take_events(
                session,
                self.connection,
                events,
                jobs=world.jobs,
                settings=world.settings,
                now=world.clock.now(),
            )

    def message(self, external_id: str) -> Message | None:
        """The message as it is stored."""
        with self.world.database.reading() as session:
            return find_message(session, BRAND, self.connection.channel, external_id)

    def written(self) -> MessageIn:
        """Tom wrote; the message as the adapter brings it."""
        external_id = self.harness.write(QUESTION)
        for event in self.harness.events(self.account):
            if isinstance(event, NewMessage) and event.message.external_id == external_id:
                return event.message
        raise AssertionError("the adapter does not bring what was written")

    def item(self) -> ReviewItem:
        """A message with its draft in the queue."""
        message = self.written()
        self.take([NewMessage(message)])
        return self._queued(message.external_id)

    def _queued(self, external_id: str) -> ReviewItem:
        stored = self.message(external_id)
        assert stored is not None
        with self.world.database.writing() as session:
            item = enqueue_proposal(session, stored.id or 0, self.world.proposal(), now=self.world.clock.now())
            assert item is not None
            return item

    def approved(self) -> ReviewItem:
        """A reply that a person approved."""
        return approve(self.world, self.world.person(), self.item(), accept_findings=True)

    def approved_for(self, external_id: str) -> ReviewItem:
        """A reply that a person approved, to a message that was taken in."""
        return approve(self.world, self.world.person(), self._queued(external_id), accept_findings=True)

    def sent(self, item: ReviewItem) -> str:
        """The id that the reply to an item has at the peer."""
        with self.world.database.reading() as session:
            statement = select(Delivery.platform_id).where(Delivery.approval_id == self.world.reload(item).approval_id)
            return session.exec(statement).one() or ""

    def job(self) -> Job:
        """The next delivery."""
        return self.world.jobs.take("deliver")

    def run(self, job: Job | None = None) -> None:
        """Deliver what is planned."""
        deliver(
            *(job or self.job()).arguments,
            database=self.world.database,
            connect=lambda _session, _item: self.connected,
            jobs=self.world.jobs,
            clock=self.world.clock,
            settings=self.world.settings,
        )

    @property
    def connected(self) -> OpenConnection:
        """What replies leave by."""
        name = self.connection.platform
        return OpenConnection(name, self.platform, self.platform.address or self.harness.account, self.connection.id)

    def run_until_killed(self, *, sends: bool) -> None:
        """An attempt whose process dies just before or just after the platform is called; then it is due again."""
        world, job = self.world, self.job()
        with world.database.writing() as session:
            claimed = outbox.claim(
                session,
                *job.arguments,
                route=route_of(self.connected),
                jobs=world.jobs,
                attempts=10,
                attempt_seconds=world.settings.delivery_deadline_seconds,
                now=world.clock.now(),
            )
        assert claimed is not None
        prepared = attempts.prepare(claimed, self.platform)
        assert isinstance(prepared, attempts.Claimed)
        with world.database.writing() as session:
            assert outbox.begin(session, prepared, now=world.clock.now())
        if sends:
            attempts.send(prepared, self.platform, Fence(60))
        self.revive()

    def revive(self) -> None:
        """What lost its job gets another, as the reconciler does; the time of a lag has passed."""
        from replyassist.review import repository as reviews
        from replyassist.review.decisions import deliver_job

        self.later(self.lag + 1)
        with self.world.database.writing() as session:
            item = session.exec(select(ReviewItem)).one()
            assert reviews.next_attempt(session, item)
            self.world.jobs.enqueue(session, deliver_job(item.approval_id, item.attempt + 1))

    @property
    def lag(self) -> float:
        """For how many seconds after an attempt began it may not be found yet."""
        return self.world.settings.delivery_deadline_seconds + self.harness.adapter.traits.find_lag.total_seconds()

    def later(self, seconds: float) -> None:
        """Time passes."""
        self.world.clock.advance(seconds=seconds)
        self.harness.wait_for_time(seconds)

    def delivery(self) -> Delivery:
        """The one delivery."""
        with self.world.database.reading() as session:
            return session.exec(select(Delivery)).one()

    def posted(self) -> list[str]:
        """Our replies at the peer that end with the approved text."""
        return [text for text in self.harness.posted() if text.endswith(DRAFT)]

    def longest_approved(self, letter: str, message: MessageIn | None = None) -> OutgoingReply:
        """A reply with as many of the letter, then of "a", as an approval lets through where the brand has no limit."""
        reply, traits = self.reply("", message), self.harness.adapter.traits
        mention = mention_of(reply.channel, reply.visibility, handle=reply.author_handle, metadata=reply.metadata)
        counts_as = traits.counts_as or reply.channel
        room = room_of(counts_as, reply.visibility, least=0, most=MOST, mention=mention)
        text = letter * room.beginning(letter * MOST)
        while room.fits(text + "a"):
            text += "a"
        return replace(reply, text=text)

    def reply(self, text: str, message: MessageIn | None = None) -> OutgoingReply:
        """A reply of another text, beside the queue."""
        message = message or self.written()
        return OutgoingReply(
            key="reply-of-another-length",
            brand=BRAND,
            channel=self.connection.channel,
            text=text,
            in_reply_to=message.external_id,
            conversation=message.conversation.external_id,
            visibility=message.conversation.visibility,
            author=message.author.external_id,
            author_handle=message.author.handle,
            approved_by="Ana",
            approved_at=self.world.clock.now(),
            message_at=message.posted_at,
            metadata=message.metadata,
            answers=(ThreadPlace(message.external_id, message.conversation.external_id, message.metadata),),
        )
