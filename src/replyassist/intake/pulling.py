"""Reads the Sources of connections: a batch is stored in short transactions, the cursor behind it in the last.

None is open while the platform is asked, and others write between them, however much a new account brings.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from replyassist.channels import Event, Pulled, Traits
from replyassist.channels import repository as stored
from replyassist.channels.budgets import seconds_to_read
from replyassist.channels.connections import Connections
from replyassist.channels.models import Connection, ConnectionStatus
from replyassist.core.errors import CredentialsRefused, DeliveryError, RateLimited, ReplyassistError
from replyassist.core.job_runner import Periodic
from replyassist.core.jobs import Job, JobQueue, without_job
from replyassist.core.settings import Settings
from replyassist.core.telemetry import MESSAGES
from replyassist.delivery.waiting import waiting_sends

from .events import ATTEMPTS, in_order, take_events

logger = logging.getLogger(__name__)
PULL_JOB = "pull"
PLAN_SECONDS = 2.0
LONGEST_PULL_SECONDS = 60.0  # then a stream hands on to the next job, which goes on at the cursor
AFTER_FAILURE_SECONDS = 60.0
EVENTS_AT_ONCE = 20  # in one transaction
LONGEST_WAIT_SECONDS = 15 * 60.0  # after a failure, however seldom it is read otherwise
AFTER_REFUSAL_SECONDS = 15 * 60.0  # a person has to renew the credentials


def pull_job(connection_id: int, pull: int) -> Job:
    """The job of one reading."""
    return Job(name=PULL_JOB, key=f"{PULL_JOB}-{connection_id}-{pull}", arguments=(connection_id, pull))


class OutOfBudget(RateLimited):
    """Our own budget asks to wait: nothing is wrong with the account."""


@dataclass(frozen=True)
class Puller:
    """Plans readings and makes them. ``Connection.pulls`` numbers them: only the newest one stores anything."""

    connections: Connections
    jobs: JobQueue
    settings: Settings
    longest_seconds: float = LONGEST_PULL_SECONDS

    @property
    def periodic(self) -> dict[str, Periodic]:
        """What a job runner calls, and every how many seconds."""
        return {"pull_sources": (PLAN_SECONDS, self.plan)}

    def plan(self) -> None:
        """A job for every connection that is due and has none."""
        platforms = [name for name, adapter in self.connections.adapters.items() if adapter.source is not None]
        if not platforms:
            return
        database, now = self.connections.database, self.connections.runtime.clock.now()
        with database.reading() as session:
            waiting = stored.due(session, platforms, now=now)
        for connection in without_job(self.jobs, waiting, lambda each: pull_job(each.id or 0, each.pulls)):
            connection_id, pull = connection.id or 0, connection.pulls
            with database.writing() as session:
                if stored.change_if_pull(session, connection_id, pull, pulls=pull + 1):
                    self.jobs.enqueue(session, pull_job(connection_id, pull + 1))

    def pull(self, connection_id: int, pull: int, *, is_ending: Callable[[], bool] = lambda: False) -> None:
        """One reading, from the stored cursor to where there is no more; what fails is the connection's health."""
        with self.connections.database.reading() as session:
            connection = session.get(Connection, connection_id)
        if connection is None or connection.pulls != pull or connection.status == ConnectionStatus.DISCONNECTED:
            return
        problem, wait = "", self._traits(connection).poll_seconds
        try:
            problem, goes_on = self._read(connection, pull, is_ending)
            wait = wait if goes_on is None else goes_on
        except OutOfBudget as error:
            wait = error.retry_after_s or wait
        except CredentialsRefused as error:
            problem, wait = error.detail, AFTER_REFUSAL_SECONDS
        except DeliveryError as error:
            wait = max(min(wait, LONGEST_WAIT_SECONDS), error.retry_after_s or AFTER_FAILURE_SECONDS)
            problem = error.detail
        except ReplyassistError as error:
            problem, wait = error.detail, AFTER_FAILURE_SECONDS
        except Exception as error:
            logger.exception("reading connection %d failed", connection_id)
            problem, wait = f"unforeseen: {type(error).__name__}", AFTER_FAILURE_SECONDS
        self._finish(connection_id, pull, problem, wait)

    def _read(self, connection: Connection, pull: int, is_ending: Callable[[], bool]) -> tuple[str, float | None]:
        """What it left out, and after how many seconds it goes on where it was cut, as the source says."""
        source = self.connections.source(connection, self._before_call(connection))
        if source is None:
            return "", None
        ends_at = time.monotonic() + self.longest_seconds
        since = self._since(connection)

        def is_over() -> bool:
            return is_ending() or time.monotonic() >= ends_at

        try:
            for pulled in source.pull(connection.cursor, since=since, is_ending=is_over):
                if not self._store(connection, pull, pulled, is_first=connection.cursor is None):
                    break
                if is_ending():  # when only its time is over, the source ends where its cursor is worth something
                    return source.problem, 0.0
            return source.problem, source.goes_on_after
        finally:
            source.close()

    def _traits(self, connection: Connection) -> Traits:
        return self.connections.adapter(connection.platform).traits_for(connection.options)

    def _before_call(self, connection: Connection) -> Callable[[], None] | None:
        """What spends a call of a reading of the account's budget; None where no budget counts it."""
        traits = self._traits(connection)
        if not any(each.read for each in traits.budgets):
            return None

        def spend() -> None:
            now = self.connections.runtime.clock.now()
            with self.connections.database.writing() as session:
                held = stored.hold(session, connection.id or 0)
                ahead = waiting_sends(session, held, now=now)
                wait = seconds_to_read(session, held, traits, now=now, ahead=ahead)
            if wait:
                raise OutOfBudget("the account's limit leaves no room for readings yet", retry_after_s=wait)

        return spend

    def _store(self, connection: Connection, pull: int, pulled: Pulled, *, is_first: bool) -> bool:
        """Keep a batch, and its cursor at its end; False when a newer reading has begun."""
        since = self._since(connection) if is_first else None
        events = in_order(pulled.events)
        for start in range(0, max(1, len(events)), EVENTS_AT_ONCE):
            some, is_last = events[start : start + EVENTS_AT_ONCE], start + EVENTS_AT_ONCE >= len(events)
            moved = {"cursor": pulled.cursor} if is_last else {}
            if not self._store_some(connection, pull, some, moved, since=since):
                return False
        return True

    def _store_some(
        self,
        connection: Connection,
        pull: int,
        events: Sequence[Event],
        moved: Mapping[str, str],
        *,
        since: datetime | None,
    ) -> bool:
        is_answered_there = self.connections.writes_notes(connection)

        def once() -> bool:
            now = self.connections.runtime.clock.now()
            with self.connections.database.writing() as session:
                taken = take_events(
                    session,
                    connection,
                    events,
                    jobs=self.jobs,
                    settings=self.settings,
                    now=now,
                    since=since,
                    is_answered_there=is_answered_there,
                )
                # Last: whoever sends holds a conversation before the connection.
                if not stored.change_if_pull(session, connection.id or 0, pull, pulled_at=now, **moved):
                    session.rollback()
                    return False
            MESSAGES.labels(outcome="new").inc(taken)
            return True

        for _ in range(ATTEMPTS - 1):
            try:
                return once()
            except IntegrityError:
                continue
        return once()

    def _since(self, connection: Connection) -> datetime:
        """From when on messages are taken in that were there before the account was connected."""
        return connection.updated_at - timedelta(days=self.settings.catch_up_days)

    def _finish(self, connection_id: int, pull: int, problem: str, wait: float) -> None:
        now = self.connections.runtime.clock.now()
        with self.connections.database.writing() as session:
            connection = stored.hold(session, connection_id)
            if connection.pulls == pull:
                connection.set_health(problem=problem, now=now)
                connection.next_pull_at = now + timedelta(seconds=wait)
                session.add(connection)
