"""One act on several rows: each by itself, in the version that was on the screen. Nothing is approved in bulk."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from replyassist.core.jobs import JobQueue
from replyassist.review import decisions
from replyassist.review.models import ReviewItem
from replyassist.review.reasons import NO_REPLY_NEEDED
from replyassist.review.teamwork import acts

from .listing import ME, NOBODY, ListingDep
from .pages import HOME, MalformedForm, PageRoute, see_other
from .visits import ActingVisitDep

router = APIRouter(prefix=HOME, route_class=PageRoute, include_in_schema=False)

MOST_AT_ONCE = 200
SNOOZES: Mapping[str, tuple[str, timedelta]] = {
    "1h": ("for an hour", timedelta(hours=1)),
    "4h": ("for four hours", timedelta(hours=4)),
    "1d": ("until tomorrow", timedelta(days=1)),
    "3d": ("for three days", timedelta(days=3)),
    "7d": ("for a week", timedelta(days=7)),
}
_SEEN = re.compile(r"(\d{1,10}):(\d{1,10})(?::(\d{1,10}))?")


@dataclass(frozen=True)
class SeenItem:
    """An item in the version that was seen; ``owner`` is whose it is to be again, 0 for nobody's."""

    item_id: int
    version: int
    owner: int


Act = Callable[[Session, SeenItem], ReviewItem]


@router.post("/bulk")
def act_on_several(
    visit: ActingVisitDep,
    listing: ListingDep,
    act: Annotated[str, Form(pattern="^(assign|give_back|snooze|wake|release|no_reply|undo)$")],
    item: Annotated[Sequence[str], Form(max_length=MOST_AT_ONCE)] = (),
    assignee: Annotated[str, Form(pattern=r"^(me|nobody|\d{1,9})$")] = ME,
    until: Annotated[str, Form(max_length=10)] = "1d",
) -> Response:
    """Do it to each item by itself; one that has changed, or that may not be decided, is left as it is and counted."""
    matches = [_SEEN.fullmatch(each) for each in item]
    if not matches or None in matches:
        raise MalformedForm("Choose at least one row, then say what should be done with it.")
    jobs: JobQueue = visit.request.app.state.jobs
    carry_out = _act(act, visit.principal, assignee, until, jobs=jobs, now=visit.now)
    done, left = [], 0
    for match in filter(None, matches):
        seen = SeenItem(int(match[1]), int(match[2]), int(match[3] or 0))
        try:
            with visit.database.writing() as session:
                before = f":{_owner(session, visit.principal, seen)}" if act == "assign" else ""
                changed = carry_out(session, seen)
                done.append(f"{changed.id}:{changed.version}{before}")
        except (Conflict, Forbidden, InvalidInput, NotFound):
            left += 1
    return see_other(listing.url(HOME, did=act, to=" ".join(done), left=left or None))


def _act(act: str, who: Principal, assignee: str, until: str, *, jobs: JobQueue, now: datetime) -> Act:
    def given(by: Callable[..., ReviewItem], **more: Any) -> Act:
        return lambda session, seen: by(session, who, seen.item_id, version=seen.version, now=now, **more)

    if act == "assign":
        to = {ME: who.user_id, NOBODY: None}.get(assignee) if assignee in (ME, NOBODY) else int(assignee)
        return given(acts.assign, user_id=to)
    if act == "snooze":
        if until not in SNOOZES:
            raise InvalidInput("Choose for how long.", field="until")
        return given(acts.snooze, until=now + SNOOZES[until][1])
    others: dict[str, Act] = {
        "give_back": lambda session, seen: acts.give_back(
            session, who, seen.item_id, version=seen.version, user_id=seen.owner or None, now=now
        ),
        "wake": given(acts.wake),
        "release": given(acts.free),
        "undo": given(decisions.take_back, jobs=jobs),
        "no_reply": given(decisions.reject, reason=NO_REPLY_NEEDED, jobs=jobs),
    }
    return others[act]


def _owner(session: Session, who: Principal, seen: SeenItem) -> int:
    """Whose the item is; 0 for nobody's."""
    return decisions.visible_item(session, who, seen.item_id).assigned_to or 0
