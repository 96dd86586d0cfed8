"""An author edits or deletes a message, and its item is put before a person again or withdrawn."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.core.jobs import JobQueue
from replyassist.faq.proposals import erase_message
from replyassist.faq.proposed import ProposalState
from replyassist.inbox.models import Direction, Message, MessageStatus
from replyassist.inbox.schemas import MessageChanged, MessageEdit
from replyassist.inbox.service import changed, draft_job, find_locked, load, mark_deleted, rewrite

from . import arrivals
from .corrections import repository as corrections


def edit(
    session: Session,
    brand_id: str,
    channel: str,
    external_id: str,
    change: MessageEdit,
    *,
    jobs: JobQueue,
    now: datetime,
) -> MessageChanged:
    """Keep what the author made of a message, and put its item before a person again; a deleted one stands again.

    Raises NotFound for an unknown message, and InvalidInput where nothing would be left of it.
    """
    message = find_locked(session, brand_id, channel, external_id)
    was_deleted = message.deleted_at is not None
    if rewrite(session, message, change, now=now):
        item = arrivals.item_of(session, message)
        if item is not None:
            arrivals.edited(session, item, was_deleted=was_deleted, jobs=jobs, now=now)
        elif was_deleted:
            _plan_again(session, message, jobs=jobs)
        arrivals.tell_of_change(session, message, now=now)
    return changed(message)


def delete(
    session: Session, brand_id: str, channel: str, external_id: str, *, jobs: JobQueue, now: datetime
) -> MessageChanged:
    """The author deleted a message: its item is withdrawn, or says so; raise NotFound for an unknown one.

    Its words leave the proposals that nobody made a template of, and what people said of it corrects nothing any more.
    """
    message = find_locked(session, brand_id, channel, external_id)
    if mark_deleted(session, message, now=now):
        erase_message(session, brand_id, message.id or 0, states=(ProposalState.OPEN, ProposalState.DISMISSED))
        corrections.erase(session, brand_id, {each for each in (message.id, message.part_of_id) if each})
        item = arrivals.item_of(session, message)
        if item is not None:
            arrivals.deleted(session, item, jobs=jobs, now=now)
        elif (stored := load(session, message.part_of_id or message.id or 0)).is_withdrawn:
            stored.message.status = MessageStatus.KEPT  # nothing is left to draft for
            session.add(stored.message)
        arrivals.tell_of_change(session, message, now=now)
    return changed(message)


def _plan_again(session: Session, message: Message, *, jobs: JobQueue) -> None:
    """A message that was deleted before it was drafted stands again: its draft is due."""
    first = load(session, message.part_of_id or message.id or 0).message
    if first.direction == Direction.IN and first.status == MessageStatus.KEPT:
        first.status, first.attempt = MessageStatus.RECEIVED, first.attempt + 1
        session.add(first)
        jobs.enqueue(session, draft_job(first.id or 0, first.attempt))
