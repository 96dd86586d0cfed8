"""Puts each job into the trace of the message that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlmodel import Session

from replyassist.core.database import Database
from replyassist.core.job_runner import Handler
from replyassist.core.tracing import is_tracing, message_span, span
from replyassist.delivery.notes import NOTE_JOB
from replyassist.inbox.service import DRAFT_JOB
from replyassist.review.decisions import DELIVER_JOB, LEARN_JOB, REDRAFT_JOB
from replyassist.review.models import Approval, ReviewItem


def _of_item(session: Session, item_id: int) -> int | None:
    item = session.get(ReviewItem, item_id)
    return item.message_id if item else None


def _of_approval(session: Session, approval_id: int) -> int | None:
    approval = session.get(Approval, approval_id)
    return _of_item(session, approval.review_item_id) if approval else None


_MESSAGE_OF: Mapping[str, Callable[[Session, int], int | None]] = {
    DRAFT_JOB: lambda _, message_id: message_id,
    REDRAFT_JOB: _of_item,
    NOTE_JOB: _of_item,
    LEARN_JOB: _of_item,
    DELIVER_JOB: _of_approval,
}
"""How the first argument of a job leads to its message; other jobs are about none."""


def traced(handlers: Mapping[str, Handler], database: Database) -> dict[str, Handler]:
    """The same handlers, each in a span of its own: in its message's trace where it has one."""
    return {name: _traced(name, handler, database) for name, handler in handlers.items()}


def _traced(name: str, handler: Handler, database: Database) -> Handler:
    def run(*arguments: int) -> None:
        if not is_tracing():
            handler(*arguments)
            return
        message_id = None
        if find := _MESSAGE_OF.get(name):
            with database.reading() as session:
                message_id = find(session, arguments[0])
        attempt = arguments[-1]
        with span(name) if message_id is None else message_span(message_id, name, attempt=attempt):
            handler(*arguments)

    return run
