"""Puts right what nothing else would: rows that lost their job, items that nobody decided, verdicts that time changed.

A row is the truth and its job only the means: a row that has waited long and whose job is gone gets a new one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.brands.model_use import ModelLimits
from replyassist.brands.models import Brand
from replyassist.brands.repository import list_brands
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.job_runner import Periodic
from replyassist.core.jobs import JobQueue, without_job
from replyassist.core.settings import Settings
from replyassist.evaluation.jobs import service as evaluations
from replyassist.guardrails import CheckResult
from replyassist.inbox import repository as inbox
from replyassist.inbox.service import draft_job, load
from replyassist.learning.generated.service import enqueue_due
from replyassist.review import repository as reviews
from replyassist.review.checking import check_text, keep_verdict, weigh
from replyassist.review.decisions import deliver_job, redraft_job
from replyassist.review.listed import keep_listed
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.queue import expire, give_up_redraft
from replyassist.review.repository.lists import unlisted
from replyassist.review.surroundings import surroundings, surroundings_of

logger = logging.getLogger(__name__)
EVERY_SECONDS = 30.0
ROWS_AT_ONCE = 500
MOST_PAGES = 100  # of replies that wait: those of a brand that is stopped stand before all others
DRAFTS_AT_ONCE = 50  # held against the checks within one reading transaction


@dataclass(frozen=True)
class Reconciler:
    """Looks through the rows from time to time; safe to run again, and beside the worker."""

    database: Database
    jobs: JobQueue
    clock: Clock
    settings: Settings
    verdicts_as_of: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    @property
    def periodic(self) -> dict[str, Periodic]:
        """What a job runner calls, and every how many seconds."""
        return {
            "reconcile": (EVERY_SECONDS, lambda: self._log(self.reconcile())),
            "refresh_verdicts": (EVERY_SECONDS, self.refresh_verdicts),
            "ask_for_questions": (EVERY_SECONDS, self.ask_for_questions),
        }

    def reconcile(self) -> int:
        """Give a new job to every row that has waited long and whose job is gone; returns how many."""
        now = self.clock.now()
        before = now - timedelta(seconds=self.settings.reconcile_after_seconds)
        self._expire()
        self._list_rows()
        return (
            self._revive_messages(before=before)
            + self._revive_deliveries(before=before)
            + self._give_up_redrafts(before=before)
            + evaluations.revive(self.database, self.jobs, before=before, now=now, limit=ROWS_AT_ONCE)
        )

    def ask_for_questions(self) -> None:
        """Enqueue what the language model is still to be asked for, where the settings want that and there is one."""
        if self.settings.generated_questions and not self.settings.llm_disabled:
            now = self.clock.now()
            before = now - timedelta(seconds=self.settings.reconcile_after_seconds)
            attempts = self.settings.draft_attempts
            limits = ModelLimits.general(self.settings)
            enqueue_due(self.database, self.jobs, attempts=attempts, limits=limits, lost_before=before, now=now)

    def refresh_verdicts(self) -> None:
        """Hold the drafts of open items anew against templates, voice and calendar, where a brand's have changed.

        Rows and pages are always computed; this is for the column that the queue filters by.
        """
        with self.database.reading() as session:
            brands = {brand.id: self._state_of(brand) for brand in list_brands(session)}
        for brand_id, state in brands.items():
            if self.verdicts_as_of.get(brand_id) != state:
                self._refresh_brand(brand_id)
                self.verdicts_as_of[brand_id] = state

    def _revive_messages(self, *, before: datetime) -> int:
        with self.database.reading() as session:
            waiting = inbox.stale_received(session, before=before, limit=ROWS_AT_ONCE)
        revived = 0
        for message in without_job(self.jobs, waiting, lambda each: draft_job(each.id or 0, each.attempt)):
            message_id, attempt = message.id or 0, message.attempt
            with self.database.writing() as session:
                if inbox.next_attempt(session, message_id, attempt=attempt):
                    self.jobs.enqueue(session, draft_job(message_id, attempt + 1))
                    revived += 1
        return revived

    def _revive_deliveries(self, *, before: datetime) -> int:
        moving = (ReviewStatus.APPROVED, ReviewStatus.SENDING)
        revived, last = 0, None
        for _ in range(MOST_PAGES):
            with self.database.reading() as session:
                waiting = reviews.in_status_since(session, moving, before=before, after=last, limit=ROWS_AT_ONCE)
            for item in without_job(self.jobs, waiting, lambda each: deliver_job(each.approval_id, each.attempt)):
                with self.database.writing() as session:
                    if reviews.next_attempt(session, item):
                        self.jobs.enqueue(session, deliver_job(item.approval_id, item.attempt + 1))
                        revived += 1
            if len(waiting) < ROWS_AT_ONCE:
                break
            last = waiting[-1]
        return revived

    def _give_up_redrafts(self, *, before: datetime) -> int:
        with self.database.reading() as session:
            waiting = reviews.redrafting_since(session, before=before, limit=ROWS_AT_ONCE)
        given_up = 0
        for item in without_job(self.jobs, waiting, lambda each: redraft_job(each.id or 0, each.redraft_attempt)):
            with self.database.writing() as session:
                current = session.get(ReviewItem, item.id)
                if current is not None and current.version == item.version:
                    give_up_redraft(session, current, now=self.clock.now())
                    given_up += 1
        return given_up

    def _expire(self) -> None:
        """Items that nobody decided for long leave the queue; escalated ones never do."""
        days = self.settings.expire_after_days
        if not days:
            return
        before = self.clock.now() - timedelta(days=days)
        with self.database.reading() as session:
            waiting = reviews.in_status_since(session, [ReviewStatus.PENDING], before=before, limit=ROWS_AT_ONCE)
        for item in waiting:
            with self.database.writing() as session:
                current = session.get(ReviewItem, item.id)
                if current is not None and current.version == item.version:
                    expire(session, current, days=days, now=self.clock.now())

    def _list_rows(self) -> None:
        """Rows by a program of an earlier version say nothing of their message yet."""
        with self.database.reading() as session:
            found = unlisted(session, limit=ROWS_AT_ONCE)
        for item in found:
            with self.database.writing() as session:
                current = session.get_one(ReviewItem, item.id)
                keep_listed(session, current, load(session, current.message_id))

    def _state_of(self, brand: Brand) -> tuple[str, int, str]:
        return brand.voice_version, brand.faq_revision, brand.day(self.clock.now()).isoformat()

    def _refresh_brand(self, brand_id: str) -> None:
        """The checks read first; an item that moved meanwhile has a fresh verdict already."""
        with self.database.reading() as session:
            ids = reviews.open_ids(session, brand_id)
        for first in range(0, len(ids), DRAFTS_AT_ONCE):
            with self.database.reading() as session:
                items = reviews.open_drafts(session, ids[first : first + DRAFTS_AT_ONCE])
                changed = self._changed(session, items)
            for item, of_draft in changed:
                with self.database.writing() as session:
                    current = session.get_one(ReviewItem, item.id)
                    if current.version == item.version:
                        around = surroundings(session, current)
                        keep_verdict(session, current, of_draft, around, now=self.clock.now())

    def _changed(self, session: Session, items: list[ReviewItem]) -> list[tuple[ReviewItem, CheckResult]]:
        """Those whose verdict is no longer the one that is kept, with what the checks say of their drafts."""
        changed = []
        for item, around in zip(items, surroundings_of(session, items), strict=True):
            of_draft = check_text(item, item.draft, around).result
            if weigh(item, of_draft, around, now=self.clock.now()).verdict != item.verdict:
                changed.append((item, of_draft))
        return changed

    @staticmethod
    def _log(revived: int) -> None:
        if revived:
            logger.warning("%d rows had lost their job and got a new one", revived)
