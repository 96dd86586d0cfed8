"""Practice: beginning a run, answering in it, and whether somebody is new."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, NotFound
from replyassist.core.security import Permission, Role
from replyassist.privacy.nameless import nameless

from ..failures import MEANINGS, FailureKind
from . import repository
from .models import PracticeRun
from .practice import PracticeAct, PracticeAnswer, PracticeItem, chosen, shipped_items
from .repository import DecidedItem

RIGHT = {
    "approved": PracticeAct.SEND,
    "edited_and_approved": PracticeAct.EDIT,
    "rejected": PracticeAct.REJECT,
    "escalated": PracticeAct.ESCALATE,
}
WHY = {
    "approved": "A lead sent it as it was.",
    "edited_and_approved": "A lead changed it before it was sent.",
    "rejected": "A lead rejected it.",
    "escalated": "A lead wanted somebody else to look at it.",
}
STAND_IN = "Sam"
"""A short name that takes the place of every author's."""


def is_new(session: Session, principal: Principal) -> bool:
    """Whether this is an agent who has neither decided about anything nor finished the practice."""
    if principal.role is not Role.AGENT or repository.has_decided(session, principal.user_id):
        return False
    return not repository.runs_of(session, principal.user_id, limit=1)


def begin(session: Session, principal: Principal, brand_id: str, *, now: datetime) -> PracticeRun:
    """Begin a run of five items of the brand; raise NotFound."""
    principal.require_for(Permission.QUEUE_READ, brand_id)
    get_brand(session, brand_id)
    own = [_item(decided) for decided in repository.decided_by_leads(session, brand_id)]
    keys = [item.key for item in chosen(own)]
    run = PracticeRun(user_id=principal.user_id, brand_id=brand_id, item_keys=keys, started_at=now)
    session.add(run)
    session.flush()
    return run


def own_run(session: Session, principal: Principal, run_id: int) -> PracticeRun:
    """One of one's own runs; raise NotFound."""
    run = session.get(PracticeRun, run_id)
    if run is None or run.user_id != principal.user_id:
        raise NotFound(f"there is no practice run {run_id}")
    return run


def items_of(session: Session, run: PracticeRun) -> list[PracticeItem]:
    """The items of a run in their order; a shipped one takes the place of one that is gone by now."""
    among = [int(key.removeprefix("entry-")) for key in run.item_keys if key.startswith("entry-")]
    decided = repository.decided_by_leads(session, run.brand_id, among=among) if among else []
    known = {item.key: item for item in (*(_item(each) for each in decided), *shipped_items())}
    spare = (item for item in shipped_items() if item.key not in run.item_keys)
    return [known.get(key) or next(spare) for key in run.item_keys]


def answer(
    session: Session, principal: Principal, run_id: int, number: int, given: PracticeAct, *, now: datetime
) -> PracticeRun:
    """Answer the item with this number (from 0); raise NotFound, and Conflict for one that is not next."""
    own_run(session, principal, run_id)
    run = repository.locked_run(session, run_id)
    if run is None or number != len(run.answers.given) or number >= len(run.item_keys):
        raise Conflict("this item was answered already, or is not next")
    item = items_of(session, run)[number]
    told = PracticeAnswer(key=item.key, answer=given, is_right=given is item.right)
    run.answers = run.answers.model_copy(update={"given": (*run.answers.given, told)})
    if len(run.answers.given) == len(run.item_keys):
        run.done_at = now
    session.add(run)
    session.flush()
    return run


def _item(decided: DecidedItem) -> PracticeItem:
    def hidden(text: str) -> str:
        return nameless(text, name=decided.name, stand_in=STAND_IN, handle=decided.handle)

    reasons = [hidden(decided.reason), *(MEANINGS[FailureKind(kind)] for kind in decided.failures)]
    return PracticeItem(
        key=f"entry-{decided.entry_id}",
        message=hidden(decided.message),
        draft=hidden(decided.draft),
        template=decided.template,
        right=RIGHT[decided.act],
        why=" ".join([WHY[decided.act], *filter(None, reasons)]),
        sent=hidden(decided.sent),
    )
