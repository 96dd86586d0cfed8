"""Takes in what platforms report, once each; message, items and jobs are committed together or not at all."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.core.jobs import JobQueue
from replyassist.core.tracing import message_taken_in
from replyassist.delivery.echoes import echoed_item
from replyassist.inbox import repository as inbox
from replyassist.inbox.models import Direction, Message, MessageStatus
from replyassist.inbox.schemas import MessageIn
from replyassist.inbox.service import TakenMessage, draft_job, load, store
from replyassist.inbox.threads import StoredMessage, answers_elsewhere, events_since, goes_on_from
from replyassist.review import arrivals
from replyassist.review.repository import find_by_message
from replyassist.review.repository.approved import sent_replies
from replyassist.review.thread_findings import answered_here


def take_in(
    session: Session,
    incoming: MessageIn,
    *,
    jobs: JobQueue,
    now: datetime,
    queue_limit: int,
    group_seconds: float,
    skip_answered: bool = False,
) -> TakenMessage:
    """Keep a message and plan its draft; the same (brand, channel, external_id) again changes nothing.

    What the author wrote within ``group_seconds`` (0: never) of an earlier message becomes a part of that one's item.
    A reply of ours is only kept; with ``skip_answered`` so is what one answers. Raises NotFound for
    an unknown brand and QueueFull where too many of its messages wait; then nothing is stored.
    """
    taken = store(session, incoming, now=now, queue_limit=queue_limit)
    message = taken.row
    if message is None:
        return taken
    if message.direction == Direction.OUT:
        message.echo_of_id = echoed_item(session, message)
        if skip_answered:
            _keep_answered(session, message)
        if message.echo_of_id is None:
            arrivals.tell_others(session, message, now=now)
    elif skip_answered and _is_answered(session, load(session, taken.message.id)):
        message.status = MessageStatus.KEPT
    elif (
        group_seconds
        and not taken.is_alone
        and (earlier := _goes_on_from(session, message, seconds=group_seconds)) is not None
    ):
        _join(session, message, earlier, jobs=jobs, now=now)
    else:
        jobs.enqueue(session, draft_job(taken.message.id, 0, ahead=taken.ahead))
        message_taken_in(taken.message.id, brand=incoming.brand, channel=incoming.channel)
        if not taken.is_alone:
            arrivals.tell_others(session, message, now=now)
    session.flush()
    return taken


def _goes_on_from(session: Session, message: Message, *, seconds: float) -> StoredMessage | None:
    """The earlier message whose item this one belongs to, as long as nobody has answered it or decided about it."""
    for near in inbox.begun_near(session, message, seconds=seconds):
        earlier = load(session, near.id or 0)
        if not goes_on_from(message, earlier, seconds=seconds):
            continue
        item = find_by_message(session, near.id or 0, locked=True)
        is_undecided = near.status == MessageStatus.RECEIVED if item is None else arrivals.takes_parts(item)
        if is_undecided and not _is_answered(session, earlier):
            return earlier
    return None


def _is_answered(session: Session, stored: StoredMessage) -> bool:
    if answers_elsewhere(stored, events_since(session, stored)):
        return True
    conversation_id = stored.message.conversation_id
    sent = sent_replies(session, [conversation_id])[conversation_id]
    return answered_here(sent, stored, item_id=None) is not None


def _keep_answered(session: Session, reply: Message) -> None:
    """What a reply of ours answers that nobody has drafted for yet needs no draft."""
    for message in inbox.received_before(session, reply):
        if _is_answered(session, load(session, message.id or 0)):
            message.status = MessageStatus.KEPT
            session.add(message)


def _join(session: Session, message: Message, earlier: StoredMessage, *, jobs: JobQueue, now: datetime) -> None:
    message.part_of_id, message.status = earlier.message.id, MessageStatus.KEPT
    session.add(message)
    session.flush()
    item = arrivals.item_of(session, message)
    if item is not None:  # else the job that drafts the earlier message reads this one too
        arrivals.add_part(session, item, jobs=jobs, now=now)
    arrivals.tell_others(session, message, now=now)
