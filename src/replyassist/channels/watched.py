"""A cursor for lists that are read again and again: which of their entries were told, and in which state each was."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .account import Account
from .events import Deleted, Event, built
from .port import Pulled

KEPT = 250
"""Entries that a cursor remembers, the newest: ten bytes each, written as Base64."""
LONGEST = 3_900
"""Characters of a cursor; the port takes 4,000."""
BATCH = 200
_WIDTH, _NUMBER = 10, 8
Key = tuple[str, int]


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


class Watched:
    """What a cursor remembers. Without one, all from ``since`` on is new; later, all with larger numbers than what was
    forgotten for want of room."""

    def __init__(self, cursor: str | None, since: datetime) -> None:
        kept = json.loads(cursor) if cursor else {}
        self.start = datetime.fromisoformat(kept["from"]) if kept else since
        self.floor: int = kept.get("floor", 0)
        self._known: dict[Key, bytes] = dict(_unpacked(kept.get("seen") or {}))

    def known(self, place: str) -> list[int]:
        """The numbers of a place's entries that are remembered, the newest last."""
        return sorted(number for where, number in self._known if where == place)

    def pulled(self, account: Account, make: Callable[[Any], Event | None], found: Iterable[Found]) -> Iterator[Pulled]:
        """What is new, has changed or is gone, our own posts first, then by age. The last batch has the new cursor:
        until it is stored, all of this is found again."""
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
        before, after = self._written(self._known, self.floor), self._kept(states)
        for position in range(0, max(len(events), 1), BATCH):
            cursor = after if position + BATCH >= len(events) else before
            yield Pulled(tuple(events[position : position + BATCH]), cursor)

    def _kept(self, states: Mapping[Key, bytes]) -> str:
        """The newest, as many as fit."""
        most = KEPT
        while True:
            kept = dict(sorted(states.items(), key=lambda item: item[0][1])[-most:])
            forgets = len(kept) < len(states)
            floor = max(self.floor, min(number for _, number in kept)) if forgets else self.floor
            if len(text := self._written(kept, floor)) <= LONGEST:
                return text
            most = len(kept) * 9 // 10

    def _written(self, known: Mapping[Key, bytes], floor: int) -> str:
        places: dict[str, bytes] = {}
        for (place, number), state in known.items():
            places[place] = places.get(place, b"") + number.to_bytes(_NUMBER, "big") + state
        seen = {place: base64.b64encode(entries).decode() for place, entries in places.items()}
        return json.dumps({"from": self.start.isoformat(), "floor": floor, "seen": seen}, separators=(",", ":"))


def _unpacked(seen: Mapping[str, str]) -> Iterator[tuple[Key, bytes]]:
    for place, text in seen.items():
        entries = base64.b64decode(text)
        for position in range(0, len(entries), _WIDTH):
            entry = entries[position : position + _WIDTH]
            yield (place, int.from_bytes(entry[:_NUMBER], "big")), entry[_NUMBER:]


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()[: _WIDTH - _NUMBER]


def _is_ours(event: Event) -> bool:
    message = None if isinstance(event, Deleted) else event.message
    return message is not None and message.direction == "out"
