"""Budgets of an account, shared by all workers: what was spent is in the database, and the connection's row is held.

What has to wait is given a moment of its own, behind the older sends that wait: they do not all wake at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    free = max(now, connection.paused_until or now)
    named = [(budget, _name(budget, conversation)) for budget in traits.budgets]
    taken = [_taken(session, connection, budget, conversation, ahead, now=now) for budget in traits.budgets]
    while (later := max((each.free_from(free) for each in taken), default=free)) > free:
        free = later
    if free > now:
        return (free - now).total_seconds()
    longest = timedelta(seconds=max((budget.seconds for budget in traits.budgets), default=0))
    repository.forget_spent(session, connection.id or 0, until=now - longest)
    for budget, name in named:
        repository.spend(session, connection.id or 0, name, budget.send, now=now)
    session.flush()
    return 0.0


@dataclass(frozen=True)
class _Taken:
    """Points of a budget, spent and reserved: the moments in their order, and the points before each and after all."""

    budget: Budget
    moments: Sequence[datetime]
    before: Sequence[int]

    @classmethod
    def of(cls, budget: Budget, points: Iterable[tuple[datetime, int]]) -> _Taken:
        """Of points by moment, in any order."""
        ordered = sorted(points)
        return cls(budget, [at for at, _ in ordered], [0, *accumulate(each for _, each in ordered)])

    def free_from(self, start: datetime) -> datetime:
        """The first moment from ``start`` on at which one more send fits; ``start`` where one never does."""
        length = timedelta(seconds=self.budget.seconds)
        ends = self.moments[bisect_right(self.moments, start - length) :]
        return next((each for each in (start, *(end + length for end in ends)) if self._fits(each, length)), start)

    def _fits(self, moment: datetime, length: timedelta) -> bool:
        later = self.moments[bisect_right(self.moments, moment) : bisect_left(self.moments, moment + length)]
        return all(self._within(end - length, end) + self.budget.send <= self.budget.most for end in (moment, *later))

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
    return _Taken.of(budget, [*spent, *((max(each.at, now), budget.send) for each in shared)])


def _name(budget: Budget, conversation: str) -> str:
    name = f"{budget.most}/{budget.seconds}"
    return f"{name} {conversation}" if budget.scope == "conversation" else name
