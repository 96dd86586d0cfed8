"""What waits and what is spent, as gauges for Prometheus: asked of the database every few seconds at most."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from replyassist.brands.model_use import ModelLimits, budget_used
from replyassist.channels.repository import open_circuits
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import DatabaseBusy
from replyassist.inbox import repository as inbox
from replyassist.review import repository as review
from replyassist.review.models import ReviewStatus

WATCHED = (
    ReviewStatus.PENDING,
    ReviewStatus.ESCALATED,
    ReviewStatus.APPROVED,
    ReviewStatus.SENDING,
    ReviewStatus.FAILED,
    ReviewStatus.UNCERTAIN,
)
"""Where an item waits for somebody or something."""
MOST = 100_000
"""Items that are counted of one status: more are not told apart from it."""
KEPT = timedelta(seconds=5)
"""For how long what was found is told again: several may watch one deployment."""


class Backlog(Collector):
    """Items by status, and for how long the one that has waited longest has; messages without a draft likewise; and
    how much of their day's money for the language model brands have used, ``limits`` being those without their own.

    A database that is too busy to answer leaves what was found before."""

    def __init__(self, database: Database, clock: Clock, limits: ModelLimits) -> None:
        self._database, self._clock, self._limits = database, clock, limits
        self._lock = threading.Lock()
        self._found: tuple[datetime, list[GaugeMetricFamily]] | None = None

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """The names, without asking the database: it may not be there yet."""
        return iter(_families())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures of now, or of some seconds ago."""
        now = self._clock.now()
        with self._lock:
            if self._found is None or now - self._found[0] >= KEPT:
                try:
                    self._found = now, self._ask(now)
                except DatabaseBusy:
                    if self._found is None:
                        return iter(())
            return iter(self._found[1])

    def _ask(self, now: datetime) -> list[GaugeMetricFamily]:
        items, longest, circuits, budget = families = _families()
        with self._database.reading() as session:
            items.add_metric(["received"], inbox.count_waiting(session))
            longest.add_metric(["received"], _seconds(inbox.waiting_since(session), now))
            for status in WATCHED:
                items.add_metric([status.value], review.count_in(session, status, most=MOST))
                longest.add_metric([status.value], _seconds(review.longest_in(session, status), now))
            circuits.add_metric([], open_circuits(session, now=now))
            for brand_id, used in sorted(budget_used(session, self._limits, now=now).items()):
                budget.add_metric([brand_id], used)
        return families


def _families() -> list[GaugeMetricFamily]:
    return [
        GaugeMetricFamily("replyassist_items", f"Items by status, counted up to {MOST}", labels=["status"]),
        GaugeMetricFamily(
            "replyassist_longest_wait_seconds",
            "For how long the item that has had a status longest has had it; 0 where there is none",
            labels=["status"],
        ),
        GaugeMetricFamily("replyassist_circuits_open", "Accounts that do not answer and are left alone now"),
        GaugeMetricFamily(
            "replyassist_model_budget_used_ratio",
            "What part of the money for its day a brand that has a limit has used at the language model",
            labels=["brand"],
        ),
    ]


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


class Metrics:
    """All that a process tells Prometheus: its own counters, and what waits."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, database: Database, clock: Clock, limits: ModelLimits) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(REGISTRY)
        self.registry.register(Backlog(database, clock, limits))

    def text(self) -> bytes:
        """In Prometheus' own format."""
        return generate_latest(self.registry)
