"""Readings of several places in a round: one that fails delays no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from replyassist.core.errors import CredentialsRefused, DeliveryError, RateLimited, Unavailable

from .port import Pulled, Source
from .watched import Watched

Read = TypeVar("Read")


class InRounds(Source):
    """Makes several readings in a round. One that fails is told and left out, and tried again in a later round; a round
    that is cut, or has to wait, keeps what it has."""

    _first: DeliveryError | None = None
    """What failed first."""
    _end: DeliveryError | None = None
    """What ended the round behind its first reading."""
    _has_read = False

    @property
    def has_failed(self) -> bool:
        """Whether something that was tried did."""
        return self._first is not None

    def until_cut(self, readings: Iterable[Callable[[], Read]], is_ending: Callable[[], bool]) -> Iterator[Read]:
        """What each brings, up to the one that finds no time, has to wait or is refused to the account. Of the first it
        is raised: there is nothing to keep. A reading has read all when it returns."""
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
                    self._end = error
                return
            yield found

    def tried(
        self, watched: Watched, place: str, called: str, reading: Callable[[], Read], *lists: str, is_list: bool = False
    ) -> Read | None:
        """What the reading of one place brings; None where it fails, or fails since lately and is not due: then
        ``called`` is told to be left out. ``lists``: as in ``Watched.floor_of``; ``is_list``: it brings places alone.
        Raises RateLimited and CredentialsRefused, which are not the place's alone."""
        if not watched.is_due(place):
            self._refused = (*self._refused, f"{called} has not been read since {watched.fails_since(place):%F %R} UTC")
            return None
        found = self._outcome(reading)
        if isinstance(found, DeliveryError):
            watched.note_failure(place, *lists, wait=found.retry_after_s or 0.0)
            self._refused = (*self._refused, f"{called} was left out: {found.detail}")
            self._first = self._first or found
            return None
        watched.note_read(place)
        self._has_read = self._has_read or not is_list
        return found

    def together(self, reading: Callable[[], Read]) -> Read | None:
        """What a reading of several places at once brings; None where it fails: each is to be ``tried`` by itself then.
        Raises as ``tried``."""
        found = self._outcome(reading)
        if isinstance(found, DeliveryError):
            return None
        self._has_read = True
        return found

    @staticmethod
    def _outcome(reading: Callable[[], Read]) -> Read | DeliveryError:
        try:
            return reading()
        except DeliveryError as error:
            if isinstance(error, CredentialsRefused | RateLimited) and not isinstance(error, Unavailable):
                raise
            return error

    def ended(self, pulled: Iterable[Pulled], *, is_all: bool) -> Iterator[Pulled]:
        """What the round has, then what ended it. Where all that was tried failed, the reading has failed; of a round
        that ``is_all`` in it nothing is kept then, and all is tried again next time."""
        error = self._end or (self._first if not self._has_read and self.goes_on_after is None else None)
        if error and is_all and not self._has_read:
            raise error
        yield from pulled
        if error:
            raise error
