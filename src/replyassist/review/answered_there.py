"""What became of a draft that was shown in the platform's own inbox, told from what a person sent from there."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

from sqlmodel import Session

from replyassist.core.jobs import JobQueue
from replyassist.inbox.models import Message
from replyassist.inbox.service import load

from . import repository
from .decisions import learn_job
from .models import ReviewItem, ReviewStatus
from .notices import ANSWERED_THERE
from .transitions import PLATFORM, Move, make

KEPT_WORDS = 0.5
"""Share of the draft's words that an edit must keep: a reply of the person's own says nothing for the template. Chosen
by judgement: half of a reply is its facts, and an edit that mends the tone keeps those."""
AS_IS, EDITED, IGNORED = "sent_there_as_is", "sent_there_edited", "draft_ignored_there"
USED_THERE = frozenset({AS_IS, EDITED})
THERE = USED_THERE | {IGNORED}
_WORD = re.compile(r"\w+")


def close_answered(session: Session, reply: Message, *, jobs: JobQueue, now: datetime) -> None:
    """Somebody answered there: open items that it answers are withdrawn, each with what became of its draft."""
    is_private = load(session, reply.id or 0).conversation.visibility == "private"
    if not is_private:  # in public it is not known whom it answers
        return
    for item in repository.open_items_before(session, reply, private=True, names=[]):
        close(session, item, reply.text, jobs=jobs, now=now)


def close(session: Session, item: ReviewItem, text: str, *, jobs: JobQueue, now: datetime) -> None:
    """An open item whose message somebody answered there with this text."""
    move = Move(outcome(item.draft, text), ReviewStatus.WITHDRAWN, reason=ANSWERED_THERE, text=text)
    let_go = {"claimed_by": None, "claimed_until": None, "is_redrafting": False}
    make(session, item, move, actor=PLATFORM, now=now, notice=ANSWERED_THERE, **let_go)
    jobs.enqueue(session, learn_job(item))


def outcome(draft: str, sent: str) -> str:
    """How a draft was used: AS_IS but for white space, EDITED, or IGNORED."""
    if draft and draft.split() == sent.split():
        return AS_IS
    return EDITED if keeps_the_draft(draft, sent) else IGNORED


def keeps_the_draft(draft: str, final: str) -> bool:
    """Whether a text has enough of the draft's words to be an edit of it."""
    before, after = (Counter(_WORD.findall(text.casefold())) for text in (draft, final))
    return bool(before) and (before & after).total() >= KEPT_WORDS * before.total()
