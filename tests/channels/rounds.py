"""What every adapter is held to that reads several places in a round: one that fails delays no other."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from replyassist.channels import Credentials, Event
from replyassist.channels.breaker import LONGEST_PAUSE_SECONDS
from replyassist.channels.models import Connection
from replyassist.core.errors import DeliveryError, RateLimited
from replyassist.inbox.models import Message
from replyassist.intake.pulling import Puller

from .conformance import QUESTION, Stage
from .reading import GoingOn, ReadHarness, messages, read_until_it_fails

FAILS = (503, 403, 404)
MANY = 400
"""More messages than a cursor remembers."""


class RoundHarness(ReadHarness):
    """``places``: three, in the order in which they are read. ``repeats``: what was forgotten while a place failed may
    be told again."""

    places: Sequence[str]
    repeats = False

    @abstractmethod
    def write_at(self, place: str, text: str) -> str:
        """Tom writes there, and is read there alone."""

    @abstractmethod
    def breaks(self, statuses: Mapping[str, int]) -> None:
        """The calls that read these places fail from now on with their statuses; all others work."""

    @abstractmethod
    def breaks_all(self, status: int) -> None:
        """All calls that read a place fail."""

    @abstractmethod
    def asked_of(self, place: str) -> int:
        """How often this place alone was asked for."""

    def left_out(self, place: str) -> str:
        """How it is called where it is left out."""
        return place

    def round_credentials(self) -> dict[str, str]:
        """What signs in to an account that has all the places."""
        return self.credentials()


class Rounds(GoingOn):
    """One failing place, and several."""

    @pytest.fixture(autouse=True)
    def _account(self, stage: Stage, harness: RoundHarness) -> None:
        credentials = harness.round_credentials()
        stage.account = replace(stage.account, credentials=Credentials(credentials))
        platform = harness.adapter.traits.name
        stage.connection = stage.world.connect(platform, platform, account=harness.account, **credentials)

    @staticmethod
    def read(stage: Stage, harness: RoundHarness, *, seconds: float = 60.0) -> list[str]:
        """What a reading tells, some time after the last."""
        stage.later(seconds)
        return [each.external_id for each in messages(harness.events(stage.account))]

    @staticmethod
    def cut(stage: Stage, harness: RoundHarness, is_ending: Callable[[], bool] = lambda: True) -> list[str]:
        """What a reading tells whose time is over, after a minute."""
        stage.later(60)
        found, since = list[Event](), stage.world.clock.now() - timedelta(days=7)
        with closing(harness.source(stage.account)) as source:
            for pulled in source.pull(harness.cursor, since=since, is_ending=is_ending):
                harness.cursor, found = pulled.cursor, [*found, *pulled.events]
            harness.problem, harness.goes_on_after = source.problem, source.goes_on_after
        return [each.external_id for each in messages(found)]

    @pytest.mark.parametrize("status", FAILS)
    @pytest.mark.parametrize("at", range(3))
    def test_a_place_that_fails_for_ever_keeps_no_other_back(
        self, stage: Stage, harness: RoundHarness, at: int, status: int
    ) -> None:
        failing, missed = harness.places[at], list[str]()
        harness.breaks({failing: status})
        for _ in range(3):
            written = {place: harness.write_at(place, QUESTION) for place in harness.places}
            missed.append(written.pop(failing))
            assert sorted(self.read(stage, harness)) == sorted(written.values())
            assert f"{harness.left_out(failing)} " in harness.problem
            assert harness.problem.count("left out") + harness.problem.count("not been read") == 1
            assert harness.goes_on_after is None
        harness.breaks({})
        assert self.read(stage, harness, seconds=LONGEST_PAUSE_SECONDS) == missed, "all of it, in its order"
        assert harness.problem == ""
        assert self.read(stage, harness) == []

    @pytest.mark.parametrize("at", range(3))
    def test_what_was_forgotten_of_others_meanwhile_is_neither_lost_nor_told_again(
        self, stage: Stage, harness: RoundHarness, at: int
    ) -> None:
        failing = harness.places[at]
        known = {place: harness.write_at(place, QUESTION) for place in harness.places}
        assert sorted(self.read(stage, harness)) == sorted(known.values())
        harness.breaks({failing: 503})
        missed = [harness.write_at(failing, QUESTION) for _ in range(3)]
        for _ in range(3):
            busy = [harness.write_at(harness.places[at - 1], f"{QUESTION} {number}") for number in range(MANY)]
            stage.later(1)
            quiet = harness.write_at(harness.places[at - 2], QUESTION)
            assert sorted(self.read(stage, harness)) == sorted([*busy, quiet])
            assert self.read(stage, harness) == []
        missed += [harness.write_at(failing, QUESTION) for _ in range(3)]
        harness.breaks({})
        told = self.read(stage, harness, seconds=LONGEST_PAUSE_SECONDS)
        assert told == ([known[failing], *missed] if harness.repeats else missed)
        assert self.read(stage, harness) == []

    @pytest.mark.parametrize("status", FAILS)
    def test_where_all_fail_the_reading_has_failed_and_nothing_is_lost(
        self, stage: Stage, harness: RoundHarness, status: int
    ) -> None:
        known = [harness.write_at(place, QUESTION) for place in harness.places]
        assert sorted(self.read(stage, harness)) == sorted(known)
        missed, cursor = [harness.write_at(place, "and Sweden?") for place in harness.places], harness.cursor
        harness.breaks_all(status)
        for _ in range(5):
            with pytest.raises(DeliveryError):
                self.read(stage, harness)
        assert harness.cursor == cursor
        harness.breaks({})
        assert sorted(self.read(stage, harness)) == sorted(missed), "at once: all were tried again"

    def test_the_others_fail_while_one_is_left_alone(self, stage: Stage, harness: RoundHarness) -> None:
        first = harness.places[0]
        harness.breaks({first: 503})
        for _ in range(6):
            self.read(stage, harness)
        missed = [harness.write_at(place, QUESTION) for place in harness.places]
        harness.breaks_all(503)
        stage.later(60)
        assert read_until_it_fails(stage.account, harness) == []
        harness.breaks({first: 503})
        assert sorted(self.read(stage, harness)) == sorted(missed[1:])
        harness.breaks({})
        assert self.read(stage, harness, seconds=LONGEST_PAUSE_SECONDS) == missed[:1]

    def test_a_place_is_tried_again_less_and_less_often_and_told_all_the_time(
        self, stage: Stage, harness: RoundHarness
    ) -> None:
        failing, tried = harness.places[1], list[int]()
        harness.breaks({failing: 503})
        for minute in range(9):
            asked = harness.asked_of(failing)
            self.read(stage, harness)
            assert harness.left_out(failing) in harness.problem
            tried += [minute] if harness.asked_of(failing) > asked else []
        assert tried == [0, 1, 2, 4, 8]

    def test_places_that_fail_when_the_time_is_over_keep_no_other_back(
        self, stage: Stage, harness: RoundHarness
    ) -> None:
        *failing, last = harness.places
        harness.breaks(dict.fromkeys(failing, 503))
        missed = [harness.write_at(place, QUESTION) for place in failing]
        written, found = harness.write_at(last, QUESTION), list[str]()
        for _ in range(6):
            found += self.cut(stage, harness)
        assert found == [written]
        harness.breaks({})
        for _ in range(9):
            stage.later(LONGEST_PAUSE_SECONDS)
            found += self.cut(stage, harness)
        assert sorted(found) == sorted([*missed, written])

    def test_the_account_page_says_what_fails_and_the_rest_is_taken_in(
        self, stage: Stage, harness: RoundHarness
    ) -> None:
        harness.breaks({harness.places[1]: 503})
        written = {place: harness.write_at(place, f"{QUESTION} {place}") for place in harness.places}
        missed = written.pop(harness.places[1])
        for _ in range(2):
            connection = self.pull(stage)
            assert (connection.status, self.taken(stage)) == ("failing", sorted(written.values()))
            assert harness.left_out(harness.places[1]) in connection.problem
            assert connection.next_pull_at == stage.world.clock.now() + timedelta(seconds=60)
            stage.later(60)
        harness.breaks({})
        stage.later(LONGEST_PAUSE_SECONDS)
        connection = self.pull(stage)
        assert (connection.status, connection.problem) == ("working", "")
        assert self.taken(stage) == sorted([*written.values(), missed])
        harness.breaks_all(503)
        stage.later(60)
        connection = self.pull(stage)
        assert (connection.status, "503" in connection.problem) == ("failing", True)

    @staticmethod
    def pull(stage: Stage) -> Connection:
        """One reading as a worker makes it; the connection afterwards."""
        world = stage.world
        puller = Puller(world.connections, world.jobs, world.settings)
        puller.plan()
        puller.pull(*world.jobs.take("pull").arguments)
        with world.database.reading() as session:
            return session.get_one(Connection, stage.connection.id)

    @staticmethod
    def taken(stage: Stage) -> list[str]:
        """The messages that were taken in, each as often as it was."""
        with stage.world.database.reading() as session:
            return sorted(each.external_id for each in session.exec(select(Message)))

    def test_a_wait_behind_a_place_that_fails_is_waited_for(self, stage: Stage, harness: RoundHarness) -> None:
        harness.breaks({harness.places[0]: 503})
        written = [harness.write_at(place, QUESTION) for place in harness.places]
        harness.limit_reads(harness.reads_a_place + 1)
        found = list[str]()
        for _ in range(6):
            with suppress(RateLimited):
                found += self.read(stage, harness, seconds=1)
        assert sorted(found) == sorted(written[1:])
        harness.limit_reads(0)
        harness.breaks({})
        for _ in range(2):
            found += self.read(stage, harness, seconds=LONGEST_PAUSE_SECONDS)
        assert sorted(found) == sorted(written)
