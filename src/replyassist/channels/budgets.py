"""Budgets of an account, shared by all workers: what was spent is in the database, and the connection's row is held."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from . import repository
from .models import Connection
from .traits import Budget, Traits


def seconds_to_wait(
    session: Session, connection: Connection, traits: Traits, *, conversation: str, now: datetime
) -> float:
    """How long one send has to wait; 0 when it may go, and then it is spent.

    ``connection`` is held (``repository.hold``). Exact: no span of a budget's length ever holds more than its points.
    """
    paused = connection.paused_until
    wait = (paused - now).total_seconds() if paused else 0.0
    named = [(budget, _name(budget, conversation)) for budget in traits.budgets]
    for budget, name in named:
        wait = max(wait, _wait(session, connection.id or 0, budget, name, now=now))
    if wait > 0:
        return wait
    longest = timedelta(seconds=max((budget.seconds for budget in traits.budgets), default=0))
    repository.forget_spent(session, connection.id or 0, until=now - longest)
    for budget, name in named:
        repository.spend(session, connection.id or 0, name, budget.send, now=now)
    session.flush()
    return 0.0


def _wait(session: Session, connection_id: int, budget: Budget, name: str, *, now: datetime) -> float:
    length = timedelta(seconds=budget.seconds)
    spent = repository.spent_since(session, connection_id, name, since=now - length)
    over = sum(points for _, points in spent) + budget.send - budget.most
    for at, points in spent:
        if over <= 0:
            break
        over -= points
        if over <= 0:
            return (at + length - now).total_seconds()
    return 0.0


def _name(budget: Budget, conversation: str) -> str:
    name = f"{budget.most}/{budget.seconds}"
    return f"{name} {conversation}" if budget.scope == "conversation" else name
