"""A cursor for lists that have none: what was told already, as short digests, from a time on."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ..events import Event
from ..port import Pulled

KEPT = 400
"""Digests in a cursor: nine characters each, and a cursor has at most 4,000."""
BATCH = 200


@dataclass(frozen=True)
class Entry:
    """Something in a list. ``at``: what the list is sorted by. ``key``: the same as long as it is unchanged.
    ``event``: None for what is only remembered."""

    at: datetime
    key: str
    event: Event | None


class ReadUpTo:
    """What a cursor remembers. Without one, all from ``since`` on is new."""

    def __init__(self, cursor: str | None, since: datetime) -> None:
        place = json.loads(cursor) if cursor else {}
        self.start = datetime.fromisoformat(place["from"]) if place else since
        self._known = dict.fromkeys(place.get("seen", ()))

    def knows(self, key: str) -> bool:
        """Whether it was told."""
        return _digest(key) in self._known

    def pulled(self, entries: Iterable[Entry], *, is_cut: bool = False) -> Iterator[Pulled]:
        """What is new, oldest first; ``entries`` are all that the list has from ``start`` on, or where it is cut the
        newest of them: then they are not remembered, since older ones would be passed over."""
        ordered = sorted((each for each in entries if each.at >= self.start), key=lambda entry: entry.at)
        new = [each for each in ordered if each.event is not None and not self.knows(each.key)]
        kept = ordered[-KEPT:]
        start = kept[0].at if len(kept) < len(ordered) else self.start
        listed = dict.fromkeys(_digest(each.key) for each in kept)
        seen = [*(each for each in self._known if each not in listed), *listed][-KEPT:]  # not all is listed each time
        cursor = json.dumps({"from": start.isoformat(), "seen": seen}, separators=(",", ":"))
        before = json.dumps({"from": self.start.isoformat(), "seen": list(self._known)}, separators=(",", ":"))
        for position in range(0, max(len(new), 1), BATCH):
            batch = tuple(each.event for each in new[position : position + BATCH] if each.event is not None)
            yield Pulled(batch, cursor if position + BATCH >= len(new) and not is_cut else before)


def _digest(key: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())[:6].decode()
