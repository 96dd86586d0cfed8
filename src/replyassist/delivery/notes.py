"""Writes a draft into the platform's own inbox, as a private note or as a reply that is not sent, where the connection
says so. Nothing here approves: a person of the team sends it there, or does not.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlmodel import Session

from replyassist.channels import DraftNote, Notes, ThreadPlace
from replyassist.channels.connections import Connections
from replyassist.channels.models import Connection, ConnectionStatus
from replyassist.channels.notes import DraftWasSent
from replyassist.channels.repository import find_connection
from replyassist.core.errors import ConfigurationError, DeliveryError, DeliveryRefused
from replyassist.core.jobs import Fence, Job, JobQueue
from replyassist.core.settings import Settings
from replyassist.guardrails import Severity
from replyassist.inbox.service import load
from replyassist.inbox.threads import answers_elsewhere, events_since
from replyassist.proposal import Proposal
from replyassist.review import answered_there
from replyassist.review.models import OPEN, ReviewItem, ReviewStatus

NOTE_JOB = "note"
RETRY_SECONDS = 30.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _DueNote:
    """A note, and what writes it by which connection."""

    connection_id: int
    notes: Notes
    note: DraftNote


def note_job(item_id: int, redraft_attempt: int, attempt: int = 0) -> Job:
    """The job that writes one draft of an item; one attempt is one job."""
    key = f"{NOTE_JOB}-{item_id}-{redraft_attempt}-{attempt}"
    return Job(name=NOTE_JOB, key=key, arguments=(item_id, redraft_attempt, attempt))


def plan_note(session: Session, item: ReviewItem, *, connections: Connections, jobs: JobQueue) -> None:
    """An item has a draft: plan its note, in the caller's transaction, where its channel could take one."""
    connection = _connection(session, item)
    if connection is not None and connections.adapter(connection.platform).notes is not None and _is_due(item):
        jobs.enqueue(session, note_job(item.id or 0, item.redraft_attempt))


def write_note(
    item_id: int, redraft_attempt: int, attempt: int, *, connections: Connections, jobs: JobQueue, settings: Settings
) -> None:
    """Write the draft once: the note is looked up before each attempt. Nothing where the item has moved on.

    Where somebody answered while it was drafted, the item is closed instead.
    """
    fence = Fence(settings.worker_dead_after_seconds)
    try:
        if due := _due(item_id, redraft_attempt, connections=connections, jobs=jobs):
            _write(due, fence, connections)
    except (DeliveryRefused, ConfigurationError) as error:
        _log.warning("the draft of item %d was not written as a note: %s", item_id, error.detail)
    except DeliveryError as error:
        if attempt + 1 >= settings.delivery_attempts:
            _log.warning("the draft of item %d was not written as a note: %s", item_id, error.detail)
            return
        delay = max(RETRY_SECONDS, getattr(error, "retry_after_s", None) or 0.0)
        with connections.database.writing() as session:
            jobs.enqueue(session, note_job(item_id, redraft_attempt, attempt + 1), delay_seconds=delay)


def _due(item_id: int, redraft_attempt: int, *, connections: Connections, jobs: JobQueue) -> _DueNote | None:
    """The note of a draft that is still wanted; None where there is nothing to write."""
    with connections.database.writing() as session:
        item = session.get(ReviewItem, item_id)
        if item is None or item.redraft_attempt != redraft_attempt or not _is_due(item):
            return None
        connection = _connection(session, item)
        if connection is None or not connections.writes_notes(connection):
            return None
        if _was_answered(session, item, jobs=jobs, connections=connections):
            return None
        note = _note(session, item)
    notes = connections.notes(connection)
    return _DueNote(connection.id or 0, notes, note) if notes is not None else None


def _write(due: _DueNote, fence: Fence, connections: Connections) -> None:
    try:
        if not due.notes.find(due.note) and not fence.closed:
            due.notes.write(due.note)
    except DraftWasSent as error:
        connections.note_health(due.connection_id, error.detail)
        raise
    finally:
        due.notes.close()


def _connection(session: Session, item: ReviewItem) -> Connection | None:
    connection = find_connection(session, item.brand_id, item.channel)
    return None if connection is None or connection.status == ConnectionStatus.DISCONNECTED else connection


def _is_due(item: ReviewItem) -> bool:
    """Whether there is a draft to show; what the policy shows to leads alone is shown to nobody else."""
    is_open = ReviewStatus(item.status) in OPEN and not item.is_redrafting
    return bool(item.draft) and is_open and not item.is_for_leads


def _was_answered(session: Session, item: ReviewItem, *, jobs: JobQueue, connections: Connections) -> bool:
    stored = load(session, item.message_id)
    answers = answers_elsewhere(stored, events_since(session, stored))
    ours = [reply for reply in answers if reply.echo_of_id is None]
    if ours and stored.conversation.visibility == "private":
        answered_there.close(session, item, ours[-1].text, jobs=jobs, now=connections.runtime.clock.now())
    return bool(ours)


def _note(session: Session, item: ReviewItem) -> DraftNote:
    """The draft, what it stands on and what the checks found, with the mark that it is looked up by."""
    stored = load(session, item.message_id)
    proposal, mark = item.proposal, f"[replyassist {item.brand_id} {item.id}.{item.redraft_attempt}]"
    parts = [f"Draft, not sent {mark}", item.draft]
    if sources := sources_of(proposal):
        parts.append("Sources: " + "; ".join(sources))
    findings = findings_of(proposal)
    if findings:
        parts.append("Check before sending:\n" + "\n".join(f"- {each}" for each in findings))
    place = ThreadPlace(stored.message.external_id, stored.conversation.external_id, stored.message.attributes)
    return DraftNote(mark, "\n\n".join(parts), place, reply="" if findings else item.draft)


def sources_of(proposal: Proposal) -> list[str]:
    """The templates that a draft stands on, by title and id."""
    titles = {match.template_id: match.title for match in proposal.templates}
    return [f"{titles.get(used.id, used.id)} ({used.id})" for used in proposal.used_templates]


def findings_of(proposal: Proposal) -> list[str]:
    """What the checks and the plan found that a person should look at."""
    found = (*proposal.findings, *proposal.doubts)
    return [each.explanation for each in found if each.severity is not Severity.INFO]
