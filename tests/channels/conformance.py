"""What every adapter is held to. A test of an adapter subclasses Conformance and gives it a Harness:

    class TestBluesky(Conformance):
        @pytest.fixture
        def harness(self, world: World, ...) -> Harness: ...

The cases, and which of them a platform cannot show, are ``tests.channels.cases``. Each runs against the harness's
peer, real or fake, and through the whole of intake and delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from replyassist.channels import (
    Deleted,
    Edited,
    HookRequest,
    NewMessage,
    OutgoingReply,
    Repeat,
)
from replyassist.channels.events import short_id
from replyassist.core.errors import RateLimited, SignatureInvalid
from replyassist.core.jobs import Fence
from replyassist.delivery import attempts
from replyassist.delivery.models import DeliveryStatus
from replyassist.inbox.models import Message
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.notices import DELETED, EDITED
from tests.channels.cases import CASES
from tests.review.test_decisions import approve
from tests.world import World

from .harness import MALFORMED, QUESTION, Harness
from .stage import Stage

__all__ = ["MALFORMED", "QUESTION", "Conformance", "Harness", "Stage"]
RATE_SECONDS = 25.0
SIGNED_BEFORE = ("", "hmacsha256=")
"""What platforms put before a body when they sign it, where it is the same for each."""


class Everything(dict[str, str]):
    """A query in which every name stands for the same."""

    def __init__(self, value: str) -> None:
        super().__init__({"": value})

    def get(self, name: str, default: object = None) -> Any:
        return self[""]


class Conformance:
    """One test for each case; a case that the traits rule out is skipped with the reason that the table shows."""

    raised_in_front: Collection[str] = CASES["rate"].raised
    """Adapters whose peers cannot be told to ask for a wait."""

    @pytest.fixture
    def stage(self, world: World, harness: Harness, request: pytest.FixtureRequest) -> Iterator[Stage]:
        case = CASES.get(request.function.__name__.removeprefix("test_"))  # None: what a platform is tried at besides
        if case and (reason := case.why_not(harness.adapter)):
            pytest.skip(f"{harness.adapter.traits.title} {reason}")
        made = Stage(world, harness)
        yield made
        made.platform.inner.close()

    def test_duplicates(self, stage: Stage) -> None:
        stage.harness.write(QUESTION)
        events = stage.harness.events(stage.account)

        assert [stage.take(events), stage.take(events)] == [1, 0]
        assert len([job for job, _ in stage.world.jobs.planned if job.name == "draft"]) == 1

    def test_order(self, stage: Stage) -> None:
        traits, harness = stage.harness.adapter.traits, stage.harness
        if traits.tells_edits:
            edited = harness.write("do you ship to Norwya??")
            harness.edit(edited, QUESTION)
            for event in reversed(harness.events(stage.account)):
                stage.take([event])
            stored = stage.message(edited)
            assert stored is not None
            assert stored.text == QUESTION, "the edit came first, and stays"
        if traits.tells_deletions:
            gone = harness.write("forget it")
            harness.delete(gone)
            for event in reversed(harness.events(stage.account)):
                stage.take([event])
            stored = stage.message(gone)
            assert stored is None or stored.deleted_at is not None

    def test_echo(self, stage: Stage) -> None:
        item = stage.approved()
        stage.run()
        events = [event for event in stage.harness.events(stage.account) if isinstance(event, NewMessage)]
        ours = [event for event in events if event.message.direction == "out"]
        planned = len(stage.world.jobs.planned)
        stage.take(events)

        assert len(ours) == len(events) == 1, "our own posts are told as ours"
        assert len(stage.world.jobs.planned) == planned, "nothing is drafted for them"
        for event in ours:
            stored = stage.message(event.message.external_id)
            assert stored is not None
            assert stored.echo_of_id == item.id

    def test_thread(self, stage: Stage) -> None:
        """Tom asks, we answer, Tom asks below that, we answer: each of ours is known as what was sent."""
        stage.world.clock.advance(seconds=-5)  # what is asked below comes later, by whichever clock
        first = stage.approved()
        stage.run()
        ours = short_id(stage.sent(first))
        stage.world.clock.advance(seconds=2)
        stage.take(stage.harness.events(stage.account))
        below = stage.harness.write_below(ours, "and how long does it take?")
        stage.take(stage.harness.events(stage.account))
        second = stage.approved_for(below)
        stage.run()
        stage.take(stage.harness.events(stage.account))

        with stage.world.database.reading() as session:
            stored = {each.external_id: each for each in session.exec(select(Message))}
        assert len({each.conversation_id for each in stored.values()}) == 1
        echoes = [each.echo_of_id for each in stored.values() if each.direction == "out"]
        assert sorted(echoes, key=str) == sorted([first.id, second.id], key=str)
        assert len(stored) == 4

    def test_changes(self, stage: Stage) -> None:
        traits, harness = stage.harness.adapter.traits, stage.harness
        if traits.rereads:
            self._notices_before_sending(stage)
            return
        item = stage.item()
        with stage.world.database.reading() as session:
            external_id = session.get_one(Message, item.message_id).external_id
        if traits.tells_edits:
            harness.edit(external_id, "do you ship to Sweden?")
            events = harness.events(stage.account)
            assert [type(event) for event in events] == [Edited]
            stage.take(events * 2)
            stored = stage.message(external_id)
            assert stored is not None
            assert stored.text == "do you ship to Sweden?"
        if traits.tells_deletions:
            harness.delete(external_id)
            events = harness.events(stage.account)
            assert [type(event) for event in events] == [Deleted]
            stage.take(events * 2)
            assert stage.world.reload(item).status == ReviewStatus.WITHDRAWN

    def test_malformed(self, stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
        harness = stage.harness
        harness.write_malformed()
        asked = harness.write(QUESTION)
        events = harness.events(stage.account)

        assert [each.message.external_id for each in events if isinstance(each, NewMessage)] == [asked]
        assert len(events) == 1, "the one that cannot be read is left out"
        assert "cannot be read and was left out" in caplog.text
        assert MALFORMED not in caplog.text
        assert harness.events(stage.account) == [], "and is not asked for again"

    def test_forged(self, stage: Stage) -> None:
        request = self._hook(stage)
        self._verify(stage)(request)
        nameless = replace(request, headers={"content-type": "application/json"}, query={}, key="")

        with pytest.raises(SignatureInvalid):
            self._verify(stage)(nameless)
        if stage.harness.adapter.traits.signature.value != "shared":
            with pytest.raises(SignatureInvalid):
                self._verify(stage)(replace(request, body=request.body.replace(b"Norway", b"Mars..")))
        self._signs_no_body(stage, request)

    def test_stale(self, stage: Stage) -> None:
        request = self._hook(stage)

        for late in (timedelta(minutes=6), -timedelta(minutes=6)):
            with pytest.raises(SignatureInvalid):
                self._verify(stage)(replace(request, received_at=request.received_at + late))

    def test_at_limit(self, stage: Stage) -> None:
        """The longest text that can be approved is sent: both measure what will stand there."""
        for letter in ("a", "é", "☕"):
            reply = stage.longest_approved(letter)
            self._send(stage, replace(reply, key=f"reply-at-limit-{ord(letter)}"))

    def test_past_limit(self, stage: Stage) -> None:
        reply = stage.longest_approved("a")
        claimed = self._claimed(stage, replace(reply, text=reply.text + "a"))
        verdict = attempts.prepare(claimed, stage.platform)

        assert isinstance(verdict, attempts.AttemptResult)
        assert verdict.status is DeliveryStatus.FAILED
        assert "at most" in (verdict.error or "")

    def test_window(self, stage: Stage) -> None:
        item = stage.approved()
        window = stage.harness.adapter.traits.window(stage.harness.visibility)
        assert window is not None, "the harness writes where there is a window"
        stage.later(window.total_seconds() + 60)  # the peer's clock has gone on since the suite's was set
        stage.run()

        assert stage.world.reload(item).status == ReviewStatus.FAILED
        assert "took replies until" in (stage.world.reload(item).notice or "")
        assert stage.posted() == []

    def test_rate(self, stage: Stage) -> None:
        item = stage.approved()
        if not stage.harness.ask_to_wait(RATE_SECONDS):
            assert stage.harness.adapter.traits.name in self.raised_in_front, "the table says that its peer asked"
            stage.platform.error = RateLimited("too many requests", retry_after_s=RATE_SECONDS)
        stage.run()
        (delay,) = (delay for job, delay in stage.world.jobs.planned if job.name == "deliver")

        assert delay == pytest.approx(RATE_SECONDS, abs=1)
        assert stage.delivery().postponed == 1, "it does not use up an attempt"
        stage.later(delay + 1)
        stage.run()
        assert stage.world.reload(item).status == ReviewStatus.SENT
        assert len(stage.posted()) == 1

    def test_lost_before(self, stage: Stage) -> None:
        self._lose(stage, "before")

    def test_lost_after(self, stage: Stage) -> None:
        self._lose(stage, "after")

    def test_lag(self, stage: Stage) -> None:
        item = stage.approved()
        stage.run_until_killed(sends=True)
        lag = stage.harness.adapter.traits.find_lag.total_seconds()
        assert lag > 0, "what was posted at the very end of an attempt is not there at once"
        stage.world.clock.advance(seconds=-lag / 2)  # the attempt has ended, if it took as long as it may
        if not stage.harness.hide(True):
            stage.platform.hides = True
        stage.run()
        assert stage.world.reload(item).status == ReviewStatus.SENDING, "it waits until it can be seen"
        assert len(stage.posted()) == 1
        stage.harness.hide(False)
        stage.platform.hides = False
        stage.later(lag)
        stage.run()

        assert stage.world.reload(item).status == ReviewStatus.SENT
        assert len(stage.posted()) == 1

    def test_forgotten(self, stage: Stage) -> None:
        traits = stage.harness.adapter.traits
        assert traits.key_lifetime is not None
        item = stage.approved()
        stage.run_until_killed(sends=True)
        stage.later(traits.key_lifetime.total_seconds() + 1)
        stage.run()

        self._is_settled(stage, item, traits.then, arrived=1)

    def test_killed_before(self, stage: Stage) -> None:
        item = stage.approved()
        stage.run_until_killed(sends=False)
        stage.run()

        self._is_settled(stage, item, stage.harness.adapter.traits.repeat, arrived=0)

    def test_killed_after(self, stage: Stage) -> None:
        item = stage.approved()
        stage.run_until_killed(sends=True)
        stage.run()

        self._is_settled(stage, item, stage.harness.adapter.traits.repeat, arrived=1)

    @staticmethod
    def _notices_before_sending(stage: Stage) -> None:
        harness, world = stage.harness, stage.world
        item = stage.approved()
        with world.database.reading() as session:
            external_id = session.get_one(Message, item.message_id).external_id
        harness.edit(external_id, "do you ship to Sweden?")
        stage.run()
        item, stored = world.reload(item), stage.message(external_id)
        assert (item.status, item.notice, item.approval_id) == (ReviewStatus.PENDING, EDITED, None)
        assert item.is_redrafting, "what is drafted anew answers the new text"
        assert stored is not None
        assert stored.text == "do you ship to Sweden?"
        assert stage.posted() == []
        approve(world, world.person(), item, accept_findings=True)
        harness.delete(external_id)
        stage.run()
        item = world.reload(item)
        assert (item.status, item.notice) == (ReviewStatus.WITHDRAWN, DELETED)
        assert stage.posted() == []

    def _lose(self, stage: Stage, when: str) -> None:
        item = stage.approved()
        if not stage.harness.lose_answer(when):
            stage.platform.lose = when
        stage.run()
        repeat = stage.harness.adapter.traits.repeat
        if repeat is not Repeat.NEITHER:
            assert stage.world.reload(item).status == ReviewStatus.SENDING
            stage.later(stage.lag + 1)
            stage.run()

        self._is_settled(stage, item, repeat, arrived=int(when == "after"))

    @staticmethod
    def _is_settled(stage: Stage, item: ReviewItem, repeat: Repeat, *, arrived: int) -> None:
        """Sent exactly once; where nothing makes it safe, uncertain with a person, and never a second time."""
        is_safe = repeat is not Repeat.NEITHER
        assert stage.world.reload(item).status == (ReviewStatus.SENT if is_safe else ReviewStatus.UNCERTAIN)
        assert len(stage.posted()) == (1 if is_safe else arrived)

    @staticmethod
    def _send(stage: Stage, reply: OutgoingReply) -> None:
        claimed = Conformance._claimed(stage, reply)
        prepared = attempts.prepare(claimed, stage.platform)
        assert isinstance(prepared, attempts.Claimed), prepared
        verdict = attempts.send(prepared, stage.platform, Fence(60))
        assert verdict.status is DeliveryStatus.SENT, verdict
        assert stage.harness.posted()[-1].endswith(reply.text), "it stands there as it was approved"

    @staticmethod
    def _claimed(stage: Stage, reply: OutgoingReply) -> attempts.Claimed:
        return attempts.Claimed(1, "t", reply, False, Repeat.NEITHER, False, stage.world.clock.now())

    @staticmethod
    def _hook(stage: Stage) -> HookRequest:
        stage.harness.write(QUESTION)
        return stage.harness.hooks()[-1]

    @staticmethod
    def _signs_no_body(stage: Stage, request: HookRequest) -> None:
        """A challenge, whatever the platform calls it, does not come back with the signature of this body."""
        inbound = stage.harness.adapter.inbound
        assert inbound is not None
        signatures = [each.removeprefix("sha256=") for each in request.headers.values() if len(each) > 20]
        for before in SIGNED_BEFORE:
            query = Everything(before + request.body.decode())
            try:
                answer = inbound(stage.account, stage.harness.runtime).handshake(
                    replace(request, method="GET", query=query)
                )
            except SignatureInvalid:
                continue
            assert answer is None or not any(each in answer.body.decode() for each in signatures)

    @staticmethod
    def _verify(stage: Stage) -> Callable[[HookRequest], None]:
        adapter = stage.harness.adapter
        assert adapter.inbound is not None
        return adapter.inbound(stage.account, stage.harness.runtime).verify
