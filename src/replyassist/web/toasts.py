"""The message at the edge of the page after an act: what was done, and how to undo it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.accounts import Principal
from replyassist.core.errors import NotFound
from replyassist.review.decisions import visible_item
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.repository.approved import send_times
from replyassist.review.teamwork import acts as teamwork

from . import repository
from .abilities import abilities
from .language import gettext, local_time, ngettext

SHOWN_FOR = timedelta(minutes=1)
WORDS = {
    ReviewStatus.APPROVED: "Approved. It is on its way.",
    ReviewStatus.SENDING: "Approved. It is being sent.",
    ReviewStatus.SENT: "Sent.",
    ReviewStatus.FAILED: "It could not be sent. It is under Problems.",
    ReviewStatus.UNCERTAIN: "Nobody can tell whether it was sent. It is under Problems.",
    ReviewStatus.REJECTED: "Rejected.",
    ReviewStatus.ESCALATED: "Escalated. A lead has it now.",
}
OWN_ACTS = {
    "snoozed": "Put aside. It comes back by itself.",
    "handed_back": "Handed back to the queue.",
}

BULK_WORDS = {
    "assign": "%(n)s assigned.",
    "snooze": "%(n)s put off.",
    "wake": "%(n)s back in the list.",
    "give_back": "%(n)s as they were before.",
    "release": "%(n)s released.",
    "no_reply": "%(n)s rejected: no reply needed.",
    "undo": "%(n)s back in the queue.",
    "approve": "%(n)s approved.",
    "reject": "%(n)s rejected.",
    "escalate": "%(n)s escalated.",
    "take_out": "%(n)s taken out, to be decided by itself.",
}
UNDONE_BY = {"assign": "give_back", "snooze": "wake", "no_reply": "undo", "approve": "undo", "reject": "undo"}
TOGETHER = frozenset({"approve", "reject", "escalate", "take_out"})
"""What is done to messages that ask the same."""
_SEEN = re.compile(r"\d{1,10}:\d{1,10}(?::\d{1,10})?")


@dataclass(frozen=True)
class Toast:
    """``undo_seconds`` counts down to the sending; 0 means that undo has no end that is known.

    ``undo_of``: items with their versions, where the act ``did`` was done to several, and of what was assigned whose it
    was before (0: nobody's); ``items``: their ids and authors.
    """

    text: str
    item_id: int
    version: int
    may_undo: bool
    undo_seconds: int
    undo_of: tuple[str, ...] = ()
    did: str = ""
    items: tuple[tuple[int, str], ...] = ()

    @property
    def undone_by(self) -> str:
        """The act that undoes it."""
        return UNDONE_BY.get(self.did, "")


def toast_after_bulk(did: str, to: str, *, left: int) -> Toast | None:
    """What to say of an act on several items (``to``: ids with versions); None where there was none."""
    if did not in BULK_WORDS:
        return None
    done = tuple(_SEEN.findall(to))
    text = gettext(BULK_WORDS[did]) % {"n": len(done)}
    if left:
        text += " " + ngettext(
            "%(num)s left as it was: it had changed, or is not yours to decide.",
            "%(num)s left as they were: they had changed, or are not yours to decide.",
            left,
        ) % {"num": left}
    return Toast(text, 0, 0, may_undo=bool(done) and did in UNDONE_BY, undo_seconds=0, undo_of=done, did=did)


def toast_after_several(
    session: Session, principal: Principal, did: str, to: str, *, left: int, now: datetime, send_delay_seconds: float
) -> Toast | None:
    """As ``toast_after_bulk``; where messages were decided together, with a link to each and the time to undo it."""
    toast = toast_after_bulk(did, to, left=left)
    if toast is None or did not in TOGETHER:
        return toast
    found = repository.acted_on(session, principal.brands, [int(each.split(":")[0]) for each in toast.undo_of])
    items = tuple((item.id or 0, item.author) for item in found)
    if did != "approve":
        return replace(toast, items=items)
    later = send_times(session, found)
    at_once = [_seconds_left(item, now, send_delay_seconds) for item in found if item.id not in later]
    left_to_undo = min(at_once, default=0)
    may_undo = toast.may_undo and (left_to_undo > 0 or (bool(later) and not at_once))
    return replace(toast, items=items, may_undo=may_undo, undo_seconds=left_to_undo)


def toast_after(
    session: Session, principal: Principal, item_id: int | None, *, now: datetime, send_delay_seconds: float
) -> Toast | None:
    """What to say of the item that was just acted on, as it stands now; None when it is not worth a word."""
    if item_id is None:
        return None
    try:
        item = visible_item(session, principal, item_id)
    except NotFound:
        return None
    status = ReviewStatus(item.status)
    if now - item.updated_at > SHOWN_FOR:
        return None
    send_at = send_times(session, [item]).get(item_id)
    if send_at is not None and send_at > now:
        return _toast_of_later(session, principal, item, send_at)
    left = _seconds_left(item, now, send_delay_seconds)
    own = teamwork.undoable(session, principal, item, now=now)
    words = OWN_ACTS.get(own) or WORDS.get(status)
    if words is None:
        return None
    may_undo = not abilities(item, principal, claimer=None).take_back
    return Toast(
        text=gettext("Approved. Sending in %(n)s s.") % {"n": left} if left else gettext(words),
        item_id=item_id,
        version=item.version,
        may_undo=bool(own) or (may_undo and (left > 0 or status is ReviewStatus.REJECTED)),
        undo_seconds=left,
    )


def _toast_of_later(session: Session, principal: Principal, item: ReviewItem, send_at: datetime) -> Toast:
    time = local_time(send_at, get_brand(session, item.brand_id).time_zone)
    return Toast(
        text=gettext("Approved. It will be sent on %(time)s.") % {"time": time},
        item_id=item.id or 0,
        version=item.version,
        may_undo=not abilities(item, principal, claimer=None).take_back,
        undo_seconds=0,
    )


def _seconds_left(item: ReviewItem, now: datetime, send_delay_seconds: float) -> int:
    if item.status != ReviewStatus.APPROVED:
        return 0
    left = send_delay_seconds - (now - item.updated_at).total_seconds()
    return max(0, -int(-left // 1))
