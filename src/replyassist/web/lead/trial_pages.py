"""``/template-trials/{id}``: what a change of a template would do, before it goes live."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as PathParameter
from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.core.security import Permission
from replyassist.evaluation.sets import CaseSets
from replyassist.faq import repository as templates
from replyassist.faq import service, trials
from replyassist.faq.models import TemplateTrialRow
from replyassist.faq.trial_results import TemplateMovement, TrialState
from replyassist.inbox.service import load_all
from replyassist.learning.repository import gone_messages

from ..evaluation.shared import HomeDep
from ..pages import PageRoute, see_other
from ..visits import ActingVisitDep, VisitDep
from . import words
from .differences import FieldDifference, field_differences
from .template_list import template_url

TRIALS = "/template-trials"
SHOWN = 50
router = APIRouter(prefix=TRIALS, route_class=PageRoute, include_in_schema=False)
TrialId = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]


@dataclass(frozen=True)
class ShownMovement:
    """A message that would find another template; ``text`` is empty for one that is gone by now."""

    movement: TemplateMovement
    text: str


@router.get("/{trial_id}")
def show_trial(visit: VisitDep, home: HomeDep, trial_id: TrialId) -> Response:
    """The change, and what it would do."""
    with visit.database.reading() as session:
        context = _context(session, visit.principal, trial_id, home=home)
    return visit.page("lead/trial.html", L=words, refused=None, **context)


@router.get("/{trial_id}/state")
def show_state(visit: VisitDep, home: HomeDep, trial_id: TrialId) -> Response:
    """How far it is, and what came out: the part of the page that renews itself."""
    with visit.database.reading() as session:
        context = _context(session, visit.principal, trial_id, home=home)
    return visit.page("lead/_trial_state.html", L=words, **context)


@router.post("/{trial_id}/apply")
def apply(visit: ActingVisitDep, trial_id: TrialId) -> Response:
    """Let the change go live as it was tried, unless the template has changed since."""
    with visit.database.writing() as session:
        row = _own(session, visit.principal, trial_id)
        proposed = trials.proposed_in(row)
        given: dict[str, Any] = {"now": visit.now, "by": visit.principal.name}
        if proposed is None:
            service.delete_template(session, row.brand_id, row.template_id, expected_version=row.base_version, **given)
        elif row.base_version is None:
            service.add_template(session, row.brand_id, proposed, **given)
        else:
            service.change_template(session, row.brand_id, proposed, expected_version=row.base_version, **given)
    return see_other(template_url(row.brand_id, row.template_id, "saved" if proposed else "retired"))


def _own(session: Session, principal: Principal, trial_id: int) -> TemplateTrialRow:
    """The trial; NotFound for one of another brand as for one that does not exist."""
    principal.require(Permission.TEMPLATES_WRITE)
    row = trials.find(session, trial_id)
    if not principal.sees(row.brand_id):
        raise NotFound(f"there is no trial {trial_id}")
    return row


def _context(session: Session, principal: Principal, trial_id: int, *, home: Path) -> dict[str, Any]:
    row = _own(session, principal, trial_id)
    return {
        "trial": row,
        "is_over": row.state in (TrialState.DONE, TrialState.FAILED),
        "changed": _changed(session, row),
        "shown": _shown_cases(row, home) if row.cases else _shown(session, row),
        "most_shown": SHOWN,
    }


def _changed(session: Session, row: TemplateTrialRow) -> list[FieldDifference]:
    if row.document is None:
        return []
    version = row.base_version or ""
    before = templates.version_documents(session, row.brand_id, row.template_id, [version]).get(version)
    return field_differences(before, row.document)


def _shown_cases(row: TemplateTrialRow, home: Path) -> list[ShownMovement]:
    movements = row.outcome.movements[:SHOWN] if row.outcome else ()
    try:
        cases = CaseSets(home).load(row.cases.name).cases if row.cases and movements else ()
    except (InvalidInput, NotFound):  # it was removed since
        cases = ()
    texts = {case.id: case.text for case in cases}
    return [ShownMovement(movement, texts.get(movement.case_id, "")) for movement in movements]


def _shown(session: Session, row: TemplateTrialRow) -> list[ShownMovement]:
    movements = row.outcome.movements[:SHOWN] if row.outcome else ()
    stored = load_all(session, [movement.message_id for movement in movements]) if movements else {}
    gone = gone_messages(session, row.brand_id) if movements else set()
    return [
        ShownMovement(
            movement,
            stored[movement.message_id].text
            if movement.message_id in stored and movement.message_id not in gone
            else "",
        )
        for movement in movements
    ]
