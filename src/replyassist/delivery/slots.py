"""How many attempts at once one process makes for a brand and for a connection, so that none takes all slots."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Self

from replyassist.core.settings import Settings

LEAST_WAIT: Final = 0.2
LONGEST_WAIT: Final = 60.0
_WEIGHT: Final = 0.3  # of the newest attempt in the usual seconds of one
_FIRST_GUESS: Final = 0.5  # seconds of an attempt before any was seen


class Slots:
    """Taken before an attempt and given back after it; safe for threads.

    Who finds none free gets an appointment, one usual attempt after the one before, and not all the same.
    """

    def __init__(self, *, per_brand: int, per_connection: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most = {"brand": per_brand, "connection": per_connection}
        self.now = now
        self._lock = threading.Lock()
        self._used: Counter[tuple[str, object]] = Counter()
        self._usual: defaultdict[tuple[str, object], float] = defaultdict(lambda: _FIRST_GUESS)
        self._next: dict[tuple[str, object], float] = {}

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of one worker."""
        return cls(per_brand=settings.delivery_per_brand, per_connection=settings.delivery_per_connection)

    @contextmanager
    def held(self) -> Iterator[Slot]:
        """What one attempt may take a slot with; it is given back at the end."""
        slot = Slot(self)
        try:
            yield slot
        finally:
            slot.give_back()

    def take(self, brand_id: str, connection_id: int | None) -> float:
        """0 when a slot was taken; else how many seconds to wait, and none was."""
        places = _places(brand_id, connection_id)
        with self._lock:
            full = [place for place in places if self._used[place] >= self._most[place[0]]]
            if not full:
                self._used.update(places)
                return 0.0
            return max(self._appointment(place) for place in full)

    def give_back(self, brand_id: str, connection_id: int | None, *, seconds: float) -> None:
        """The attempt took so long."""
        with self._lock:
            for place in _places(brand_id, connection_id):
                self._used[place] -= 1
                if self._used[place] <= 0:
                    del self._used[place]
                self._usual[place] += _WEIGHT * (seconds - self._usual[place])

    def _appointment(self, place: tuple[str, object]) -> float:
        now, step = self.now(), max(self._usual[place] / self._most[place[0]], 0.01)
        at = max(self._next.get(place, 0.0), now + LEAST_WAIT) + step
        self._next[place] = min(at, now + LONGEST_WAIT)
        return self._next[place] - now


class Slot:
    """One attempt's hold on the slots."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._taken: tuple[str, int | None] | None = None
        self._since = slots.now()

    def take(self, brand_id: str, connection_id: int | None) -> float:
        """As ``Slots.take``."""
        if wait := self._slots.take(brand_id, connection_id):
            return wait
        self._taken, self._since = (brand_id, connection_id), self._slots.now()
        return 0.0

    def give_back(self) -> None:
        """End the hold, where there is one."""
        if self._taken is not None:
            self._slots.give_back(*self._taken, seconds=self._slots.now() - self._since)
            self._taken = None


def _places(brand_id: str, connection_id: int | None) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [("brand", brand_id)]
    return found if connection_id is None else [*found, ("connection", connection_id)]


NO_LIMIT: Final = Slots(per_brand=sys.maxsize, per_connection=sys.maxsize)
