"""What it means for review items that a message arrived, was edited, was deleted or stands again.

The conversation is locked by the caller. Items are read as they stand and held, so that no move meets another.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlmodel import Session

from replyassist.core.jobs import JobQueue
from replyassist.inbox import repository as inbox
from replyassist.inbox.models import Conversation, Direction, Message
from replyassist.inbox.service import load

from . import repository
from .decisions import learn_job, redraft_job
from .listed import keep_findable, of_message
from .models import OPEN, ReviewItem, ReviewStatus
from .notices import ADDED, ANSWERED, AUTHOR_WROTE, DELETED, EDITED, MOVED, OTHERS_WROTE, PARTLY_DELETED, RESTORED
from .repository import clusters as cluster_rows
from .transitions import MOVES, PLATFORM, Move, make

_TAKES_PARTS = (*OPEN, ReviewStatus.APPROVED)
_REOPENS = (
    ReviewStatus.APPROVED,
    ReviewStatus.FAILED,
    ReviewStatus.REJECTED,
    ReviewStatus.EXPIRED,
    ReviewStatus.WITHDRAWN,
)
_MAY_HAVE_LEFT = (ReviewStatus.SENDING, ReviewStatus.UNCERTAIN)
_NAMED = re.compile(r"@([\w.-]*\w)")


def item_of(session: Session, message: Message) -> ReviewItem | None:
    """The item that shows a message, held until this transaction ends; None before it is drafted."""
    return repository.find_by_message(session, message.part_of_id or message.id or 0, locked=True)


def takes_parts(item: ReviewItem) -> bool:
    """Whether nothing has been decided and sent yet, so that what the author adds belongs to the same item."""
    return ReviewStatus(item.status) in _TAKES_PARTS


def tell_others(session: Session, message: Message, *, now: datetime, notice: str = "") -> None:
    """Whoever looks at an earlier open item that a new message matters to must see that before deciding."""
    is_private = session.get_one(Conversation, message.conversation_id).visibility == "private"
    is_ours = message.direction == Direction.OUT
    named = inbox.authors_with_handles(session, message, _NAMED.findall(message.text)) if is_ours else []
    for item in repository.open_items_before(session, message, private=is_private, names=named):
        is_same = load(session, item.message_id).message.author_id == message.author_id
        news = ANSWERED if is_ours else AUTHOR_WROTE if is_same else OTHERS_WROTE
        _note(session, item, "conversation_moved", notice or news, now=now)


def tell_of_change(session: Session, message: Message, *, now: datetime) -> None:
    """A message posted after an open item's was edited, deleted or stands again: its thread is another now."""
    tell_others(session, message, now=now, notice=MOVED)


def tell_sent(session: Session, item: ReviewItem, text: str, *, now: datetime) -> None:
    """Our reply to an item is on the platform: other open items of the conversation that it answered say so."""
    stored = load(session, item.message_id)
    is_private = stored.conversation.visibility == "private"
    named = None if is_private else inbox.authors_with_handles(session, stored.message, _NAMED.findall(text))
    for other in repository.open_items_of(session, stored.message.conversation_id, authors=named, without=item.id):
        _note(session, other, "conversation_moved", ANSWERED, now=now)


def add_part(session: Session, item: ReviewItem, *, jobs: JobQueue, now: datetime) -> None:
    """The author went on writing: the item is drafted anew, and an approval that is not sent yet goes back."""
    _reopen(session, item, "message_added", ADDED, jobs=jobs, now=now)


def edited(session: Session, item: ReviewItem, *, was_deleted: bool, jobs: JobQueue, now: datetime) -> None:
    """The message reads differently, or stands again: the item is drafted anew, or says so where it is being or was
    sent."""
    act, notice = ("message_restored", RESTORED) if was_deleted else ("message_edited", EDITED)
    _reopen(session, item, act, notice, jobs=jobs, now=now)


def deleted(session: Session, item: ReviewItem, *, jobs: JobQueue, now: datetime) -> None:
    """The message is gone: the item is withdrawn, or says so where it is being or was sent.

    Of a message in several parts the rest is drafted anew.
    """
    status = ReviewStatus(item.status)
    if not load(session, item.message_id).is_withdrawn:
        _reopen(session, item, "message_deleted", PARTLY_DELETED, jobs=jobs, now=now)
        return
    if status in _MAY_HAVE_LEFT or ReviewStatus.WITHDRAWN not in MOVES[status]:
        _note(session, item, "message_deleted", DELETED, now=now)
    else:
        move = Move("message_deleted", ReviewStatus.WITHDRAWN, reason=DELETED, text=item.final_text)
        changes = {"final_text": None, "approval_id": None, "claimed_by": None, "claimed_until": None}
        make(session, item, move, actor=PLATFORM, now=now, notice=DELETED, is_redrafting=False, **changes)
    jobs.enqueue(session, learn_job(item))


def _reopen(session: Session, item: ReviewItem, act: str, notice: str, *, jobs: JobQueue, now: datetime) -> None:
    """Back to the queue with a new draft on its way; only a notice where something left or may have left."""
    status = ReviewStatus(item.status)
    is_open = status in OPEN
    if not is_open and status not in _REOPENS:
        _note(session, item, act, notice, now=now, is_of_message=True)
        jobs.enqueue(session, learn_job(item))
        return
    attempt = item.redraft_attempt + 1
    changes: dict[str, Any] = {"notice": notice, "is_redrafting": True, "redraft_attempt": attempt, "cluster_id": None}
    cluster_rows.drop_vector(session, item.id)
    if not item.is_redrafting:  # what a person asked for a while ago was asked of another message
        changes["proposal"] = item.proposal.model_copy(update={"asked": None, "picked_template": None})
    if not is_open:
        changes |= {"final_text": None, "approval_id": None}
    to = status if is_open else ReviewStatus.PENDING
    make(
        session,
        item,
        Move(act, to, reason=notice, text=item.final_text),
        actor=PLATFORM,
        now=now,
        **changes,
        **_listed(session, item),
    )
    jobs.enqueue(session, redraft_job(item.id or 0, attempt))
    jobs.enqueue(session, learn_job(item))


def _note(
    session: Session, item: ReviewItem, act: str, notice: str, *, now: datetime, is_of_message: bool = False
) -> None:
    status = ReviewStatus(item.status)
    changes = _listed(session, item) if is_of_message else {}
    if status in MOVES[status]:
        make(session, item, Move(act, status, reason=notice), actor=PLATFORM, now=now, notice=notice, **changes)


def _listed(session: Session, item: ReviewItem) -> dict[str, Any]:
    """What lists show of the message as it stands now, by which words the item is found from now on."""
    stored = load(session, item.message_id)
    keep_findable(session, item, stored)
    return of_message(stored)
