"""Why an approved reply does not leave yet, and for how long: a time that was chosen, a stop, quiet hours, its turn, a
silent account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.brands.quiet import quiet_end
from replyassist.brands.service import get_brand
from replyassist.channels import Traits
from replyassist.channels import repository as connections
from replyassist.channels.breaker import seconds_until_tried
from replyassist.channels.budgets import Reserved, seconds_to_wait
from replyassist.channels.models import Connection
from replyassist.channels.stops import THE_BRAND, stop_of
from replyassist.review.models import ReviewItem

from .models import Delivery
from .repository import waiting_before, waiting_on

STOPPED_POLL_SECONDS = 300.0  # resuming wakes them at once (``switch.py``); this is for what it missed
OVERDUE = timedelta(minutes=1)  # who has not come by then is not waited for
PROBE_SECONDS = 60.0  # for so long the others wait for the one reply that an account is tried with
STOPPED = "Sending is stopped: it waits until somebody resumes it."
QUIET = "Quiet hours: it is sent when they end."
SILENT = "The account does not answer: it is tried again after a pause."
LIMITED = "the account's limit leaves no room yet"
TURN = "other replies of this account are being sent"
SCHEDULED = "a person chose when it is sent"
WAITING_NOTICES = frozenset({STOPPED, QUIET, SILENT})


@dataclass(frozen=True)
class Wait:
    """``ends``: whether the reply fails where it goes on for longer than a day."""

    seconds: float
    reason: str
    ends: bool = True

    @property
    def notice(self) -> str | None:
        """What the item says meanwhile; None where it is too short to matter."""
        return self.reason if self.reason in WAITING_NOTICES else None


@dataclass(frozen=True)
class Leaves:
    """What an attempt at a delivery would spend: ``turn`` is how long its brand and connection have no free slot.
    ``not_before``: when a person wants it to be sent."""

    traits: Traits
    connection_id: int | None
    conversation: str
    delivery: Delivery
    turn: float = 0.0
    not_before: datetime | None = None


def wait_before(session: Session, item: ReviewItem, leaves: Leaves, *, now: datetime) -> Wait | None:
    """Why it may not leave now, or None; then its budget is spent, and where its account is tried it is the one."""
    connection = None if leaves.connection_id is None else connections.hold(session, leaves.connection_id)
    if kept := _kept_by_people(session, item, leaves, connection, now=now):
        return kept
    if leaves.turn:
        return Wait(leaves.turn, TURN)
    if connection is None:
        return None
    if seconds := seconds_until_tried(connection, probe_seconds=PROBE_SECONDS, now=now):
        return Wait(seconds, SILENT)
    session.add(connection)
    waiting = (
        waiting_before(session, leaves.delivery, why=LIMITED, since=now - OVERDUE) if leaves.traits.budgets else ()
    )
    ahead = [Reserved(*each) for each in waiting]
    place = leaves.conversation
    seconds = seconds_to_wait(session, connection, leaves.traits, conversation=place, now=now, ahead=ahead)
    return Wait(seconds, LIMITED) if seconds else None


def _kept_by_people(
    session: Session, item: ReviewItem, leaves: Leaves, connection: Connection | None, *, now: datetime
) -> Wait | None:
    """The time that was chosen for it, a stop, or quiet hours; for as long as it takes."""
    if leaves.not_before is not None and now < leaves.not_before:
        return Wait((leaves.not_before - now).total_seconds(), SCHEDULED, ends=False)
    if stop_of(session, item.brand_id, connection.channel if connection else THE_BRAND):
        return Wait(STOPPED_POLL_SECONDS, STOPPED, ends=False)
    if ends := quiet_end(get_brand(session, item.brand_id), now):
        return Wait((ends - now).total_seconds(), QUIET, ends=False)
    return None


def waiting_sends(session: Session, connection: Connection, *, now: datetime) -> list[Reserved]:
    """The replies that wait until the connection's limit leaves room."""
    place = (connection.brand_id, connection.channel, connection.platform)
    return [Reserved(*each) for each in waiting_on(session, *place, why=LIMITED, since=now - OVERDUE)]
