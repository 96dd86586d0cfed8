"""Takes work from the durable queue: received -> pipeline -> queue, asked -> redraft, approved -> delivery,
decided -> learning.

Jobs carry ids only; the truth is in the rows. ``reconciling`` gives a new job to every row that lost its own.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from replyassist.brands.service import get_brand, voice_of
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.embedding import CachedEncoder
from replyassist.core.errors import ReplyassistError
from replyassist.core.job_runner import JobRunner
from replyassist.core.jobs import JobQueue
from replyassist.core.settings import Settings
from replyassist.delivery.service import ChannelFactory, deliver
from replyassist.faq.service import current_version
from replyassist.inbox import repository as inbox
from replyassist.inbox.inbound import Inbound
from replyassist.inbox.models import AttachmentKind, MessageStatus
from replyassist.inbox.service import DRAFT_JOB, draft_job, load
from replyassist.inbox.threads import StoredMessage
from replyassist.learning.service import learn
from replyassist.proposal import Proposal, RedraftRequest
from replyassist.proposing import Proposer
from replyassist.reconciling import Reconciler
from replyassist.retrieval.service import EMBEDDINGS
from replyassist.review.decisions import DELIVER_JOB, LEARN_JOB, REDRAFT_JOB, learn_job, redraft_job
from replyassist.review.models import ReviewItem
from replyassist.review.queue import enqueue_proposal, replace_proposal
from replyassist.review.thread import as_inbound
from replyassist.triage import Route, triage, warm_up

logger = logging.getLogger(__name__)
RETRY_SECONDS = 5.0
_WITH_ARTICLE = {
    AttachmentKind.IMAGE: "an image",
    AttachmentKind.VIDEO: "a video",
    AttachmentKind.AUDIO: "a recording",
    AttachmentKind.FILE: "a file",
    AttachmentKind.STICKER: "a sticker",
    AttachmentKind.LINK: "a link",
    AttachmentKind.OTHER: "an attachment",
}


@dataclass(frozen=True)
class Worker:
    """The handlers of the four jobs, and the runner that calls them."""

    database: Database
    proposer: Proposer
    jobs: JobQueue
    connect: ChannelFactory
    clock: Clock
    settings: Settings

    @cached_property
    def reconciler(self) -> Reconciler:
        """Puts right what the handlers left behind."""
        return Reconciler(database=self.database, jobs=self.jobs, clock=self.clock, settings=self.settings)

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
            proposal = self._proposal(stored, message)
        except Exception:
            logger.exception("drafting message %d failed, attempt %d", message_id, attempt)
            self._draft_failed(stored, attempt)
            return
        self._enqueue(stored, proposal)

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
        proposal = self._proposal(
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

    def runner(self, *, concurrency: dict[str, int] | None = None) -> JobRunner:
        """The runner that takes these jobs from the durable queue."""
        return JobRunner(
            self.database.url,
            {DRAFT_JOB: self.draft, REDRAFT_JOB: self.redraft, DELIVER_JOB: self.deliver, LEARN_JOB: self.learn},
            concurrency=concurrency or {DRAFT_JOB: self.settings.draft_concurrency, REDRAFT_JOB: 2, DELIVER_JOB: 8},
            poll_seconds=self.settings.job_poll_seconds,
            dead_after_seconds=self.settings.worker_dead_after_seconds,
            periodic=self.reconciler.periodic,
        )

    def load_ahead(self) -> None:
        """Begin to load, in the background, what the first draft needs; what fails is that draft's to report."""
        threading.Thread(target=self._load_encoders, name="loading-encoders").start()
        threading.Thread(target=self.load_model, name="loading-model", daemon=True).start()

    def _load_encoders(self) -> None:
        """One after the other: imports in several threads only take the interpreter from each other."""
        try:
            for encoder in (self.proposer.registry.encoder, self.proposer.encoder):
                encoder.encode(["warm"])
            warm_up()
        except Exception:
            logger.exception("the encoders could not be loaded ahead")

    def load_model(self) -> None:
        """Load the embedded model, a process of its own; a remote one has nothing to load. What fails is logged."""
        try:
            self.proposer.warm_model()
        except ReplyassistError as error:
            logger.warning("the language model could not be loaded ahead: %s", error)

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
                stored.text,
                context_texts=[text for text in (stored.author.name, stored.conversation.parent_text) if text],
            ),
        )
        self._enqueue(stored, proposal)

    def _proposal(self, stored: StoredMessage, message: Inbound, **asked: Any) -> Proposal:
        """What the pipeline makes of a message; without words it is for a person, who can look and pick a template."""
        if message.text or asked.get("template_id"):
            return self.proposer.propose(stored.message.brand_id, message, **asked)
        words = [attached.alt_text for attached in stored.attachments if attached.alt_text]
        with self.database.reading() as session:
            own_words = voice_of(get_brand(session, stored.message.brand_id)).risk_words
        kinds = " and ".join(dict.fromkeys(_WITH_ARTICLE[attached.kind] for attached in stored.attachments))
        return Proposal(
            route=Route.ESCALATE,
            reason=f"attachment: {kinds or 'nothing'} without words",
            triage=triage("\n".join(words), context_texts=message.context_texts, own_words=own_words),
        )

    def _enqueue(self, stored: StoredMessage, proposal: Proposal) -> None:
        """Make the item; where the author changed the message while it was drafted, another draft follows."""
        with self.database.writing() as session:
            now = self.clock.now()
            item = enqueue_proposal(session, stored.message.id or 0, proposal, now=now, read=stored.digest)
            if item is not None and item.is_redrafting:
                self.jobs.enqueue(session, redraft_job(item.id or 0, item.redraft_attempt))
