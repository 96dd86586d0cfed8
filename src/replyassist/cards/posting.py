"""Posts a card for each draft, and keeps it as its item stands, whoever decides it and where.

The row is the truth: a card is planned in the transaction that makes the draft, and whatever does not show its item
as it stands gets a job. A post whose answer was lost is looked up by its key before it is posted again, and not before
it can be found: Slack's ``find_lag`` after the longest end of the call.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from replyassist.channels import repository as stored
from replyassist.channels.budgets import seconds_to_wait
from replyassist.channels.connections import Connections
from replyassist.channels.models import Connection, ConnectionStatus
from replyassist.channels.outgoing import CLOCKS
from replyassist.channels.reach import Deadline
from replyassist.channels.slack import CARDS, TRAITS
from replyassist.channels.slack.api import SlackApi
from replyassist.core.errors import (
    ConfigurationError,
    CredentialsRefused,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
    RateLimited,
)
from replyassist.core.job_runner import Periodic
from replyassist.core.jobs import Fence, Job, JobQueue, without_job
from replyassist.core.settings import Settings
from replyassist.delivery.notes import plan_note
from replyassist.delivery.settling import seconds_before
from replyassist.review.models import ReviewItem
from replyassist.wording.catalogues import written_in

from . import repository
from .content import card_of, language_of, may_be_approved
from .models import Card

CARD_JOB = "card"
PLAN_SECONDS = 2.0
EVENT_TYPE = "replyassist_card"
logger = logging.getLogger(__name__)


def card_job(card_id: int, attempt: int) -> Job:
    """The job that brings a card to its item's version; one attempt is one job."""
    return Job(name=CARD_JOB, key=f"{CARD_JOB}-{card_id}-{attempt}", arguments=(card_id, attempt))


def plan_shown(session: Session, item: ReviewItem, *, connections: Connections, jobs: JobQueue) -> None:
    """An item has a draft: plan, in the caller's transaction, a note in its platform's own inbox, and a card in every
    channel that its brand has for cards; none without the secret that tells presses from forged ones."""
    plan_note(session, item, connections=connections, jobs=jobs)
    if not may_be_approved(item) or not connections.runtime.slack_signing_secret:
        return
    for connection in repository.slack_connections(session, item.brand_id):
        key = connection.id or 0
        if cards_channel(connections, connection) and repository.card_of(session, item.id or 0, key) is None:
            now = connections.runtime.clock.now()
            session.add(Card(review_item_id=item.id or 0, connection_id=key, created_at=now))


def cards_channel(connections: Connections, connection: Connection) -> str:
    """The channel that the connection posts cards to; empty for none, and where its credentials cannot be opened."""
    try:
        return connections.account(connection).credentials.get(CARDS, "")
    except ConfigurationError:
        return ""


@dataclass(frozen=True)
class _Due:
    """What one attempt is for. ``channel``: where; ``external_id``: of the card that stands there, empty for none."""

    connection: Connection
    channel: str
    external_id: str
    called_at: datetime | None
    item_id: int


@dataclass(frozen=True)
class CardWriter:
    """Plans and makes attempts at showing cards."""

    connections: Connections
    jobs: JobQueue
    settings: Settings

    @property
    def periodic(self) -> dict[str, Periodic]:
        """What a job runner calls, and every how many seconds."""
        return {"plan_cards": (PLAN_SECONDS, self.plan)}

    def plan(self) -> None:
        """A job for every card that is due and has none."""
        database, now = self.connections.database, self.connections.runtime.clock.now()
        with database.reading() as session:
            waiting = repository.stale_cards(session, now=now)
        for card in without_job(self.jobs, waiting, lambda each: card_job(each.id or 0, each.attempt)):
            key, attempt = card.id or 0, card.attempt
            with database.writing() as session:
                if repository.change_if_attempt(session, key, attempt, attempt=attempt + 1):
                    self.jobs.enqueue(session, card_job(key, attempt + 1))

    def write(self, card_id: int, attempt: int) -> None:
        """One attempt; what fails is tried again, and what Slack refuses is not."""
        fence = Fence(self.settings.worker_dead_after_seconds)
        database = self.connections.database
        with database.reading() as session:
            brand = repository.brand_of(session, card_id)
            language = language_of(session, brand) if brand else ""
        with database.writing() as session:
            due = self._due(session, card_id, attempt)
        if due is None:
            return
        with written_in(language), database.reading() as session:
            item, now = session.get_one(ReviewItem, due.item_id), self.connections.runtime.clock.now()
            content = card_of(session, item, public_url=self.settings.public_url, now=now)
            showing = Card.showing(item)
        try:
            external_id = self._show(card_id, due, content, fence)
        except ConfigurationError as error:
            self._end(card_id, attempt, error.detail)
        except CredentialsRefused as error:
            self._wait_for_sign_in(card_id, attempt, due, error.detail)
        except DeliveryRefused as error:
            self._end(card_id, attempt, error.detail)
        except DeliveryError as error:
            self._put_off(card_id, attempt, due, error)
        else:
            values = {"external_id": external_id, "shown_version": showing, "failures": 0, "next_try_at": None}
            with self.connections.database.writing() as session:
                repository.change_if_attempt(session, card_id, attempt, **values)

    def _due(self, session: Session, card_id: int, attempt: int) -> _Due | None:
        """What is to be shown now; None for nothing, and where the account has no room yet."""
        card, now = session.get(Card, card_id), self.connections.runtime.clock.now()
        if card is None or card.attempt != attempt or card.is_over:
            return None
        if card.next_try_at is not None and card.next_try_at > now:  # taken over from a worker that died: too soon
            return None
        item = session.get_one(ReviewItem, card.review_item_id)
        connection = stored.hold(session, card.connection_id)
        if connection.status == ConnectionStatus.DISCONNECTED:
            return None
        channel = cards_channel(self.connections, connection)
        is_new = not card.external_id and card.called_at is None
        if not channel or (is_new and not may_be_approved(item)):
            card.is_over = not channel
            card.shown_version = Card.showing(item)
            session.add(card)
            return None
        if wait := seconds_to_wait(session, connection, TRAITS, conversation=channel, now=now):
            card.next_try_at = now + timedelta(seconds=wait)
            session.add(card)
            return None
        called_at, card.called_at = card.called_at, card.called_at or now
        if not card.external_id:  # whoever dies from here on may have posted it
            card.next_try_at = now + timedelta(seconds=self.settings.delivery_deadline_seconds) + TRAITS.find_lag
        session.add(card)
        return _Due(connection, channel, card.external_id, called_at, card.review_item_id)

    def _show(self, card_id: int, due: _Due, content: Mapping[str, Any], fence: Fence) -> str:
        """Update the card, or post it where it does not stand there; its id. No transaction is open."""
        ends = Deadline(self.settings.delivery_deadline_seconds)
        api = SlackApi(self.connections.account(due.connection), replace(self.connections.runtime, ends=ends))
        try:
            known = due.external_id or (due.called_at and _find(api, card_id, due)) or ""
            if fence.closed:
                raise DeliveryUncertain("this worker was paused for too long")
            if known:
                channel, _, stamp = known.partition(":")
                api.post("chat.update", channel=channel, ts=stamp, **content)
                return known
            metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": str(card_id)}}
            sent = api.post("chat.postMessage", channel=due.channel, metadata=metadata, **content)
            if not sent.get("ts"):
                raise DeliveryUncertain("Slack's answer tells no message")
            return f"{sent.get('channel') or due.channel}:{sent['ts']}"
        finally:
            api.close()

    def _wait_for_sign_in(self, card_id: int, attempt: int, due: _Due, problem: str) -> None:
        """Nothing is tried by this account until it is signed in again, unless it was meanwhile."""
        with self.connections.database.writing() as session:
            connection = stored.hold(session, due.connection.id or 0)
            repository.change_if_attempt(session, card_id, attempt, next_try_at=None)
            if connection.status != ConnectionStatus.DISCONNECTED and connection.sign_in == due.connection.sign_in:
                connection.set_health(sending_problem=problem)
                session.add(connection)

    def _end(self, card_id: int, attempt: int, problem: str) -> None:
        logger.warning("card %d is not shown any more: %s", card_id, problem)
        with self.connections.database.writing() as session:
            repository.change_if_attempt(session, card_id, attempt, is_over=True)

    def _put_off(self, card_id: int, attempt: int, due: _Due, error: DeliveryError) -> None:
        now = self.connections.runtime.clock.now()
        with self.connections.database.writing() as session:
            connection = stored.hold(session, due.connection.id or 0)
            card = session.get_one(Card, card_id)
            lag = TRAITS.find_lag.total_seconds() if isinstance(error, DeliveryUncertain) and not due.external_id else 0
            wait = max(seconds_before(card.failures + 1), error.retry_after_s or 0.0, lag)
            later, failures = now + timedelta(seconds=wait), card.failures + 1
            if isinstance(error, RateLimited):
                connection.paused_until, failures = later, card.failures
                session.add(connection)
            repository.change_if_attempt(session, card_id, attempt, next_try_at=later, failures=failures)


def _find(api: SlackApi, card_id: int, due: _Due) -> str:
    """The card that an earlier attempt posted; empty for none."""
    since = {"oldest": f"{(due.called_at - CLOCKS).timestamp():.6f}"} if due.called_at else {}
    for posted in api.history(due.channel, **since):
        metadata = posted.get("metadata") or {}
        key = (metadata.get("event_payload") or {}).get("key")
        if posted.get("bot_id") and metadata.get("event_type") == EVENT_TYPE and key == str(card_id):
            return f"{due.channel}:{posted['ts']}"
    return ""
