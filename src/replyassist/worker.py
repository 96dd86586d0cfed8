"""Takes work from the durable queue: received -> pipeline -> queue, asked -> redraft, approved -> delivery,
decided -> learning.

Jobs carry ids only; the truth is in the rows. The reconciler gives a new job to every row that lost its own.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.job_runner import JobRunner
from replyassist.core.jobs import JobQueue
from replyassist.core.settings import Settings
from replyassist.delivery.service import ChannelFactory, deliver
from replyassist.inbox import repository as inbox
from replyassist.inbox.models import MessageStatus
from replyassist.inbox.service import DRAFT_JOB, StoredMessage, draft_job, load
from replyassist.learning.service import learn
from replyassist.pipeline import Inbound
from replyassist.proposing import Proposer
from replyassist.review import repository as reviews
from replyassist.review.approved import replies_in_thread
from replyassist.review.decisions import DELIVER_JOB, LEARN_JOB, REDRAFT_JOB, deliver_job, learn_job, redraft_job
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.proposal import Proposal
from replyassist.review.queue import enqueue_proposal, give_up_redraft, replace_proposal
from replyassist.triage import Route, triage, warm_up

logger = logging.getLogger(__name__)
RETRY_SECONDS = 5.0
RECONCILE_SECONDS = 30.0
RECONCILE_LIMIT = 500
THREAD_REPLIES = 3


@dataclass(frozen=True)
class Worker:
    """The handlers of the four jobs, and the reconciler."""

    database: Database
    proposer: Proposer
    jobs: JobQueue
    connect: ChannelFactory
    clock: Clock
    settings: Settings

    def draft(self, message_id: int, attempt: int) -> None:
        """Propose a reply to a message that was taken in, and put it into the queue."""
        with self.database.reading() as session:
            stored = load(session, message_id)
            message = as_inbound(session, stored)
        if stored.message.status != MessageStatus.RECEIVED or stored.message.attempt != attempt:
            return
        if attempt >= self.settings.draft_attempts:
            self._give_up(stored)
            return
        try:
            proposal = self.proposer.propose(stored.message.brand_id, message)
        except Exception:
            logger.exception("drafting message %d failed, attempt %d", message_id, attempt)
            self._draft_failed(stored, attempt)
            return
        with self.database.writing() as session:
            enqueue_proposal(session, message_id, proposal, now=self.clock.now())

    def redraft(self, item_id: int, attempt: int) -> None:
        """Draft anew as a person asked; when it fails, the old draft stays."""
        with self.database.reading() as session:
            item = session.get(ReviewItem, item_id)
            if item is None or not item.is_redrafting or item.redraft_attempt != attempt:
                return
            message = as_inbound(session, load(session, item.message_id))
            asked = item.proposal.get("asked", {})
        picked = asked.get("template_id") or item.proposal.get("picked_template")
        proposal = self.proposer.propose(
            item.brand_id,
            message,
            template_id=picked,
            instruction=asked.get("instruction") or None,
            with_follow_up=bool(asked.get("with_follow_up")),
        )
        with self.database.writing() as session:
            current = session.get(ReviewItem, item_id)
            if current is not None:
                replace_proposal(session, current, proposal, redraft_attempt=attempt, now=self.clock.now())

    def deliver(self, approval_id: int, attempt: int) -> None:
        """Make one attempt at sending an approved reply."""
        deliver(
            approval_id,
            attempt,
            database=self.database,
            connect=self.connect,
            jobs=self.jobs,
            clock=self.clock,
            settings=self.settings,
        )

    def learn(self, item_id: int, attempt: int = 0) -> None:
        """Make what an item taught what its last decision teaches; safe to run again, and late.

        It is tried again as often as drafting is: nothing else would bring a lesson back, or take one away.
        """
        if not self.settings.learn_from_decisions:
            return
        registry = self.proposer.registry
        try:
            learn(
                item_id,
                database=self.database,
                encoder=registry.encoder,
                of_templates=registry.template_encoder,
                now=self.clock.now(),
            )
        except Exception:
            if attempt + 1 >= self.settings.draft_attempts:
                raise
            logger.exception("learning from item %d failed, attempt %d", item_id, attempt)
            with self.database.writing() as session:
                again = learn_job(session.get_one(ReviewItem, item_id), attempt + 1)
                self.jobs.enqueue(session, again, delay_seconds=RETRY_SECONDS)

    def reconcile(self) -> int:
        """Give a new job to every row that has waited long and whose job is gone; returns how many."""
        before = self.clock.now() - timedelta(seconds=self.settings.reconcile_after_seconds)
        return (
            self._revive_messages(before=before)
            + self._revive_deliveries(before=before)
            + self._give_up_redrafts(before=before)
        )

    def runner(self, *, concurrency: dict[str, int] | None = None) -> JobRunner:
        """The runner that takes these jobs from the durable queue; what is slow to load is loaded by now."""
        warm_up()
        return JobRunner(
            self.database.url,
            {DRAFT_JOB: self.draft, REDRAFT_JOB: self.redraft, DELIVER_JOB: self.deliver, LEARN_JOB: self.learn},
            concurrency=concurrency or {DRAFT_JOB: self.settings.draft_concurrency, REDRAFT_JOB: 2, DELIVER_JOB: 8},
            poll_seconds=self.settings.job_poll_seconds,
            dead_after_seconds=self.settings.worker_dead_after_seconds,
            periodic={"reconcile": (RECONCILE_SECONDS, lambda: self._log_reconciled(self.reconcile()))},
        )

    def _draft_failed(self, stored: StoredMessage, attempt: int) -> None:
        """Try again later; after the last attempt the message goes to a person without a draft."""
        message_id = stored.message.id or 0
        with self.database.writing() as session:
            if attempt + 1 < self.settings.draft_attempts:
                if inbox.next_attempt(session, message_id, attempt=attempt):
                    self.jobs.enqueue(session, draft_job(message_id, attempt + 1), delay_seconds=RETRY_SECONDS)
                return
        self._give_up(stored)

    def _give_up(self, stored: StoredMessage) -> None:
        proposal = Proposal(
            route=Route.ESCALATE,
            reason="drafting_failed: the machine could not draft this; the error is in the log",
            triage=triage(
                stored.message.text,
                context_texts=[text for text in (stored.author.name, stored.conversation.parent_text) if text],
            ),
        )
        with self.database.writing() as session:
            enqueue_proposal(session, stored.message.id or 0, proposal, now=self.clock.now())

    def _revive_messages(self, *, before: datetime) -> int:
        with self.database.reading() as session:
            waiting = inbox.stale_received(session, before=before, limit=RECONCILE_LIMIT)
        revived = 0
        for message in waiting:
            message_id, attempt = message.id or 0, message.attempt
            if self.jobs.is_live(draft_job(message_id, attempt).key):
                continue
            with self.database.writing() as session:
                if inbox.next_attempt(session, message_id, attempt=attempt):
                    self.jobs.enqueue(session, draft_job(message_id, attempt + 1))
                    revived += 1
        return revived

    def _revive_deliveries(self, *, before: datetime) -> int:
        moving = (ReviewStatus.APPROVED, ReviewStatus.SENDING)
        with self.database.reading() as session:
            waiting = reviews.in_status_since(session, moving, before=before, limit=RECONCILE_LIMIT)
        revived = 0
        for item in waiting:
            if self.jobs.is_live(deliver_job(item.approval_id, item.attempt).key):
                continue
            with self.database.writing() as session:
                if reviews.next_attempt(session, item):
                    self.jobs.enqueue(session, deliver_job(item.approval_id, item.attempt + 1))
                    revived += 1
        return revived

    def _give_up_redrafts(self, *, before: datetime) -> int:
        with self.database.reading() as session:
            waiting = reviews.redrafting_since(session, before=before, limit=RECONCILE_LIMIT)
        given_up = 0
        for item in waiting:
            if self.jobs.is_live(redraft_job(item.id or 0, item.redraft_attempt).key):
                continue
            with self.database.writing() as session:
                current = session.get(ReviewItem, item.id)
                if current is not None and current.version == item.version:
                    give_up_redraft(session, current, now=self.clock.now())
                    given_up += 1
        return given_up

    @staticmethod
    def _log_reconciled(revived: int) -> None:
        if revived:
            logger.warning("%d rows had lost their job and got a new one", revived)


def as_inbound(session: Session, stored: StoredMessage) -> Inbound:
    """A stored message as the pipeline sees it, with the brand's last replies in its thread."""
    return Inbound(
        text=stored.message.text,
        channel=stored.message.channel,
        visibility=stored.conversation.visibility,
        author_name=stored.author.name,
        author_handle=stored.author.handle,
        parent_text=stored.conversation.parent_text,
        earlier_replies=tuple(replies_in_thread(session, stored.message.conversation_id, limit=THREAD_REPLIES)),
    )
