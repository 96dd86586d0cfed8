"""Say what a message really is, and take that back; a redraft follows, so that its route does too."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, NotFound
from replyassist.core.jobs import JobQueue
from replyassist.core.security import Permission
from replyassist.faq.models import ErasedMessageRow
from replyassist.faq.repository import lock_brand
from replyassist.inbox.service import load
from replyassist.privacy.nameless import nameless
from replyassist.review.decisions import redraft_job, seen_item
from replyassist.review.models import OPEN, ReviewItem, ReviewStatus
from replyassist.review.permits import require_may_decide
from replyassist.review.thread import inbound
from replyassist.review.transitions import Actor, Move, make, write_audit
from replyassist.triage import Kind
from replyassist.triage.reading import as_read

from . import repository as stored
from .models import KindCorrectionRow


def correct(
    session: Session, principal: Principal, item_id: int, *, version: int, kind: Kind, jobs: JobQueue, now: datetime
) -> ReviewItem:
    """Say what the message of an item really is, instead of what was said before; the same again changes nothing.

    Raises Forbidden, VersionConflict, ClaimedByAnother as other decisions do, and Conflict where the message has no
    words or was erased.
    """
    item = _item(session, principal, item_id, version=version, now=now)
    known = stored.of_message(session, item.message_id)
    if known is not None and known.kind == kind:
        return item
    message = load(session, item.message_id)
    parts = (item.message_id, *(part.id for part in message.parts))
    if any(session.get(ErasedMessageRow, each) is not None for each in parts):
        raise Conflict("the message was erased; it teaches nothing")
    read = as_read(inbound(message, ()))
    if not read.text:
        raise Conflict("there are no words to read in this message")
    if known is not None:
        _end(session, known, principal, now=now)
    session.add(
        KindCorrectionRow(
            brand_id=item.brand_id,
            message_id=item.message_id,
            review_item_id=item_id,
            kind=kind.value,
            text=read.text,
            shown=nameless(
                read.text, name=message.author.name or "", handle=message.author.handle or "", stand_in="[NAME]"
            ),
            parent_text=read.text_above,
            visibility=read.visibility,
            actor=principal.name,
            corrected_at=now,
        )
    )
    return _told(session, item, "kind_corrected", kind, principal, jobs=jobs, now=now)


def take_back(
    session: Session, principal: Principal, item_id: int, *, version: int, jobs: JobQueue, now: datetime
) -> ReviewItem:
    """Take back what was said of an item's message; raise NotFound where nothing stands, and as ``correct`` does."""
    item = _item(session, principal, item_id, version=version, now=now)
    known = stored.of_message(session, item.message_id)
    if known is None:
        raise NotFound("nobody said what this message really is")
    _end(session, known, principal, now=now)
    return _told(session, item, "kind_taken_back", Kind(known.kind), principal, jobs=jobs, now=now)


def _item(session: Session, principal: Principal, item_id: int, *, version: int, now: datetime) -> ReviewItem:
    """The item, seen in this version by somebody who may decide more than what is of low risk; its brand is locked."""
    item = seen_item(session, principal, item_id, version=version, now=now)
    principal.require(Permission.REVIEW_ANY)
    require_may_decide(item, principal)
    lock_brand(session, item.brand_id)
    return item


def _end(session: Session, row: KindCorrectionRow, principal: Principal, *, now: datetime) -> None:
    row.taken_back_at, row.taken_back_by = now, principal.name
    session.add(row)


def _told(
    session: Session, item: ReviewItem, act: str, kind: Kind, principal: Principal, *, jobs: JobQueue, now: datetime
) -> ReviewItem:
    """Write the audit row; where somebody has still to decide, the message is read and drafted anew."""
    status = ReviewStatus(item.status)
    move, actor = Move(act, status, reason=kind.words), Actor.of(principal)
    if status not in OPEN:
        write_audit(session, item, move, actor=actor, now=now, before=status)
        return item
    attempt = item.redraft_attempt + 1
    item = make(session, item, move, actor=actor, now=now, is_redrafting=True, redraft_attempt=attempt)
    jobs.enqueue(session, redraft_job(item.id or 0, attempt))
    return item
