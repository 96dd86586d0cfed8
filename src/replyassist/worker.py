"""Takes work from the durable queue, and hands it to what does it.

Jobs carry ids only; the truth is in the rows. ``reconciling`` gives a new job to every row that lost its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from replyassist.cards.posting import CARD_JOB, CardWriter, plan_shown
from replyassist.channels.connections import Connections
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.embedding import CachedEncoder
from replyassist.core.errors import DatabaseBusy, ReplyassistError
from replyassist.core.job_runner import Handler, JobRunner
from replyassist.core.jobs import JobQueue
from replyassist.core.settings import REDRAFTS_AT_ONCE, Settings
from replyassist.delivery.notes import NOTE_JOB, write_note
from replyassist.delivery.service import ChannelFactory, deliver
from replyassist.delivery.slots import Slots
from replyassist.delivery.switch import WAKE_JOB, wake_behind
from replyassist.evaluation.jobs.service import EVALUATE_JOB, EvaluationRunner
from replyassist.faq.service import current_version
from replyassist.faq.trials import TRIAL_JOB
from replyassist.guardrails.vectors import MEMORY
from replyassist.inbox import repository as inbox
from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.models import MessageStatus
from replyassist.inbox.service import DRAFT_JOB, draft_job, load
from replyassist.inbox.threads import StoredMessage
from replyassist.intake.context import fill_context
from replyassist.intake.pulling import PULL_JOB, Puller
from replyassist.job_tracing import traced
from replyassist.learning.generated.service import GENERATE_JOB
from replyassist.learning.service import learn
from replyassist.proposal import Proposal, RedraftRequest
from replyassist.proposing import Proposer
from replyassist.reconciling import Reconciler
from replyassist.retrieval.service import EMBEDDINGS
from replyassist.review.clusters import MessageVector
from replyassist.review.decisions import DELIVER_JOB, LEARN_JOB, REDRAFT_JOB, learn_job, redraft_job
from replyassist.review.models import ReviewItem
from replyassist.review.queue import enqueue_proposal, replace_proposal
from replyassist.review.thread import as_inbound
from replyassist.triage.reading import as_read
from replyassist.trying import Trials

logger = logging.getLogger(__name__)
RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class Worker:
    """The handlers of the jobs, and the runner that calls them."""

    database: Database
    proposer: Proposer
    jobs: JobQueue
    connect: ChannelFactory
    connections: Connections
    clock: Clock
    settings: Settings

    @cached_property
    def reconciler(self) -> Reconciler:
        """Puts right what the handlers left behind."""
        return Reconciler(database=self.database, jobs=self.jobs, clock=self.clock, settings=self.settings)

    @cached_property
    def puller(self) -> Puller:
        """Brings what platforms do not send."""
        return Puller(connections=self.connections, jobs=self.jobs, settings=self.settings)

    @cached_property
    def slots(self) -> Slots:
        """What this process's deliveries share."""
        return Slots.of(self.settings)

    @cached_property
    def cards(self) -> CardWriter:
        """Shows drafts where people approve them besides."""
        return CardWriter(connections=self.connections, jobs=self.jobs, settings=self.settings)

    def draft(self, message_id: int, attempt: int) -> None:
        """Propose a reply to a message that was taken in, and put it into the queue."""
        with self.database.reading() as session:
            stored = load(session, message_id)
        if not _is_due(stored, attempt):
            return
        if attempt >= self.settings.draft_attempts:
            self._give_up(stored)
            return
        fill_context(self.connections, stored, jobs=self.jobs, settings=self.settings)
        with self.database.reading() as session:
            stored = load(session, message_id)
            message = as_inbound(session, stored)
        if not _is_due(stored, attempt):
            return
        try:
            proposal = self.proposer.propose_stored(stored, message)
        except DatabaseBusy:
            raise  # the runner does it again: that the database was away is no failed attempt
        except Exception:
            logger.exception("drafting message %d failed, attempt %d", message_id, attempt)
            self._draft_failed(stored, attempt)
            return
        self._enqueue(stored, proposal, vector=self._vector(message, proposal))

    def redraft(self, item_id: int, attempt: int) -> None:
        """Draft anew as a person asked; when it fails, the old draft stays."""
        with self.database.reading() as session:
            item = session.get(ReviewItem, item_id)
            if item is None or not item.is_redrafting or item.redraft_attempt != attempt:
                return
            stored = load(session, item.message_id)
            message = as_inbound(session, stored)
            asked = item.proposal.asked or RedraftRequest()
            picked = asked.template_id or item.proposal.picked_template
            if picked and current_version(session, item.brand_id, picked) is None:
                picked = None  # it went out of use meanwhile: the best of the others, as for a new message
        proposal = self.proposer.propose_stored(
            stored,
            message,
            template_id=picked,
            instruction=asked.instruction or None,
            with_follow_up=asked.with_follow_up,
        )
        with self.database.writing() as session:
            current = session.get(ReviewItem, item_id)
            if current is not None:
                now = self.clock.now()
                replace_proposal(session, current, proposal, redraft_attempt=attempt, now=now, read=stored.digest)
                plan_shown(session, current, connections=self.connections, jobs=self.jobs)

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
            slots=self.slots,
        )

    def wake(self, item_id: int) -> None:
        """Try again what waited behind an item for somebody to resume."""
        wake_behind(item_id, database=self.database, jobs=self.jobs, clock=self.clock)

    def note(self, item_id: int, redraft_attempt: int, attempt: int) -> None:
        """Show a draft in the platform's own inbox, to those who answer there."""
        connections, jobs, settings = self.connections, self.jobs, self.settings
        write_note(item_id, redraft_attempt, attempt, connections=connections, jobs=jobs, settings=settings)

    def learn(self, item_id: int, attempt: int = 0) -> None:
        """Make what an item taught what its last decision teaches; safe to run again, and late.

        It is tried again as often as drafting is: nothing else would bring a lesson back, or take one away.
        """
        if not self.settings.learn_from_decisions:
            return
        encoder = self.proposer.encoder
        try:
            learn(
                item_id,
                database=self.database,
                encoder=encoder,
                of_templates=CachedEncoder(encoder, self.settings.home / EMBEDDINGS),
                now=self.clock.now(),
            )
        except Exception:
            if attempt + 1 >= self.settings.draft_attempts:
                raise
            logger.exception("learning from item %d failed, attempt %d", item_id, attempt)
            with self.database.writing() as session:
                again = learn_job(session.get_one(ReviewItem, item_id), attempt + 1)
                self.jobs.enqueue(session, again, delay_seconds=RETRY_SECONDS)

    def generate_questions(self, row_id: int, attempt: int) -> None:
        """Have the chat model write what people would ask for a template, and keep what fits."""
        maker = self.proposer.question_maker
        if maker is not None and self.settings.generated_questions:
            maker.run(row_id, attempt, jobs=self.jobs, attempts=self.settings.draft_attempts)

    def evaluate(self, job_id: int, attempt: int, *, is_ending: Callable[[], bool] = lambda: False) -> None:
        """Score cases that somebody asked for in the console; ``is_ending``: whether this process is about to end."""
        doer = EvaluationRunner(database=self.database, adapters=self.proposer, jobs=self.jobs, clock=self.clock)
        doer.do(job_id, attempt, is_ending=is_ending)

    def trial(self, trial_id: int) -> None:
        """Try a change of a template before it goes live."""
        Trials(self.proposer).run(trial_id)

    def runner(self) -> JobRunner:
        """The runner that takes these jobs from the durable queue; evaluations one at a time."""

        def evaluate(job_id: int, attempt: int) -> None:
            self.evaluate(job_id, attempt, is_ending=lambda: runner.is_ending)

        def pull(connection_id: int, pull: int) -> None:
            self.puller.pull(connection_id, pull, is_ending=lambda: runner.is_ending)

        handlers: dict[str, Handler] = {
            DRAFT_JOB: self.draft,
            REDRAFT_JOB: self.redraft,
            DELIVER_JOB: self.deliver,
            WAKE_JOB: self.wake,
            NOTE_JOB: self.note,
            CARD_JOB: self.cards.write,
            LEARN_JOB: self.learn,
            GENERATE_JOB: self.generate_questions,
            EVALUATE_JOB: evaluate,
            TRIAL_JOB: self.trial,
            PULL_JOB: pull,
        }
        runner = JobRunner(
            self.database.url,
            traced(handlers, self.database),
            concurrency={
                DRAFT_JOB: self.settings.draft_concurrency,
                REDRAFT_JOB: REDRAFTS_AT_ONCE,
                DELIVER_JOB: self.settings.delivery_concurrency,
                NOTE_JOB: 4,
                CARD_JOB: 2,
                TRIAL_JOB: 1,
                PULL_JOB: 8,
            },
            poll_seconds=self.settings.job_poll_seconds,
            dead_after_seconds=self.settings.worker_dead_after_seconds,
            periodic=self.reconciler.periodic | self.puller.periodic | self.cards.periodic,
        )
        return runner

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
        self._enqueue(stored, self.proposer.given_up(stored))

    def _vector(self, message: InboundMessage, proposal: Proposal) -> MessageVector | None:
        """The message as the checks' encoder reads it, which it has done already; None where there is no draft.

        Nothing depends on it but whether messages are shown together: what fails is logged.
        """
        if not proposal.draft:
            return None
        encoder, text = self.proposer.encoder, as_read(message).text
        try:
            return MessageVector(encoder.model_digest, MEMORY.of(encoder, [text])[0])
        except ReplyassistError:
            logger.exception("a message could not be compared with others")
            return None

    def _enqueue(self, stored: StoredMessage, proposal: Proposal, *, vector: MessageVector | None = None) -> None:
        """Make the item; where the author changed the message while it was drafted, another draft follows."""
        with self.database.writing() as session:
            now = self.clock.now()
            item = enqueue_proposal(
                session, stored.message.id or 0, proposal, now=now, read=stored.digest, vector=vector
            )
            if item is not None and item.is_redrafting:
                self.jobs.enqueue(session, redraft_job(item.id or 0, item.redraft_attempt))
            elif item is not None:
                plan_shown(session, item, connections=self.connections, jobs=self.jobs)


def _is_due(stored: StoredMessage, attempt: int) -> bool:
    return stored.message.status == MessageStatus.RECEIVED and stored.message.attempt == attempt
