"""Reading beside webhooks: what was there before connecting, or was told while nobody listened.

A reading goes through places (posts, channels, tickets). Where its time is over, or the platform asks to wait, the next
one goes on at the place where it stopped. What is read twice does no harm: intake knows what it has.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from replyassist.core.clock import Clock
from replyassist.core.errors import DeliveryError, RateLimited

from .events import Edited, Event, NewMessage
from .port import Pulled, Source

EVERY_SECONDS = 3600.0
"""Webhooks bring what is new."""
OVERLAP = timedelta(minutes=10)  # how late one may be listed is not documented
BATCH = 200
Entry = TypeVar("Entry")
MOST_DONE = 100
"""Places of one mark that a cursor names."""


@dataclass(frozen=True)
class ReadPlace:
    """What is read by itself. ``mark``: how far the listing has come with it; ``entry``: what that told of it."""

    name: str
    mark: str
    entry: Mapping[str, Any] = field(default_factory=dict)


class CatchUp(Source):
    """Reads all places that may have something new, from ten minutes before the reading before it began."""

    _clock: Clock
    called = "{}"
    """How a place is called in what is left out."""

    @abstractmethod
    def places(self, start: datetime, mark: str) -> Iterable[ReadPlace]:
        """Those with something from ``start`` on, in an order that stays the same; of a round that was cut, those from
        this mark on (empty: all)."""

    @abstractmethod
    def read(self, place: ReadPlace, start: datetime) -> Iterable[Event]:
        """What stands in a place, at least from ``start`` on; of one moment, the oldest first."""

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """Place by place; of each our own first, the others by their time. One place at least is read each time."""
        kept = json.loads(cursor) if cursor else {}
        start = datetime.fromisoformat(kept["start"]) if kept else since
        began, mark, done = kept.get("began"), kept.get("mark", ""), list(kept.get("done", ()))
        if began is None:
            start, began = (start - OVERLAP if kept else start), self._clock.now().isoformat()

        def position() -> str:
            return json.dumps({"start": start.isoformat(), "began": began, "mark": mark, "done": done})

        was = position()
        try:
            for place in self.places(start, mark):
                if place.mark == mark and place.name in done:
                    continue
                if is_ending() and position() != was:
                    self.goes_on_after = 0.0
                    break
                found, before = list[Event](), position()
                with self.leaving_out(self.called.format(place.name)):
                    found = sorted(_from(start, self.read(place, start)), key=_order)
                done = [*(done if place.mark == mark else ()), place.name][-MOST_DONE:]
                mark = place.mark
                for first in range(0, len(found), BATCH):
                    is_last = first + BATCH >= len(found)
                    yield Pulled(tuple(found[first : first + BATCH]), position() if is_last else before)
            else:
                yield Pulled((), json.dumps({"start": began}))
                return
        except RateLimited as error:
            if position() == was:  # not even one place fits: a person has to know
                raise
            self.goes_on_after = error.retry_after_s
        except DeliveryError:
            yield Pulled((), position())
            raise
        yield Pulled((), position())


def back_to(start: datetime, listed: Iterable[Entry], at: Callable[[Entry], datetime]) -> list[Entry]:
    """What a list that has the newest first has from ``start`` on, the oldest first; no more of it is asked for. What
    has no time that can be read is among it."""
    found = list[Entry]()
    for each in listed:
        with suppress(ValueError, LookupError, TypeError):
            if at(each) < start:
                break
        found.append(each)
    return found[::-1]


def in_turn(found: Mapping[str, Mapping[str, Any]], mark: str) -> Iterator[ReadPlace]:
    """Places that nothing sorts, by their names; those behind the mark."""
    ordered = sorted(found, key=_turn)
    return (ReadPlace(name, name, found[name]) for name in ordered if not mark or _turn(name) > _turn(mark))


def by_time(found: Iterable[tuple[datetime, str, Mapping[str, Any]]], mark: str) -> Iterator[ReadPlace]:
    """Places by the time of their last change, from the mark on."""
    ordered = sorted(found, key=lambda each: each[:2])
    return (ReadPlace(name, at.isoformat(), entry) for at, name, entry in ordered if at.isoformat() >= mark)


def _turn(name: str) -> tuple[int, str]:
    return len(name), name


def _from(start: datetime, events: Iterable[Event]) -> Iterator[Event]:
    """Without messages from before; of an edit from then on, the change alone: what was not known stays so."""
    for event in events:
        told = event.message if isinstance(event, NewMessage | Edited) else None
        is_old = told is not None and told.posted_at < start
        if isinstance(event, Edited) and is_old:
            yield replace(event, message=None)
        elif not is_old:
            yield event


def _order(event: Event) -> tuple[bool, float]:
    if isinstance(event, NewMessage):
        return event.message.direction != "out", event.message.posted_at.timestamp()
    return True, float("inf")  # what changed, behind what was written
