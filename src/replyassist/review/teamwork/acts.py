"""Who has an item and when: take over, free, assign, snooze, wake, hand back, and undo one of these."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.core.accounts import Principal, User
from replyassist.core.errors import ClaimedByAnother, Conflict, InvalidInput, VersionConflict
from replyassist.core.jobs import JobQueue
from replyassist.core.security import Permission

from .. import decisions
from ..models import OPEN, ReviewItem, ReviewStatus
from ..permits import require_may_decide, require_person
from ..scheduling import OFFERED, morning
from ..transitions import Actor, Move, make
from . import repository
from .live import tell
from .models import Live
from .team import able

LONGEST_SNOOZE = timedelta(days=31)
UNDO_FOR = timedelta(minutes=10)
SNOOZES = ("hour", "hours", *OFFERED)
"""In an hour, in four, tomorrow at nine, on Monday at nine (of the brand's time zone)."""
FREE = {"claimed_by": None, "claimed_until": None}


def take_over(
    session: Session, principal: Principal, item_id: int, *, version: int, now: datetime, minutes: int
) -> ReviewItem:
    """Take an item out of the hands of who works on it; what they typed stays on their screen.

    Raises Forbidden, VersionConflict, and Conflict where nobody else has it.
    """
    item = _open_item(session, principal, item_id, version=version)
    principal.require(Permission.TAKE_OVER)
    require_may_decide(item, principal)
    if item.claimed_by in (None, principal.user_id) or item.claimed_until is None or item.claimed_until <= now:
        raise Conflict("nobody else works on this item")
    holder = session.get(User, item.claimed_by)
    move = Move("taken_over", ReviewStatus(item.status), reason=f"from {holder.name if holder else 'somebody'}")
    until = now + timedelta(minutes=minutes)
    item = make(
        session, item, move, actor=Actor.of(principal), now=now, claimed_by=principal.user_id, claimed_until=until
    )
    tell(session, item, Live.CLAIM, now=now)
    return item


def assign(
    session: Session, principal: Principal, item_id: int, *, version: int, user_id: int | None, now: datetime
) -> ReviewItem:
    """Give an item to somebody of the team who may decide it, or to nobody (None).

    Everybody may take one that they may decide, and give it up again; to give it to others needs a permission.
    Raises Forbidden, VersionConflict, ClaimedByAnother, and InvalidInput for who cannot have it.
    """
    item = _open_item(session, principal, item_id, version=version)
    decisions.seen_item(session, principal, item_id, version=version, now=now)
    mine = {principal.user_id, None}
    if user_id not in mine or item.assigned_to not in mine:
        principal.require(Permission.ASSIGN)
    person = next((one for one in able(session, item) if one.id == user_id), None)
    if user_id == principal.user_id and person is None:
        require_may_decide(item, principal)
        person = session.get(User, user_id)
    if user_id is not None and person is None:
        raise InvalidInput("they are not on this brand, or may not decide this item", field="user_id")
    act, reason = ("assigned", f"to {person.name}") if person else ("unassigned", "")
    move = Move(act, ReviewStatus(item.status), reason=reason)
    claim = FREE if person and user_id != principal.user_id else {}
    return make(session, item, move, actor=Actor.of(principal), now=now, assigned_to=user_id, **claim)


def give_back(
    session: Session, principal: Principal, item_id: int, *, version: int, user_id: int | None, now: datetime
) -> ReviewItem:
    """Undo an assignment: the item is whose it was before; nobody's where that person cannot have it any more."""
    try:
        return assign(session, principal, item_id, version=version, user_id=user_id, now=now)
    except InvalidInput:
        return assign(session, principal, item_id, version=version, user_id=None, now=now)


def free(session: Session, principal: Principal, item_id: int, *, version: int, now: datetime) -> ReviewItem:
    """Let others have an item that is being worked on: one's own, or as a lead anybody's.

    Raises VersionConflict, ClaimedByAnother for somebody else's, and Conflict where nobody works on it.
    """
    item = _open_item(session, principal, item_id, version=version)
    if item.claimed_by is None or item.claimed_until is None or item.claimed_until <= now:
        raise Conflict("nobody is working on this item")
    if item.claimed_by != principal.user_id and not principal.may(Permission.REVIEW_ESCALATED):
        raise ClaimedByAnother("somebody else is working on this item")
    return make(session, item, Move("released", ReviewStatus(item.status)), actor=Actor.of(principal), now=now, **FREE)


def snooze(
    session: Session, principal: Principal, item_id: int, *, version: int, until: datetime, now: datetime
) -> ReviewItem:
    """Put an item aside until a time; a new message, an edit or a deletion by its author brings it back at once.

    Raises Forbidden, VersionConflict, ClaimedByAnother, and InvalidInput for a time that is over or too far away.
    """
    item = _open_item(session, principal, item_id, version=version)
    decisions.seen_item(session, principal, item_id, version=version, now=now)
    principal.require(Permission.SNOOZE)
    require_may_decide(item, principal)
    if not now < until <= now + LONGEST_SNOOZE:
        raise InvalidInput(f"a time within the next {LONGEST_SNOOZE.days} days is needed", field="until")
    move = Move("snoozed", ReviewStatus(item.status), reason=until.isoformat(timespec="minutes"))
    return make(session, item, move, actor=Actor.of(principal), now=now, snoozed_until=until, **FREE)


def wake(session: Session, principal: Principal, item_id: int, *, version: int, now: datetime) -> ReviewItem:
    """Bring a snoozed item back now; raise Conflict where it is not snoozed."""
    item = _open_item(session, principal, item_id, version=version)
    decisions.seen_item(session, principal, item_id, version=version, now=now)
    require_may_decide(item, principal)
    if item.snoozed_until is None:
        raise Conflict("this item is not snoozed")
    move = Move("woken", ReviewStatus(item.status))
    return make(session, item, move, actor=Actor.of(principal), now=now, snoozed_until=None)


def hand_back(
    session: Session,
    principal: Principal,
    item_id: int,
    *,
    version: int,
    reason: str,
    jobs: JobQueue,
    now: datetime,
) -> ReviewItem:
    """A lead gives an escalated item back to the queue, with a word to who will decide it.

    Raises Forbidden, VersionConflict, ClaimedByAnother, Conflict where it is not escalated, and InvalidInput.
    """
    item = _open_item(session, principal, item_id, version=version)
    decisions.seen_item(session, principal, item_id, version=version, now=now)
    principal.require(Permission.REVIEW_ESCALATED)
    if ReviewStatus(item.status) is not ReviewStatus.ESCALATED:
        raise Conflict("this item is not escalated")
    if not reason.strip():
        raise InvalidInput("say in a few words what to do with it", field="reason")
    move = Move("handed_back", ReviewStatus.PENDING, reason=reason.strip())
    item = make(session, item, move, actor=Actor.of(principal), now=now, is_escalated=False, **FREE)
    jobs.enqueue(session, decisions.learn_job(item))
    return item


def undoable(session: Session, principal: Principal, item: ReviewItem, *, now: datetime) -> str:
    """The act that this person can still undo because it was theirs, the last one, and a short while ago; else empty.

    What was decided is taken back by ``decisions.take_back``.
    """
    if ReviewStatus(item.status) not in OPEN:
        return ""
    entry = repository.newest_entry(session, item.id or 0)
    is_own = entry is not None and entry.actor_id == principal.user_id and now - entry.at <= UNDO_FOR
    return entry.act if entry is not None and is_own and entry.act in _UNDONE else ""


def undo(
    session: Session, principal: Principal, item_id: int, *, version: int, jobs: JobQueue, now: datetime
) -> ReviewItem:
    """Undo one's own last escalation, hand-back or snooze while nobody has acted since; raise Conflict otherwise."""
    item = _open_item(session, principal, item_id, version=version)
    decisions.seen_item(session, principal, item_id, version=version, now=now)
    act = undoable(session, principal, item, now=now)
    if not act:
        raise Conflict("there is nothing to take back: somebody has acted on it since, or it is too long ago")
    done, to, is_escalated = _UNDONE[act]
    move = Move(done, to or ReviewStatus(item.status))
    escalated = item.is_escalated if is_escalated is None else is_escalated
    item = make(session, item, move, actor=Actor.of(principal), now=now, is_escalated=escalated, snoozed_until=None)
    jobs.enqueue(session, decisions.learn_job(item))
    return item


def take_back(
    session: Session, principal: Principal, item_id: int, *, version: int, jobs: JobQueue, now: datetime
) -> ReviewItem:
    """Undo the last act, whichever it was: ``undo`` while the item is open, else ``decisions.take_back``."""
    item = decisions.visible_item(session, principal, item_id)
    act = undo if ReviewStatus(item.status) in OPEN else decisions.take_back
    return act(session, principal, item_id, version=version, jobs=jobs, now=now)


_UNDONE: dict[str, tuple[str, ReviewStatus | None, bool | None]] = {
    "escalated": ("escalation_undone", ReviewStatus.PENDING, False),
    "handed_back": ("hand_back_undone", ReviewStatus.ESCALATED, True),
    "snoozed": ("woken", None, None),
}
"""By act: what undoing it is called, and what status and escalation the item has then (None: as it has)."""


def snoozed_until(choice: str, *, now: datetime, time_zone: str) -> datetime:
    """The time that one of ``SNOOZES`` means; raise InvalidInput for another word."""
    if choice not in SNOOZES:
        raise InvalidInput("pick until when", field="until")
    if choice in ("hour", "hours"):
        return now + timedelta(hours=1 if choice == "hour" else 4)
    return morning(choice, now=now, time_zone=time_zone).astimezone(now.tzinfo)


def _open_item(session: Session, principal: Principal, item_id: int, *, version: int) -> ReviewItem:
    """The item in the version that was seen; raise NotFound, Forbidden for a program, VersionConflict, Conflict."""
    item = decisions.visible_item(session, principal, item_id)
    require_person(principal)
    principal.require(Permission.REVIEW_LOW_RISK)
    if item.version != version:
        raise VersionConflict(
            f"you saw version {version}, it is at version {item.version} now; look at it again",
            current_version=item.version,
            current_status=item.status,
        )
    if ReviewStatus(item.status) not in OPEN:
        raise Conflict(f"an item that is {item.status} waits for nobody")
    return item
