"""Budgets of an account, shared by all workers: what was spent is in the database, and the connection's row is held.

Readings draw on the budgets of an account too where the platform counts both together, and leave half of each to sends.

What has to wait is given a moment of its own, behind the older sends that wait: they do not all wake at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from sqlmodel import Session

from . import repository
from .models import Connection
from .traits import Budget, Traits


@dataclass(frozen=True)
class Reserved:
    """An older send that waits too, until ``at``."""

    at: datetime
    conversation: str


def seconds_to_wait(
    session: Session,
    connection: Connection,
    traits: Traits,
    *,
    conversation: str,
    now: datetime,
    ahead: Sequence[Reserved] = (),
) -> float:
    """How long one send has to wait; 0 when it may go, and then it is spent.

    ``connection`` is held (``repository.hold``). Exact: no span of a budget's length ever holds more than its points,
    those of the older sends ``ahead`` among them.
    """
    taken = [_taken(session, connection, budget, conversation, ahead, now=now) for budget in traits.budgets]
    return _wait_or_spend(session, connection, traits, taken, now=now)


def seconds_to_read(
    session: Session, connection: Connection, traits: Traits, *, now: datetime, ahead: Sequence[Reserved] = ()
) -> float:
    """How long one call of a reading has to wait; 0 when it may go, and then it is spent. It goes where half of each
    budget that counts it is left to sends; those that wait (``ahead``) go first."""
    taken = []
    for budget in (each for each in traits.budgets if each.read):
        all_of_it = _taken(session, connection, budget, "", ahead, now=now)
        taken.append(replace(all_of_it, most=budget.most // 2, points=budget.read))
    return _wait_or_spend(session, connection, traits, taken, now=now) if taken else 0.0


def _wait_or_spend(
    session: Session, connection: Connection, traits: Traits, taken: Sequence[_Taken], *, now: datetime
) -> float:
    free = max(now, connection.paused_until or now)
    while (later := max((each.free_from(free) for each in taken), default=free)) > free:
        free = later
    if free > now:
        return (free - now).total_seconds()
    longest = timedelta(seconds=max((budget.seconds for budget in traits.budgets), default=0))
    repository.forget_spent(session, connection.id or 0, until=now - longest)
    for each in taken:
        repository.spend(session, connection.id or 0, each.name, each.points, now=now)
    session.flush()
    return 0.0


@dataclass(frozen=True)
class _Taken:
    """Points of a budget, spent and reserved: the moments in their order, and the points before each and after all.
    ``points`` more are wanted, so that there are no more than ``most``."""

    name: str
    length: timedelta
    most: int
    points: int
    moments: Sequence[datetime]
    before: Sequence[int]

    @classmethod
    def of(cls, budget: Budget, name: str, spent: Iterable[tuple[datetime, int]]) -> _Taken:
        """Of points by moment, in any order; a send wants some."""
        ordered = sorted(spent)
        moments, before = [at for at, _ in ordered], [0, *accumulate(each for _, each in ordered)]
        return cls(name, timedelta(seconds=budget.seconds), budget.most, budget.send, moments, before)

    def free_from(self, start: datetime) -> datetime:
        """The first moment from ``start`` on at which they fit; ``start`` where they never do."""
        ends = self.moments[bisect_right(self.moments, start - self.length) :]
        return next((each for each in (start, *(end + self.length for end in ends)) if self._fits(each)), start)

    def _fits(self, moment: datetime) -> bool:
        later = self.moments[bisect_right(self.moments, moment) : bisect_left(self.moments, moment + self.length)]
        return all(self._within(end - self.length, end) + self.points <= self.most for end in (moment, *later))

    def _within(self, start: datetime, end: datetime) -> int:
        return self.before[bisect_right(self.moments, end)] - self.before[bisect_right(self.moments, start)]


def _taken(
    session: Session,
    connection: Connection,
    budget: Budget,
    conversation: str,
    ahead: Sequence[Reserved],
    *,
    now: datetime,
) -> _Taken:
    since, name = now - timedelta(seconds=budget.seconds), _name(budget, conversation)
    spent = repository.spent_since(session, connection.id or 0, name, since=since)
    shared = (each for each in ahead if budget.scope == "account" or each.conversation == conversation)
    return _Taken.of(budget, name, [*spent, *((max(each.at, now), budget.send) for each in shared)])


def _name(budget: Budget, conversation: str) -> str:
    name = f"{budget.most}/{budget.seconds}"
    return f"{name} {conversation}" if budget.scope == "conversation" else name
