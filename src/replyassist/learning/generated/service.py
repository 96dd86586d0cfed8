"""Asks the chat model, in the background, for what people would ask; an import is whole without it.

A row says for which version of a template the model was asked, and its job carries that row's id. Nobody who stores
templates has to enqueue anything: ``enqueue_due`` finds what was not asked for yet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from replyassist.brands.model_use import ModelLimits, brands_without_money
from replyassist.brands.models import Brand
from replyassist.brands.service import get_brand, voice_of
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import BudgetUsedUp, Conflict
from replyassist.core.jobs import Job, JobQueue, without_job
from replyassist.core.language import UNKNOWN, detect_language
from replyassist.core.llm import ChatModel
from replyassist.core.prompts import PromptLibrary
from replyassist.faq import generated
from replyassist.faq.models import GenerationRow
from replyassist.faq.repository import lock_brand
from replyassist.faq.repository.generated import open_generations, removed_texts, templates_not_asked_for
from replyassist.faq.service import current_version, get_template
from replyassist.faq.template import ReplyTemplate
from replyassist.inbox.models import MessageStatus
from replyassist.inbox.repository import next_to_draft
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import IndexRegistry

from .sieve import kept_of
from .writing import write_questions

GENERATE_JOB = "generate_questions"
AT_ONCE = 4
"""Templates whose jobs are open at a time: about as many as the embedded model does between two looks for more."""
RETRY_SECONDS = 60.0
INDEX_SECONDS = 60.0
"""How long to wait for the vectors of an import of many texts."""
logger = logging.getLogger(__name__)


def generate_job(row: GenerationRow) -> Job:
    """The job that asks for a template's questions; one attempt is one job."""
    row_id = row.id or 0
    return Job(name=GENERATE_JOB, key=f"{GENERATE_JOB}-{row_id}-{row.attempt}", arguments=(row_id, row.attempt))


def enqueue_due(
    database: Database, jobs: JobQueue, *, attempts: int, limits: ModelLimits, lost_before: datetime, now: datetime
) -> int:
    """Enqueue what was not asked for yet, a few templates at a time, and only while no message waits for its draft.

    A brand that has used up its day's money (``limits``: where it has none of its own) waits for its next day.
    A row that has not moved since ``lost_before`` and whose job is gone has failed once more. Returns how many jobs.
    """
    with database.reading() as session:
        message = next_to_draft(session)
        if message is not None and message.status == MessageStatus.RECEIVED:
            return 0
        waiting = open_generations(session, attempts=attempts, limit=AT_ONCE)
        poor = brands_without_money(session, limits, now=now)
        fresh = templates_not_asked_for(session, limit=AT_ONCE - len(waiting), but_not_of=poor)
    lost = without_job(jobs, [row for row in waiting if row.updated_at <= lost_before], generate_job)
    again = partial(_try_again, database, jobs, attempts=attempts, now=now)
    enqueued = sum(again(row.id or 0, row.attempt) for row in lost)
    for template in fresh:
        with database.writing() as session:
            lock_brand(session, template.brand_id)
            if current_version(session, template.brand_id, template.template_id) == template.version:
                row = generated.begin(session, template.brand_id, template.template_id, template.version, now=now)
                jobs.enqueue(session, generate_job(row))
                enqueued += 1
    return enqueued


@dataclass(frozen=True)
class QuestionMaker:
    """Writes, sifts and keeps the questions of one template at a time. No transaction is open meanwhile.

    ``model_of``: the chat model as a brand may use it.
    """

    database: Database
    registry: IndexRegistry
    model_of: Callable[[Brand], ChatModel]
    library: PromptLibrary
    clock: Clock

    def run(self, row_id: int, attempt: int, *, jobs: JobQueue, attempts: int) -> None:
        """One attempt of the worker's, safe to run again; a failed one is tried later, ``attempts`` times in all.

        Where the brand's day has no money left, nothing was asked and nothing has failed.
        """
        try:
            self.attempt(row_id, attempt)
        except BudgetUsedUp:
            with self.database.writing() as session:
                if (row := _open(session.get(GenerationRow, row_id), attempt)) is not None:
                    generated.put_off(session, row)
        except Exception:
            logger.exception("the questions of generation %d could not be made, attempt %d", row_id, attempt)
            now = self.clock.now()
            if not _try_again(
                self.database, jobs, row_id, attempt, attempts=attempts, now=now, delay_seconds=RETRY_SECONDS
            ):
                logger.warning("generation %d is given up; 'faq generated make' tries again", row_id)

    def make(self, brand_id: str, template_id: str) -> int:
        """Ask now, whatever was asked before; returns how many questions count.

        Raise NotFound or LanguageModelError.
        """
        with self.database.writing() as session:
            lock_brand(session, brand_id)
            version = get_template(session, brand_id, template_id).version
            row = generated.begin(session, brand_id, template_id, version, now=self.clock.now())
            row_id, attempt = row.id or 0, row.attempt
        return self.attempt(row_id, attempt)

    def attempt(self, row_id: int, attempt: int) -> int:
        """Make and keep them; returns how many count.

        Nothing happens for an attempt that another has overtaken, or a template that has changed: its new version is
        asked for by itself. Raises what the model raises.
        """
        with self.database.reading() as session:
            row = _open(session.get(GenerationRow, row_id), attempt)
            if row is None or current_version(session, row.brand_id, row.template_id) != row.template_version:
                return 0
            template = get_template(session, row.brand_id, row.template_id)
            removed = removed_texts(session, row.brand_id, row.template_id)
            brand = get_brand(session, row.brand_id)
        language, model = _language(template, voice_of(brand).languages[0]), self.model_of(brand)
        written = write_questions(template, language=language, model=model, library=self.library)
        index = self._index_of_people(row.brand_id)
        texts = kept_of(written, template, index, language=language, banned=removed)
        logger.info("%s: %d of %d questions are kept", template.id, len(texts), len(written))
        with self.database.writing() as session:
            lock_brand(session, row.brand_id)
            current = _open(session.get(GenerationRow, row_id, populate_existing=True), attempt)
            if current is None:
                return 0
            current.finished_at = current.updated_at = now = self.clock.now()
            session.add(current)
            return generated.keep(
                session, row.brand_id, row.template_id, row.template_version, texts, model=model.name, now=now
            )

    def _index_of_people(self, brand_id: str) -> TemplateIndex:
        """The brand's index without any generated question; raise Conflict while many texts are still encoded.

        What was learnt of words stays: to learn anew for each template would take seconds, of large brands minutes.
        """
        index = self.registry.index_for(self.database, brand_id)
        if not index.is_whole and self.registry.wait(brand_id, seconds=INDEX_SECONDS):
            index = self.registry.index_for(self.database, brand_id)
        if not index.is_whole:
            raise Conflict(f"the templates of '{brand_id}' are still being encoded")
        return index.changed(index.templates, [example for example in index.examples if not example.is_generated])


def _try_again(
    database: Database,
    jobs: JobQueue,
    row_id: int,
    attempt: int,
    *,
    attempts: int,
    now: datetime,
    delay_seconds: float = 0.0,
) -> bool:
    """Count a failure and enqueue the next attempt; False where this was the last, or another has overtaken it."""
    with database.writing() as session:
        row = _open(session.get(GenerationRow, row_id), attempt)
        if row is None:
            return False
        row.attempt, row.failures, row.updated_at = attempt + 1, row.failures + 1, now
        session.add(row)
        if row.failures < attempts:
            jobs.enqueue(session, generate_job(row), delay_seconds=delay_seconds)
        return row.failures < attempts


def _open(row: GenerationRow | None, attempt: int) -> GenerationRow | None:
    return row if row is not None and row.attempt == attempt and row.finished_at is None else None


def _language(template: ReplyTemplate, default: str) -> str:
    found = detect_language(template.rendered_reply)
    return default if found == UNKNOWN else found
