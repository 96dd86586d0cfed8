"""A cursor for lists that are read again and again: which of their entries were told, and in which state each was;
which of the places where they are read are behind the others, and which of these fail."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .account import Account
from .breaker import LONGEST_PAUSE_SECONDS
from .events import Edited, Event, NewMessage, built
from .port import Pulled

KEPT = 250
"""Entries that a cursor remembers, the newest: ten bytes each, written as Base64."""
MOST_PLACES = 60
"""Places of which a cursor says something by name."""
LONGEST = 3_900
"""Characters of a cursor; the port takes 4,000."""
BATCH = 200
_NUMBER, _DIGEST, _TIME = 8, 2, 4
_LARGEST = 2**64 - 1
Key = tuple[str, int]


@dataclass(frozen=True)
class Found:
    """An entry as it is now, named by ``place`` and ``number`` (below 2**64, newer ones larger). ``state`` is another
    one as soon as it has changed, and None where it is gone, which is told, and then forgotten. ``entry``: what the
    event is made of. ``floor``: where it was read, all with smaller numbers are known (``Watched.floor_of``)."""

    place: str
    number: int
    at: datetime
    state: str | None
    entry: Any
    floor: int = 0


@dataclass(frozen=True)
class Unread:
    """The places of a round that were not read yet, those from this number on, and up to which number those before have
    told all: nothing behind it may be taken for known when the round ends."""

    place: int = 0
    until: int = 2**64


@dataclass(frozen=True)
class Failing:
    """Since when a place cannot be read, and from when on it is tried again."""

    since: datetime
    due: datetime


class Watched:
    """What a cursor remembers. Without one, all from ``since`` on is new; later, all with larger numbers than what was
    forgotten for want of room. A place that is behind the others, as it fails, has a floor of its own. ``unread``:
    where a round of many places goes on."""

    def __init__(self, cursor: str | None, since: datetime, now: datetime) -> None:
        kept = json.loads(cursor) if cursor else {}
        self.start, self._now = datetime.fromisoformat(kept["from"]) if kept else since, now.replace(microsecond=0)
        self.floor: int = kept.get("floor", 0)
        self.unread = Unread(*kept["unread"]) if "unread" in kept else Unread()
        self._known: dict[Key, bytes] = dict(_unpacked(kept.get("seen") or {}))
        self._floors: dict[str, int] = {}
        self._failing: dict[str, Failing] = {}
        for place, text in (kept.get("places") or {}).items():
            self._floors[place], failing = _place_of(base64.b64decode(text))
            self._failing |= {place: failing} if failing else {}
        self._cursor = cursor or self._written({}, 0, {}, Unread())

    def known(self, place: str) -> list[int]:
        """The numbers of a place's entries that are remembered, the newest last."""
        return sorted(number for where, number in self._known if where == place)

    def floor_of(self, place: str, *lists: str) -> int:
        """All with smaller numbers are known there. ``lists``: what tells of the place; while one of them is behind,
        so are the places that it did not tell of."""
        behind = [self._floors[name] for name in lists if name in self._floors]
        return self._floors.get(place, min(behind, default=self.floor))

    def is_behind(self, place: str) -> bool:
        """Whether it has a floor of its own."""
        return place in self._floors

    def fails_since(self, place: str) -> datetime | None:
        """Since when it could not be read; None where it could when it was last tried."""
        return self._failing[place].since if place in self._failing else None

    def is_due(self, place: str) -> bool:
        """Whether it may be read now; what fails is left alone for a while."""
        return place not in self._failing or self._failing[place].due <= self._now

    def note_failure(self, place: str, *lists: str, wait: float = 0.0) -> None:
        """It is tried again at the next reading, then after as long as it has failed, at most 15 minutes; and not
        before ``wait`` seconds. Until then it stays where it is."""
        since = self.fails_since(place) or self._now
        pause = max(min((self._now - since).total_seconds(), LONGEST_PAUSE_SECONDS), wait)
        self._floors[place] = self.floor_of(place, *lists)
        self._failing[place] = Failing(since, self._now + timedelta(seconds=pause))

    def note_read(self, place: str) -> None:
        """It works."""
        self._failing.pop(place, None)

    def pulled(
        self,
        account: Account,
        make: Callable[[Any], Event | None],
        found: Iterable[Found],
        rest: Unread = Unread(),
        *,
        behind: Mapping[str, int],
        named: Mapping[str, Collection[str]],
        is_listed: bool = True,
    ) -> Iterator[Pulled]:
        """What is new, has changed or is gone, our own posts first, then by age. The last batch has the new cursor:
        until it is stored, all of this is found again.

        ``rest``: what the round has not read yet; ``place`` is 0 where it has read all. ``behind``: the floors of
        places that have more than was found. ``named``: all places that there are, with the lists that told of each;
        the floors of others are forgotten first, and at once where ``is_listed``: no list failed that has more.
        """
        new, states = [], dict(self._known)
        for each in sorted(found, key=lambda each: each.number):
            key = (each.place, each.number)
            if key not in states and (each.at < self.start or each.number < each.floor):
                continue
            if each.state is None:
                states.pop(key, None)
            elif states.get(key) == (state := _digest(each.state)):
                continue
            else:
                states[key] = state
            new.append(each.entry)
        events = sorted(built(account, make, new), key=lambda event: not _is_ours(event))
        after = self._kept(states, rest, behind, _NamedPlaces(named, is_listed))
        for position in range(0, max(len(events), 1), BATCH):
            cursor = after if position + BATCH >= len(events) else self._cursor
            yield Pulled(tuple(events[position : position + BATCH]), cursor)

    def _kept(self, states: Mapping[Key, bytes], rest: Unread, behind: Mapping[str, int], places: _NamedPlaces) -> str:
        """The newest, as many as fit; and what is behind."""
        late = {name: self._floors[name] for name in self._failing} | dict(behind)
        named = places.first(late, lambda floor: floor)
        unsaid = [floor for name, floor in late.items() if name not in named]
        rest = Unread(rest.place, min((rest.until, *unsaid, *(behind.values() if rest.place else ()))))
        most = KEPT
        while True:
            by_age = sorted(states.items(), key=lambda item: item[0][1])
            forgotten, kept = by_age[: max(0, len(by_age) - most)], by_age[max(0, len(by_age) - most) :]
            floor, floors = self._risen([key for key, _ in forgotten], rest, named, places)
            if len(text := self._written(dict(kept), floor, floors, rest)) <= LONGEST or not kept:
                return text
            most = len(kept) * 9 // 10

    def _risen(
        self, forgotten: Iterable[Key], rest: Unread, late: Mapping[str, int], places: _NamedPlaces
    ) -> tuple[int, dict[str, int]]:
        """The floor of all, and of those that have their own. While a place is unread, what it has may be older than
        what is forgotten elsewhere: the floor of all stays."""
        floors = dict(self._floors)
        for place, number in forgotten:
            floors[place] = min(max(floors.get(place, 0), number + 1), _LARGEST)
        own = {name: max(floor, floors.get(name, 0)) for name, floor in late.items()}
        others = {name: floor for name, floor in floors.items() if name not in own}
        floor = self.floor
        if not rest.place:
            settled = {name: each for name, each in others.items() if places.is_listed or name in places.named}
            floor = max(floor, min(rest.until, max(settled.values(), default=0)))
            others = {name: each for name, each in others.items() if name not in settled or each > floor}
            told = {name for name, lists in places.named.items() if not own.keys().isdisjoint(lists)} - own.keys()
            others |= {name: max(floor, others.get(name, 0)) for name in told}  # unlike others of these lists
        return floor, dict([*own.items(), *places.first(others, lambda floor: -floor).items()][:MOST_PLACES])

    def _written(self, known: Mapping[Key, bytes], floor: int, floors: Mapping[str, int], rest: Unread) -> str:
        entries: dict[str, bytes] = {}
        for (place, number), state in known.items():
            entries[place] = entries.get(place, b"") + number.to_bytes(_NUMBER, "big") + state
        seen = {place: base64.b64encode(each).decode() for place, each in entries.items()}
        packed = {name: _packed(each, self._failing.get(name)) for name, each in floors.items()}
        places = {"places": packed} if packed else {}
        unread = {"unread": [rest.place, rest.until]} if rest.place else {}
        told = {"from": self.start.isoformat(), "floor": floor, "seen": seen, **places, **unread}
        return json.dumps(told, separators=(",", ":"))


@dataclass(frozen=True)
class _NamedPlaces:
    """The places of a reading: ``named``, and whether these are all."""

    named: Mapping[str, Collection[str]]
    is_listed: bool

    def first(self, floors: Mapping[str, int], order: Callable[[int], int]) -> dict[str, int]:
        """As many as a cursor names."""
        first = sorted(floors.items(), key=lambda item: (item[0] not in self.named, order(item[1])))
        return dict(first[:MOST_PLACES])


def _packed(floor: int, failing: Failing | None) -> str:
    times = (failing.since, failing.due) if failing else ()
    seconds = b"".join(int(each.timestamp()).to_bytes(_TIME, "big") for each in times)
    return base64.b64encode(floor.to_bytes(_NUMBER, "big") + seconds).decode()


def _place_of(entry: bytes) -> tuple[int, Failing | None]:
    starts = range(_NUMBER, len(entry), _TIME)
    times = [datetime.fromtimestamp(int.from_bytes(entry[each : each + _TIME], "big"), UTC) for each in starts]
    return int.from_bytes(entry[:_NUMBER], "big"), Failing(*times) if times else None


def _unpacked(seen: Mapping[str, str]) -> Iterator[tuple[Key, bytes]]:
    width = _NUMBER + _DIGEST
    for place, text in seen.items():
        entries = base64.b64decode(text)
        for position in range(0, len(entries), width):
            entry = entries[position : position + width]
            yield (place, int.from_bytes(entry[:_NUMBER], "big")), entry[_NUMBER:]


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()[:_DIGEST]


def _is_ours(event: Event) -> bool:
    message = event.message if isinstance(event, NewMessage | Edited) else None
    return message is not None and message.direction == "out"
