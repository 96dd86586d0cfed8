"""One encoder call for the texts of many callers: what arrives while a batch runs is the next batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import numpy as np

from .embedding import Encoder, EncoderBehind, Vectors
from .errors import EncoderBusy
from .model_calls import BATCH_SIZE

LINGER_MS = 5.0
PATIENCE_SECONDS = 30.0
OLDEST_SHARE = 4  # a quarter of a batch is the oldest caller's, however many short ones come


class BatchingEncoder(EncoderBehind):
    """An encoder in front of another; the callers' own threads do the work, so there is none to stop.

    The first caller leads: it encodes at once, and whoever comes meanwhile waits. When it has its own vectors, the
    oldest of those who wait leads the next batch with the texts of all of them, at most ``most``; who has more texts
    than that gets them in several batches, among the others. A lone caller never waits for company: only after a batch
    of several callers does a leader wait for as many to come back, until none came for ``wait_ms``.

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
    ) -> None:
        super().__init__(encoder)
        self._most = most
        self._linger = wait_ms / 1000
        self._patience = patience_seconds
        self._arrived = threading.Condition()
        self._queue: list[_Call] = []
        self._leader: int | None = None
        self._company, self._took = 1, 0.0  # callers when the last batch ended, and its seconds

    @property
    def waiting(self) -> int:
        """How many callers have not all their vectors yet, those of the running batch among them."""
        return len(self._queue)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, float32, shape (len(texts), dimension), in the order of the texts."""
        if not texts or self._leader == threading.get_ident():  # the encoder behind it may itself come back here
            return self._encoder.encode(texts)
        call = _Call(texts)
        try:
            if self._enter(call) or self._is_promoted(call):
                while not call.is_done:
                    parts = self._gather()
                    started = time.monotonic()
                    self._run(parts)
                    self._took = time.monotonic() - started
        finally:
            self._leave(call)
        return call.result()

    def _enter(self, call: _Call) -> bool:
        """Stand in line; whether this caller leads because nobody does."""
        with self._arrived:
            self._queue.append(call)
            self._arrived.notify()
            if self._leader is None:
                self._leader = call.thread
            return self._leader == call.thread

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
        """Whatever ended this call, nobody waits for it; a leader hands over to the oldest of those who wait."""
        with self._arrived:
            if call in self._queue:
                self._queue.remove(call)
            if self._leader == call.thread:
                following = self._queue[0] if self._queue else None
                self._leader = following.thread if following else None
                if following:
                    following.woken.set()

    def _gather(self) -> list[_CallPart]:
        """The next batch: a share for the oldest caller, then the others, those with the fewest texts first."""
        with self._arrived:
            self._await_company()
            room = self._most
            places = {self._queue[0]: min(self._queue[0].remaining, max(1, room // OLDEST_SHARE))}
            room -= sum(places.values())
            for call in sorted(self._queue, key=lambda waiting: waiting.remaining):
                more = min(room, call.remaining - places.get(call, 0))
                if more:
                    places[call] = places.get(call, 0) + more
                    room -= more
            return [_CallPart(call, call.take(count)) for call, count in places.items()]

    def _await_company(self) -> None:
        """Wait while callers of the last batch come back one after the other, half as long as that took at most."""
        end = time.monotonic() + self._took / 2
        while len(self._queue) < self._company and sum(call.remaining for call in self._queue) < self._most:
            left = min(self._linger, end - time.monotonic())
            if left <= 0 or not self._arrived.wait(left):
                return

    def _run(self, parts: list[_CallPart]) -> None:
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

    def _dismiss(self, parts: list[_CallPart]) -> None:
        """Let those go who have all their vectors, or an error."""
        with self._arrived:
            self._company = len(self._queue)
            for call in [part.call for part in parts if part.call.is_done]:
                if call in self._queue:  # it may have given up
                    self._queue.remove(call)
                call.woken.set()


class _Call:
    """One caller's texts and what is known of their vectors. ``woken``: they are done, or the caller must lead."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        self.thread = threading.get_ident()
        self.woken = threading.Event()
        self.error: Exception | None = None
        self._todo = sorted(range(len(self.texts)), key=lambda place: len(self.texts[place]))
        self._places: list[int] = []
        self._rows: list[Vectors] = []

    @property
    def filled(self) -> int:
        """How many texts have their vectors."""
        return len(self._places)

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
        """Keep the vectors of these places."""
        self._places += places
        self._rows.append(rows)

    def result(self) -> Vectors:
        """All vectors; raise what the encoder raised for these texts."""
        if self.error is not None:
            raise self.error
        together = np.concatenate(self._rows)
        vectors = np.empty_like(together)
        vectors[self._places] = together
        return vectors


class _CallPart:
    """Some texts of a call, by their places."""

    def __init__(self, call: _Call, places: list[int]) -> None:
        self.call = call
        self.places = places

    @property
    def texts(self) -> list[str]:
        """The texts at these places."""
        return [self.call.texts[place] for place in self.places]
