"""A cursor for lists that are read again and again: which of their entries were told, and in which state each was; and
the rounds in which they are read."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from replyassist.core.errors import DeliveryError, RateLimited

from .account import Account
from .events import Edited, Event, NewMessage, built
from .port import Pulled, Source

KEPT = 250
"""Entries that a cursor remembers, the newest: ten bytes each, written as Base64."""
LONGEST = 3_900
"""Characters of a cursor; the port takes 4,000."""
BATCH = 200
_WIDTH, _NUMBER = 10, 8
Key = tuple[str, int]
Read = TypeVar("Read")


@dataclass(frozen=True)
class Found:
    """An entry as it is now, named by ``place`` and ``number`` (below 2**64, newer ones larger). ``state`` is another
    one as soon as it has changed, and None where it is gone, which is told, and then forgotten. ``entry``: what the
    event is made of."""

    place: str
    number: int
    at: datetime
    state: str | None
    entry: Any


@dataclass(frozen=True)
class Unread:
    """The places of a round that were not read yet, those from this number on, and up to which number those before have
    told all: nothing behind it may be taken for known when the round ends."""

    place: int = 0
    until: int = 2**64


class Watched:
    """What a cursor remembers. Without one, all from ``since`` on is new; later, all with larger numbers than what was
    forgotten for want of room. ``unread``: where a round of many places goes on."""

    def __init__(self, cursor: str | None, since: datetime) -> None:
        kept = json.loads(cursor) if cursor else {}
        self.start = datetime.fromisoformat(kept["from"]) if kept else since
        self.floor: int = kept.get("floor", 0)
        self.unread = Unread(*kept["unread"]) if "unread" in kept else Unread()
        self._known: dict[Key, bytes] = dict(_unpacked(kept.get("seen") or {}))

    def known(self, place: str) -> list[int]:
        """The numbers of a place's entries that are remembered, the newest last."""
        return sorted(number for where, number in self._known if where == place)

    def pulled(
        self,
        account: Account,
        make: Callable[[Any], Event | None],
        found: Iterable[Found],
        rest: Unread = Unread(),
    ) -> Iterator[Pulled]:
        """What is new, has changed or is gone, our own posts first, then by age. The last batch has the new cursor:
        until it is stored, all of this is found again. ``rest``: what the round has not read yet; ``place`` is 0 where
        it has read all."""
        new, states = [], dict(self._known)
        for each in sorted(found, key=lambda each: each.number):
            key = (each.place, each.number)
            if key not in states and (each.at < self.start or each.number < self.floor):
                continue
            if each.state is None:
                states.pop(key, None)
            elif states.get(key) == (state := _digest(each.state)):
                continue
            else:
                states[key] = state
            new.append(each.entry)
        events = sorted(built(account, make, new), key=lambda event: not _is_ours(event))
        before, after = self._written(self._known, self.floor, self.unread), self._kept(states, rest)
        for position in range(0, max(len(events), 1), BATCH):
            cursor = after if position + BATCH >= len(events) else before
            yield Pulled(tuple(events[position : position + BATCH]), cursor)

    def _kept(self, states: Mapping[Key, bytes], rest: Unread) -> str:
        """The newest, as many as fit. While a place is unread, what it has may be older than what is forgotten."""
        most = KEPT
        while True:
            kept = dict(sorted(states.items(), key=lambda item: item[0][1])[-most:])
            forgets = len(kept) < len(states) and not rest.place
            floor = max(self.floor, min(rest.until, *(number for _, number in kept))) if forgets else self.floor
            if len(text := self._written(kept, floor, rest)) <= LONGEST:
                return text
            most = len(kept) * 9 // 10

    def _written(self, known: Mapping[Key, bytes], floor: int, rest: Unread) -> str:
        places: dict[str, bytes] = {}
        for (place, number), state in known.items():
            places[place] = places.get(place, b"") + number.to_bytes(_NUMBER, "big") + state
        seen = {place: base64.b64encode(entries).decode() for place, entries in places.items()}
        unread = {"unread": [rest.place, rest.until]} if rest.place else {}
        told = {"from": self.start.isoformat(), "floor": floor, "seen": seen, **unread}
        return json.dumps(told, separators=(",", ":"))


class InRounds(Source):
    """Makes several readings in a round. One that is cut, or fails, keeps what it has."""

    _failure: DeliveryError | None = None

    def until_cut(self, readings: Iterable[Callable[[], Read]], is_ending: Callable[[], bool]) -> Iterator[Read]:
        """What each brings, up to the one that finds no time, has to wait or fails. Of the first it is raised: there is
        nothing to keep. A reading has read all when it returns."""
        for position, reading in enumerate(readings):
            if position and is_ending():
                self.goes_on_after = 0.0
                return
            try:
                found = reading()
            except DeliveryError as error:
                if not position:
                    raise
                if isinstance(error, RateLimited):
                    self.goes_on_after = error.retry_after_s
                else:
                    self._failure = error
                return
            yield found

    def raise_failure(self) -> None:
        """Call once what the round has is told; raises what ended it."""
        if self._failure:
            raise self._failure


def _unpacked(seen: Mapping[str, str]) -> Iterator[tuple[Key, bytes]]:
    for place, text in seen.items():
        entries = base64.b64decode(text)
        for position in range(0, len(entries), _WIDTH):
            entry = entries[position : position + _WIDTH]
            yield (place, int.from_bytes(entry[:_NUMBER], "big")), entry[_NUMBER:]


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()[: _WIDTH - _NUMBER]


def _is_ours(event: Event) -> bool:
    message = event.message if isinstance(event, NewMessage | Edited) else None
    return message is not None and message.direction == "out"
