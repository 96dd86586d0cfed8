"""One encoder call for the texts of many callers: what arrives while a batch runs is the next batch."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Sequence

import numpy as np

from .embedding import Encoder, Vectors
from .errors import EncoderBusy
from .model_calls import BATCH_SIZE

LINGER_MS = 5.0
PATIENCE_SECONDS = 30.0
OLDEST_SHARE = 4  # a quarter of a batch is the oldest caller's, however many short ones come
MOST_LANES = 4  # batches at once: beyond, each would be too small to gain from being one


class BatchingEncoder:
    """An encoder in front of another; the callers' own threads do the work, so there is none to stop.

    The first caller leads: it encodes at once, and whoever comes while ``lanes`` callers lead waits. When one of them
    has its own vectors, the oldest of those who wait leads its lane's next batch with the texts of all of them (with
    several lanes its share of them), at most ``most``; who has more texts than that gets them in several batches, among
    the others. A lone caller never waits for company: only after a batch of several callers does a leader wait for as
    many to come back, until none came for ``wait_ms``.

    A batch that fails is tried again caller by caller, so that an error reaches only whose texts raise it. Raise
    EncoderBusy when a caller's texts make no progress for ``patience_seconds``.
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        most: int = BATCH_SIZE,
        wait_ms: float = LINGER_MS,
        patience_seconds: float = PATIENCE_SECONDS,
        lanes: int = 1,
    ) -> None:
        self._encoder = encoder
        self._most = most
        self._lanes = lanes
        self._linger = wait_ms / 1000
        self._patience = patience_seconds
        self._arrived = threading.Condition()
        self._queue: list[_Call] = []
        self._leaders: set[int] = set()
        self._company, self._took = 1, 0.0  # callers of the last batch, and its seconds

    @property
    def model_digest(self) -> str:
        """That of the encoder behind it."""
        return self._encoder.model_digest

    @property
    def dimension(self) -> int:
        """That of the encoder behind it."""
        return self._encoder.dimension

    @property
    def waiting(self) -> int:
        """How many callers have not all their vectors yet, those of the running batch among them."""
        return len(self._queue)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, float32, shape (len(texts), dimension), in the order of the texts."""
        if not texts or threading.get_ident() in self._leaders:  # the encoder behind it may itself come back here
            return self._encoder.encode(texts)
        call = _Call(texts)
        try:
            if self._enter(call):
                self._lead(call)
            while not call.is_done:
                if self._is_promoted(call):
                    self._lead(call)
        finally:
            self._leave(call)
        return call.result()

    def _enter(self, call: _Call) -> bool:
        """Stand in line; whether this caller leads because a lane is free."""
        with self._arrived:
            self._queue.append(call)
            self._arrived.notify()
            if len(self._leaders) == self._lanes:
                return False
            self._leaders.add(call.thread)
            return True

    def _lead(self, call: _Call) -> None:
        """Encode until all texts of this call are in a batch, then hand over; some may be in that of another lane."""
        while call.remaining and not call.is_done:
            parts = self._gather()
            started = time.monotonic()
            if parts:
                self._run(parts)
            self._took = time.monotonic() - started
        with self._arrived:
            self._hand_over(call)
            if not call.is_done:
                call.woken.clear()

    def _is_promoted(self, call: _Call) -> bool:
        """Wait until nothing more will come (False) or this caller has to lead (True); raise EncoderBusy."""
        progress = 0
        while not call.woken.wait(self._patience):
            with self._arrived:
                if call.filled == progress and not call.woken.is_set():
                    raise EncoderBusy(f"no text was encoded within {self._patience:g} seconds")
                progress = call.filled
        return not call.is_done

    def _leave(self, call: _Call) -> None:
        """Whatever ended this call, nobody waits for it."""
        with self._arrived:
            if call in self._queue:
                self._queue.remove(call)
            self._hand_over(call)

    def _hand_over(self, call: _Call) -> None:
        """A leader's lane goes to the oldest of those who wait to be encoded; called with the lock held."""
        if call.thread not in self._leaders:
            return
        self._leaders.remove(call.thread)
        following = next((one for one in self._waiting() if one.thread not in self._leaders), None)
        if following is not None and following is not call:
            self._leaders.add(following.thread)
            following.woken.set()

    def _waiting(self) -> list[_Call]:
        """Those with texts in no batch yet, the oldest first; called with the lock held."""
        return [call for call in self._queue if call.remaining]

    def _gather(self) -> list[_Part]:
        """The next batch, which leaves the other leaders theirs; empty when nobody waits any more.

        A share for the oldest caller, then the others, those with the fewest texts first.
        """
        with self._arrived:
            self._await_company()
            waiting = self._waiting()
            if not waiting:  # another lane took them meanwhile
                return []
            everything = sum(call.remaining for call in waiting)
            room = min(self._most, math.ceil(everything / len(self._leaders)))
            oldest = waiting[0]
            places = {oldest: min(oldest.remaining, max(1, room // OLDEST_SHARE))}
            room -= sum(places.values())
            for call in sorted(waiting, key=lambda one: one.remaining):
                more = min(room, call.remaining - places.get(call, 0))
                if more:
                    places[call] = places.get(call, 0) + more
                    room -= more
            self._company = len(places)
            return [_Part(call, call.take(count)) for call, count in places.items()]

    def _await_company(self) -> None:
        """Wait while callers of the last batch come back one after the other, half as long as that took at most."""
        end = time.monotonic() + self._took / 2
        while len(waiting := self._waiting()) < self._company and sum(call.remaining for call in waiting) < self._most:
            left = min(self._linger, end - time.monotonic())
            if left <= 0 or not self._arrived.wait(left):
                return

    def _run(self, parts: list[_Part]) -> None:
        try:
            vectors = self._encoder.encode([text for part in parts for text in part.texts])
        except Exception as error:
            if len(parts) > 1:
                for part in parts:
                    self._run([part])
                return
            parts[0].call.error = error
        except BaseException:
            for part in parts:
                part.call.give_back(part.places)
            raise
        else:
            ends = np.cumsum([len(part.places) for part in parts])
            for part, rows in zip(parts, np.split(vectors, ends[:-1]), strict=True):
                part.call.fill(part.places, rows)
        self._dismiss(parts)

    def _dismiss(self, parts: list[_Part]) -> None:
        """Let those go who have all their vectors, or an error."""
        with self._arrived:
            for call in [part.call for part in parts if part.call.is_done]:
                if call in self._queue:  # it may have given up
                    self._queue.remove(call)
                call.woken.set()


def lanes() -> int:
    """How many batches this machine encodes at once, each on a core of its own."""
    return max(1, min(MOST_LANES, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1))


class _Call:
    """One caller's texts and what is known of their vectors. ``woken``: they are done, or the caller must lead."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        self.thread = threading.get_ident()
        self.woken = threading.Event()
        self.error: Exception | None = None
        self._todo = sorted(range(len(self.texts)), key=lambda place: len(self.texts[place]))
        self._found: list[tuple[list[int], Vectors]] = []

    @property
    def filled(self) -> int:
        """How many texts have their vectors."""
        return sum(len(places) for places, _ in self._found)

    @property
    def remaining(self) -> int:
        """How many texts are in no batch yet."""
        return len(self._todo)

    @property
    def is_done(self) -> bool:
        """Whether nothing more will come."""
        return self.error is not None or self.filled == len(self.texts)

    def take(self, count: int) -> list[int]:
        """The places of the next texts, those of like length together."""
        places, self._todo = self._todo[:count], self._todo[count:]
        return places

    def give_back(self, places: list[int]) -> None:
        """What was taken in vain is taken again."""
        self._todo = places + self._todo

    def fill(self, places: list[int], rows: Vectors) -> None:
        """Keep the vectors of these places, in one step: two lanes may fill the same call at once."""
        self._found.append((places, rows))

    def result(self) -> Vectors:
        """All vectors; raise what the encoder raised for these texts."""
        if self.error is not None:
            raise self.error
        together = np.concatenate([rows for _, rows in self._found])
        vectors = np.empty_like(together)
        vectors[[place for places, _ in self._found for place in places]] = together
        return vectors


class _Part:
    """Some texts of a call, by their places."""

    def __init__(self, call: _Call, places: list[int]) -> None:
        self.call = call
        self.places = places

    @property
    def texts(self) -> list[str]:
        """The texts at these places."""
        return [self.call.texts[place] for place in self.places]
