"""What people do with an item: approve, reject, escalate, ask for another draft, undo.

Each act is one transaction. A refusal shows the item as it stands, with the reason and the text that was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response, status
from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.errors import Conflict, Forbidden, InvalidInput
from replyassist.core.jobs import JobQueue
from replyassist.review import approving, decisions
from replyassist.review.checking import CheckedText
from replyassist.review.failures import FailureKind, failure_kinds
from replyassist.review.models import ReviewItem
from replyassist.review.reasons import OTHER, REJECT_REASONS, failure_of
from replyassist.review.teamwork import acts as teamwork

from .item_pages import ItemId, item_page, way_on
from .language import gettext
from .later import wanted_time
from .listing import Listing, ListingDep
from .pages import HOME, PageRoute, see_other
from .rendering import typed
from .seeded_drafts import missed_check
from .visits import ActingVisitDep, Visit

router = APIRouter(prefix=HOME, route_class=PageRoute, include_in_schema=False)

LONGEST_REASON = 1000
LONGEST_INSTRUCTION = 500
Version = Annotated[int, Form(ge=1, le=2**31 - 1)]
Line = Annotated[str, Form(max_length=10_000)]
Boxes = Annotated[tuple[str, ...], Form(max_length=len(FailureKind))]


@dataclass(frozen=True)
class ActedOn(Visit):
    """Who acts, on what, and seen in which version: the same for every act."""

    listing: Listing
    item_id: int
    version: int
    text: str | None
    send_at: str = ""

    @property
    def jobs(self) -> JobQueue:
        """Where what follows an act is put."""
        queue: JobQueue = self.request.app.state.jobs
        return queue

    def carry_out(self, act: Callable[[Session], ReviewItem], then: Callable[[], str]) -> Response:
        """Act in one transaction and go where ``then`` says; a refusal shows the item with the reason."""
        try:
            with self.database.writing() as session:
                act(session)
        except (Conflict, Forbidden, InvalidInput) as error:
            return self.refused(error)
        return see_other(then())

    def carry_out_checked(
        self,
        read: Callable[[Session], CheckedText],
        act: Callable[[Session, CheckedText], ReviewItem],
        then: Callable[[], str],
    ) -> Response:
        """As ``carry_out``, with the checks read before the transaction that others wait for."""
        checked: list[CheckedText] = []
        try:
            with self.database.reading() as session:
                checked.append(read(session))
        except (Conflict, Forbidden, InvalidInput) as error:
            return self.refused(error)
        return self.carry_out(lambda session: act(session, checked[0]), then)

    def refused(self, problem: Conflict | Forbidden | InvalidInput) -> Response:
        """The item as it stands, with the reason and the text that was typed."""
        return item_page(self, self.listing, self.item_id, text=self.text, problem=problem, send_at=self.send_at)

    def next_page(self) -> str:
        """The next item of the list, with a word about this one."""
        return way_on(self, self.listing, self.item_id, after=self.item_id)

    def same_page(self) -> str:
        """This item again."""
        return self.listing.url(f"{HOME}/{self.item_id}")


def _acted_on(
    visit: ActingVisitDep,
    listing: ListingDep,
    item_id: ItemId,
    version: Version,
    text: Annotated[str | None, Form(max_length=100_000)] = None,
) -> ActedOn:
    kept = typed(text) if text else None
    return ActedOn(visit.request, visit.principal, visit.database, visit.clock, listing, item_id, version, kept)


ActedOnDep = Annotated[ActedOn, Depends(_acted_on, scope="function")]


@router.post("/{item_id}/approve")
def approve(
    on: ActedOnDep,
    accept_findings: Annotated[bool, Form()] = False,
    failures: Boxes = (),
    later: Line = "",
    send_at: Line = "",
) -> Response:
    """Approve exactly the text in the editor, and go to the next item. ``later``: one of the times that are offered,
    or ``written`` for the one in the field."""
    on = replace(on, send_at=typed(send_at))
    if missed := missed_check(on.principal, on.database, on.item_id, on.text or "", now=on.now):
        return replace(on, text=None).refused(missed)
    state = on.request.app.state

    def read(session: Session) -> CheckedText:
        if not (on.text or "").strip():
            raise InvalidInput("Write a reply first.")
        entailment = state.proposer.entailment
        return approving.checked(session, on.principal, on.item_id, on.text or "", entailment=entailment)

    def act(session: Session, text: CheckedText) -> ReviewItem:
        brand = get_brand(session, decisions.visible_item(session, on.principal, on.item_id).brand_id)
        return approving.approve(
            session,
            on.principal,
            on.item_id,
            version=on.version,
            text=text,
            accept_findings=accept_findings,
            jobs=on.jobs,
            now=on.now,
            send_delay_seconds=state.settings.send_delay_seconds,
            failures=failure_kinds(failures),
            later=wanted_time(brand, choice=typed(later), written=on.send_at, now=on.now),
        )

    return on.carry_out_checked(read, act, on.next_page)


@router.post("/{item_id}/confirm")
def confirm(on: ActedOnDep, rule: Line = "", send_at: Line = "") -> Response:
    """Say that a finding about the message or the template is no obstacle, and stay, with the time that was written."""

    def read(session: Session) -> CheckedText:
        return approving.checked_draft(session, on.principal, on.item_id)

    def act(session: Session, draft: CheckedText) -> ReviewItem:
        return approving.confirm(
            session, on.principal, on.item_id, version=on.version, rules=[typed(rule)], draft=draft, now=on.now
        )

    on = replace(on, send_at=typed(send_at))
    done = on.carry_out_checked(read, act, on.same_page)
    is_lost = on.send_at and done.status_code == status.HTTP_303_SEE_OTHER
    return item_page(on, on.listing, on.item_id, text=on.text, send_at=on.send_at) if is_lost else done


@router.post("/{item_id}/reject")
def reject(on: ActedOnDep, reason: Line = "", note: Line = "", failures: Boxes = ()) -> Response:
    """Reject with one of the reasons, and more words where they help."""

    def act(session: Session) -> ReviewItem:
        why = rejection(reason, typed(note).strip())
        return decisions.reject(
            session,
            on.principal,
            on.item_id,
            version=on.version,
            reason=why,
            failures=failure_kinds([*failures, *failure_of(reason)]),
            jobs=on.jobs,
            now=on.now,
        )

    return on.carry_out(act, on.next_page)


@router.post("/{item_id}/escalate")
def escalate(on: ActedOnDep, note: Line = "") -> Response:
    """Hand the item to a lead."""

    def act(session: Session) -> ReviewItem:
        why = typed(note).strip()
        if not why:
            raise InvalidInput("Say in a few words why a lead should look at it.")
        return decisions.escalate(
            session, on.principal, on.item_id, version=on.version, reason=short(why), jobs=on.jobs, now=on.now
        )

    return on.carry_out(act, on.next_page)


@router.post("/{item_id}/redraft")
def redraft(on: ActedOnDep, instruction: Line = "", template_id: Line = "", with_follow_up: Line = "") -> Response:
    """Ask for another draft, with an instruction or from another template, and stay."""

    def act(session: Session) -> ReviewItem:
        wish = typed(instruction).strip()
        if len(wish) > LONGEST_INSTRUCTION:
            raise InvalidInput(gettext("An instruction has at most %(n)s characters.") % {"n": LONGEST_INSTRUCTION})
        return decisions.redraft(
            session,
            on.principal,
            on.item_id,
            version=on.version,
            instruction=wish,
            template_id=typed(template_id) or None,
            with_follow_up=with_follow_up == "true",
            jobs=on.jobs,
            now=on.now,
        )

    return on.carry_out(act, on.same_page)


@router.post("/{item_id}/undo")
def undo(on: ActedOnDep) -> Response:
    """Take the last act back, and show the item with the text that had been approved."""
    approvals: list[int | None] = []

    def act(session: Session) -> ReviewItem:
        item = decisions.visible_item(session, on.principal, on.item_id)
        approvals.append(item.approval_id)
        return teamwork.take_back(session, on.principal, on.item_id, version=on.version, jobs=on.jobs, now=on.now)

    return on.carry_out(act, lambda: on.listing.url(f"{HOME}/{on.item_id}", restore=approvals[-1]))


def rejection(reason: str, note: str) -> str:
    """Why an item is rejected, of what was picked and written; raise InvalidInput where that says too little."""
    if reason not in REJECT_REASONS:
        raise InvalidInput("Pick a reason: it teaches the next draft.")
    if reason == OTHER:
        if not note:
            raise InvalidInput("Say in a few words what the other reason is.")
        return short(note)
    return short(f"{reason}: {note}" if note else reason)


def short(reason: str) -> str:
    """The reason; raise InvalidInput for one that is too long."""
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(gettext("A reason has at most %(n)s characters.") % {"n": LONGEST_REASON})
    return reason
