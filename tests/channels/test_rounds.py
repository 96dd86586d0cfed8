"""Rounds of places in memory: whatever fails, is cut or has to wait, all is told, in order, and once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replyassist.channels import Account, Event, NewMessage, Pulled, watched
from replyassist.channels.breaker import LONGEST_PAUSE_SECONDS
from replyassist.channels.events import message
from replyassist.channels.rounds import InRounds
from replyassist.channels.watched import Found, Unread, Watched
from replyassist.core.errors import CredentialsRefused, DeliveryError, DeliveryNotMade, RateLimited, Unavailable

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
US = Account("fernhill", "fake", "us")
PLACES = ("1", "2", "3", "4", "5")


@dataclass
class World:
    """Places with the numbers of what stands in each, and what reading one raises."""

    places: dict[str, list[int]] = field(default_factory=lambda: {place: [] for place in PLACES})
    errors: dict[str, Exception] = field(default_factory=dict)
    now: datetime = NOW
    last: int = 0
    cursor: str | None = None
    told: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    source: Reading | None = None

    def write(self, place: str, many: int = 1) -> None:
        for _ in range(many):
            self.last += 1
            self.places[place].append(self.last)

    def read(self, *, seconds: float = 60.0, ends_after: int = 1000) -> list[str]:
        """A reading whose time is over after so many places; raises what it raises, and keeps what it told."""
        self.now += timedelta(seconds=seconds)
        self.source, found, asked = Reading(self), list[str](), len(self.asked)
        try:
            for pulled in self.source.pull(
                self.cursor,
                since=NOW - timedelta(days=1),
                is_ending=lambda: len(self.asked) - asked >= ends_after,
            ):
                assert len(pulled.cursor) <= watched.LONGEST
                self.cursor = pulled.cursor
                found += [each.message.external_id for each in pulled.events if isinstance(each, NewMessage)]
        finally:
            self.told += found
        return found

    def written(self) -> list[str]:
        return [f"{place}:{number}" for place, numbers in self.places.items() for number in numbers]

    @property
    def problem(self) -> str:
        return self.source.problem if self.source else ""


class Reading(InRounds):
    """As an adapter reads: of each place all behind what is known of it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        kept, began, found, done = Watched(cursor, since, self.world.now), self.world.last + 1, list[Found](), 0
        places = [each for each in self.world.places if int(each) >= kept.unread.place]
        for some in self.until_cut((partial(self._of_place, kept, each) for each in places), is_ending):
            found, done = found + (some or []), done + 1
        rest = Unread(0, kept.unread.until)
        if done < len(places):
            rest = Unread(int(places[done]), min(rest.until, began))
        named = dict.fromkeys(self.world.places, ())
        yield from self.ended(kept.pulled(US, _said, found, rest, behind={}, named=named), is_all=not kept.unread.place)

    def _of_place(self, kept: Watched, place: str) -> list[Found] | None:
        return self.tried(kept, place, f"place {place}", partial(self._read, kept, place))

    def _read(self, kept: Watched, place: str) -> list[Found]:
        self.world.asked.append(place)
        if error := self.world.errors.get(place):
            raise error
        known, floor = kept.known(place), kept.floor_of(place)
        reached = known[-1] if known else floor - 1
        behind = [each for each in self.world.places[place] if each > reached]
        return [Found(place, each, NOW, "", (place, each), floor) for each in (*known, *behind)]


def _said(entry: tuple[str, int]) -> Event | None:
    place, number = entry
    return message(US, f"{place}:{number}", "hi", author_id="tom", conversation_id=place, posted_at=NOW)


def broken(detail: str = "no answer") -> DeliveryError:
    return DeliveryNotMade(detail)


class TestOnePlaceThatFails:
    def test_the_others_are_read_and_it_is_told(self) -> None:
        world = World(errors={"2": broken()})
        for place in PLACES:
            world.write(place)
        assert world.read() == ["1:1", "3:3", "4:4", "5:5"]
        assert world.problem == "place 2 was left out: no answer"
        world.read(seconds=90)
        world.errors.clear()
        assert world.read(seconds=30) == [], "it is left alone for as long as it has failed"
        assert world.problem == "place 2 has not been read since 2026-11-28 12:01 UTC"
        assert world.read(seconds=60) == ["2:2"]
        assert world.problem == ""

    def test_it_is_tried_again_soon_then_less_often_and_at_least_every_quarter_of_an_hour(self) -> None:
        world = World(errors={"2": broken()})
        tried = [minute for minute in range(120) if world.read() is not None and "2" in world.asked[-5:]]
        waits = [after - before for before, after in pairwise(tried)]
        assert waits[:7] == [1, 1, 2, 4, 8, 15, 15]
        assert max(waits) * 60 == LONGEST_PAUSE_SECONDS

    def test_a_wait_that_it_asks_for_is_its_own_and_kept(self) -> None:
        world = World(errors={"2": Unavailable("503", retry_after_s=300)})
        world.write("2")
        world.write("5")
        assert world.read() == ["5:2"]
        assert world.source is not None
        assert world.source.goes_on_after is None
        world.errors.clear()
        assert world.read(seconds=290) == []
        assert world.read(seconds=10) == ["2:1"]

    def test_a_wait_of_the_account_cuts_the_round_behind_it(self) -> None:
        world = World(errors={"1": broken(), "2": RateLimited("slow down", retry_after_s=30)})
        for place in PLACES:
            world.write(place)
        assert world.read() == []
        assert world.source is not None
        assert (world.source.goes_on_after, "place 1" in world.problem) == (30, True)
        world.errors.pop("2")
        assert world.read(seconds=30) == ["2:2", "3:3", "4:4", "5:5"]
        world.errors.clear()
        assert world.read(seconds=60) == ["1:1"]

    def test_what_the_account_is_refused_is_no_place_that_fails(self) -> None:
        world = World(errors={"1": broken(), "3": CredentialsRefused("401")})
        for place in PLACES:
            world.write(place)
        with pytest.raises(CredentialsRefused):
            world.read()
        assert world.told == ["2:2"]
        world.errors.clear()
        assert [*world.read(), *world.read()] == ["3:3", "4:4", "5:5", "1:1"]


class TestAllFail:
    def test_the_reading_fails_and_the_cursor_stays(self) -> None:
        world = World()
        world.read()
        before, world.errors = world.cursor, {place: broken(f"no {place}") for place in PLACES}
        for place in PLACES:
            world.write(place)
        for _ in range(30):
            with pytest.raises(DeliveryNotMade, match="no 1"):
                world.read()
        assert world.cursor == before
        world.errors.clear()
        assert world.read() == [f"{place}:{place}" for place in PLACES]

    def test_within_the_time_of_a_reading_the_others_come_in_the_next_ones(self) -> None:
        world = World(errors={place: broken() for place in PLACES[:4]})
        world.write("1")
        world.write("5")
        readings = [world.read(seconds=0, ends_after=2) for _ in range(3)]
        assert readings == [[], [], ["5:2"]]
        world.errors = {place: broken() for place in PLACES}
        with pytest.raises(DeliveryNotMade):
            world.read()
        world.errors.clear()
        assert world.read() == ["1:1"]


class TestTheCursor:
    def test_one_of_an_earlier_version_is_read(self) -> None:
        world = World()
        world.cursor = json.dumps({"from": NOW.isoformat(), "floor": 2, "seen": {}, "unread": [3, 4]})
        for place in PLACES:
            world.write(place)
        assert world.read() == ["3:3", "4:4", "5:5"]
        assert world.read() == ["2:2"]

    def test_it_names_as_many_places_as_fit_and_loses_nothing_of_others(self) -> None:
        ids = [str(9 * 10**17 + number) for number in range(100)]
        world = World(places={place: [] for place in ids})
        for place in ids:
            world.write(place, 3)
        world.read()
        world.errors = {place: broken() for place in ids[:80]}
        for _ in range(10):
            for place in ids:
                world.write(place, 10)
            world.read()
        world.errors.clear()
        for _ in range(3):
            world.read(seconds=LONGEST_PAUSE_SECONDS)
        assert set(world.told) == set(world.written())

    def test_what_is_forgotten_is_not_told_again_though_each_round_is_cut(self) -> None:
        world = World()
        for _ in range(4):
            for place in PLACES:
                world.write(place, 100)
            for _ in range(3):
                world.read(ends_after=2)
        assert sorted(world.told) == sorted(world.written())


WRITING = st.tuples(st.just("write"), st.sampled_from(PLACES), st.integers(1, 9))
READING = st.tuples(st.just("read"), st.sampled_from(["1", "2", "9", "9", "9"]), st.sampled_from([0, 60, 900]))
FAILING = st.tuples(st.sampled_from(["fail", "fail", "wait"]), st.sampled_from(PLACES), st.sampled_from([0, 1]))
MENDING = st.tuples(st.just("mend"), st.sampled_from(PLACES), st.just(0))
ACTS = st.one_of(WRITING, READING, WRITING, READING, FAILING, MENDING)


@given(acts=st.lists(ACTS, min_size=20, max_size=60), most=st.sampled_from([3, 60]))
@settings(max_examples=300)
def test_nothing_is_lost_or_doubled_whatever_happens(acts: list[tuple[str, str, int]], most: int) -> None:
    """``most``: places that a cursor names; where there are more, what is behind may be told again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watched, "KEPT", 7)
        patch.setattr(watched, "MOST_PLACES", most)
        world = World()
        for act, place, number in acts:
            _do(world, act, place, number)
        world.errors.clear()
        for _ in range(2 * len(PLACES)):
            world.read(seconds=LONGEST_PAUSE_SECONDS)
        assert world.problem == ""
        _check(world, is_once=most > len(PLACES))


def _do(world: World, act: str, place: str, number: int) -> None:
    """A read reads as many places as ``place`` says, ``number`` seconds later; a wait is over when it was told."""
    errors: dict[str, Any] = {
        "fail": [broken(), Unavailable("503", retry_after_s=100)][number % 2],
        "wait": RateLimited("slow down", retry_after_s=1),
    }
    if act == "write":
        world.write(place, number)
    elif act == "mend":
        world.errors.pop(place, None)
    elif act in errors:
        world.errors[place] = errors[act]
    else:
        with suppress(DeliveryNotMade):
            world.read(seconds=number, ends_after=int(place))
        world.errors = {name: error for name, error in world.errors.items() if type(error) is not RateLimited}


def _check(world: World, *, is_once: bool) -> None:
    assert set(world.told) == set(world.written())
    if is_once:
        assert len(world.told) == len(set(world.told))
        by_place = defaultdict[str, list[int]](list)
        for each in world.told:
            by_place[each.partition(":")[0]].append(int(each.partition(":")[2]))
        assert all(numbers == sorted(numbers) for numbers in by_place.values())
