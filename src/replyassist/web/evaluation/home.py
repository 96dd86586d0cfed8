"""The workbench's first page: what is being scored, what was, and what there is to score."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from replyassist.core.security import Permission
from replyassist.evaluation.jobs import repository
from replyassist.evaluation.sets import CaseSets, TemplateSets
from replyassist.evaluation.store import RunStore

from ..pages import see_other
from ..visits import VisitDep
from .shared import EVALUATION, EvaluationRoute, HomeDep, sees_all, visible

router = APIRouter(prefix=EVALUATION, route_class=EvaluationRoute, include_in_schema=False)

RUNS_SHOWN = 20
SETS_SHOWN = 20
JOBS_SHOWN = 50
Start = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("")
def show_workbench(visit: VisitDep, home: HomeDep, start: Start = 0) -> Response:
    """Runs, newest first, with what is being done and what could be; who may only label is sent there."""
    visit.principal.require(Permission.LABEL_DRAFTS)
    if not visit.principal.may(Permission.EVALUATE):
        return see_other(f"{EVALUATION}/label")
    with visit.database.reading() as session:
        jobs = [
            row for row in repository.unfinished(session, limit=JOBS_SHOWN) if sees_all(visit.principal, row.brands)
        ]
    runs = visible(RunStore(home).summaries(), visit.principal)
    return visit.page(
        "evaluation/home.html",
        jobs=jobs,
        runs=runs[start : start + RUNS_SHOWN],
        start=start,
        later=start + RUNS_SHOWN if start + RUNS_SHOWN < len(runs) else None,
        case_sets=visible(CaseSets(home).infos(), visit.principal)[:SETS_SHOWN],
        template_sets=visible(TemplateSets(home).infos(), visit.principal)[:SETS_SHOWN],
    )
