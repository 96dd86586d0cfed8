"""What every adapter is held to that is read beside its webhooks. A test subclasses Reading, with a ReadHarness; of one
without webhooks whose readings have several parts, Rounds of ``rounds.py``."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from replyassist.channels import Account, Event, NewMessage
from replyassist.core.errors import DeliveryNotMade
from replyassist.inbox.models import MessageStatus
from replyassist.inbox.schemas import MessageIn
from tests.world import World

from .conformance import MALFORMED, QUESTION, Harness, Stage
from .polled import PolledHarness

DAYS = 8 * 86_400.0


def earlier(stamp: str) -> str:
    """A few seconds before a time in UTC."""
    return f"{datetime.fromisoformat(stamp) - timedelta(seconds=5):%Y-%m-%dT%H:%M:%S%z}"


class ReadHarness(PolledHarness):
    """``events`` reads; ``hooks`` are still told, where there are any."""

    untold: frozenset[str] = frozenset()
    """Fields of a message that a reading does not have, or has otherwise."""
    reads_a_place = 2
    """The calls of a reading that comes to the first place, and one that reads it."""

    @abstractmethod
    def elsewhere(self, text: str) -> str:
        """Tom writes at another place: under another post, in another channel."""

    def told(self, account: Account) -> list[Event]:
        """What was told so far: by webhooks, else by a reading that nothing cuts."""
        if self.adapter.inbound is not None:
            return Harness.events(self, account)
        kept = self.cursor
        read = self.events(account)
        self.cursor = kept
        return read

    def answer_there(self, external_id: str, text: str) -> None:
        """Somebody of ours answers at the platform."""
        raise NotImplementedError("this platform's harness does not answer there")

    @abstractmethod
    def limit_reads(self, most: int) -> None:
        """After so many calls that read one is refused, again and again; 0: no more."""

    def list_malformed(self) -> None:
        """Somebody writes what cannot be read as a message, where it is listed."""
        self.write_malformed()

    def pass_time(self) -> None:
        """Make what was written older."""
        raise NotImplementedError("this platform's harness has no time that passes")


def messages(events: Iterable[Event]) -> list[MessageIn]:
    """The messages among them."""
    return [each.message for each in events if isinstance(each, NewMessage)]


def read_until_it_fails(account: Account, harness: PolledHarness) -> list[str]:
    """The messages, by their ids, that one reading tells of before a call of it fails; the cursor is kept."""
    found, since = list[Event](), harness.world.clock.now() - timedelta(days=7)
    with closing(harness.source(account)) as source, pytest.raises(DeliveryNotMade):
        for pulled in source.pull(harness.cursor, since=since, is_ending=lambda: False):
            harness.cursor, found = pulled.cursor, [*found, *pulled.events]
    return [each.external_id for each in messages(found)]


class GoingOn:
    """The one case that does not need webhooks."""

    @pytest.fixture
    def stage(self, world: World, harness: ReadHarness) -> Iterator[Stage]:
        made = Stage(world, harness)
        yield made
        made.platform.inner.close()

    def test_read_wait(self, stage: Stage, harness: ReadHarness) -> None:
        harness.write(QUESTION)
        harness.elsewhere(QUESTION)
        written = [each.external_id for each in messages(harness.told(stage.account))]
        harness.limit_reads(harness.reads_a_place)
        found, pauses = list[str](), list[float]()
        for _ in range(20):
            found += [each.external_id for each in messages(harness.events(stage.account))]
            if harness.goes_on_after is None:
                break
            pauses.append(harness.goes_on_after)
        assert pauses, "it was asked to wait"
        assert all(each > 0 for each in pauses)
        assert sorted(found) == sorted(written), "what was read is not read again"
        assert harness.goes_on_after is None


class Reading(GoingOn):
    """One test for each case of ``cases.py`` that begins with ``read_``."""

    def test_read_as_told(self, stage: Stage, harness: ReadHarness) -> None:
        for number in range(5):
            harness.write(f"{QUESTION} {number}")
        told = Harness.events(harness, stage.account)
        read = harness.events(stage.account)

        left_out: Any = {"posted_at": True, "author": {"handle", "name"}} | dict.fromkeys(harness.untold, True)
        once = {each.external_id: each for each in messages(told)}.values()
        one, two = ([each.model_dump(exclude=left_out) for each in every] for every in (messages(read), once))
        assert one == two
        assert [stage.take(told), stage.take(read)] == [5, 0]

    def test_read_missed(self, stage: Stage, harness: ReadHarness) -> None:
        assert harness.events(stage.account) == []
        missed = [harness.write(f"{QUESTION} {number}") for number in range(5)]
        assert [each.external_id for each in messages(harness.events(stage.account))] == missed
        assert harness.goes_on_after is None
        harness.cursor = None
        stage.later(DAYS)
        assert harness.events(stage.account) == [], "what is older than the last days is left out"

    def test_read_answered(self, stage: Stage, harness: ReadHarness) -> None:
        answered = harness.write("how much is it?")
        harness.pass_time()
        harness.answer_there(answered, "12 euros")
        harness.pass_time()
        asked = harness.write(QUESTION)
        read = harness.events(stage.account)

        assert [each.direction for each in messages(read)] == ["out", "in", "in"]
        assert [stage.take(read), stage.take(read)] == [3, 0]
        kept, new = stage.message(answered), stage.message(asked)
        assert kept is not None
        assert new is not None
        assert (kept.status, new.status) == (MessageStatus.KEPT, MessageStatus.RECEIVED)
        assert [job.name for job, _ in stage.world.jobs.planned].count("draft") == 1

    def test_read_malformed(self, stage: Stage, harness: ReadHarness, caplog: pytest.LogCaptureFixture) -> None:
        harness.list_malformed()
        asked = harness.write(QUESTION)
        assert [each.external_id for each in messages(harness.events(stage.account))] == [asked]
        assert "cannot be read and was left out" in caplog.text
        assert MALFORMED not in caplog.text
