"""Starts a run, shows how far it is, stops it and goes on with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response

from replyassist.core.accounts import Principal
from replyassist.core.errors import InvalidInput, NotFound, ReplyassistError
from replyassist.core.security import Permission
from replyassist.drafting.profiles import writer_of
from replyassist.evaluation.jobs import service
from replyassist.evaluation.jobs.models import JobState
from replyassist.evaluation.jobs.models import Request as RunRequest
from replyassist.evaluation.record import DRAFT, RETRIEVAL
from replyassist.evaluation.sets import CaseSets, SetInfo, TemplateSets

from ..pages import is_partial, see_other
from ..rendering import typed
from ..visits import ActingVisitDep, Visit, VisitDep
from .shared import EVALUATION, EvaluationRoute, HomeDep, brands_of, visible

router = APIRouter(prefix=EVALUATION, route_class=EvaluationRoute, include_in_schema=False)

JobId = Annotated[int, Path(ge=1, le=2**31 - 1)]
SetName = Annotated[str, Form(max_length=120)]
STAGES = {"templates": (RETRIEVAL,), "drafts": (RETRIEVAL, DRAFT)}
ONE_BRAND = "These templates are of one brand, and the cases of others: {brands}. Choose cases of that brand."
PART = "_evaluation_job.html"
NO_SUCH_SET = "Choose the cases to score."


@router.get("/runs/new")
def show_form(
    visit: VisitDep,
    home: HomeDep,
    cases: Annotated[str, Query(max_length=120)] = "",
    templates: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """What to score, and with what."""
    visit.principal.require(Permission.EVALUATE)
    form = {"cases": cases, "templates": templates, "stages": "drafts", "title": "", "limit": ""}
    return _form(visit, home, form)


@router.post("/runs")
def start_run(
    visit: ActingVisitDep,
    home: HomeDep,
    cases: SetName = "",
    templates: SetName = "",
    stages: Annotated[str, Form(pattern="^(templates|drafts)$")] = "drafts",
    title: Annotated[str, Form(max_length=200)] = "",
    limit: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Enqueue a run, and show its progress; a refusal shows the form as it was."""
    visit.principal.require(Permission.EVALUATE)
    form = {"cases": cases, "templates": templates, "stages": stages, "title": typed(title).strip(), "limit": limit}
    try:
        chosen = _chosen(home, visit.principal, cases, templates)
        wanted = RunRequest(cases=cases, templates=templates, stages=STAGES[stages], limit=_number(limit))
    except (InvalidInput, NotFound) as error:
        return _form(visit, home, form, error=error)
    with visit.database.writing() as session:
        row = service.start(
            session,
            wanted,
            title=form["title"],
            brands=chosen.brands,
            asked_by=visit.principal.user_id,
            jobs=visit.request.app.state.jobs,
            now=visit.now,
        )
    return see_other(f"{EVALUATION}/jobs/{row.id}")


@router.get("/jobs/{job_id}")
def show_job(visit: VisitDep, job_id: JobId) -> Response:
    """How far a run is; once it is kept, its report."""
    visit.principal.require(Permission.EVALUATE)
    with visit.database.reading() as session:
        row = service.visible_job(session, job_id, visit.principal.sees)
    if row.state == JobState.DONE:
        report = f"{EVALUATION}/runs/{row.run_id}"
        return Response(headers={"HX-Redirect": report}) if is_partial(visit.request) else see_other(report)
    name = PART if is_partial(visit.request) else "evaluation/job.html"
    return visit.page(name, job=row)


@router.post("/jobs/{job_id}/{act}")
def stop_or_go_on(
    visit: ActingVisitDep, job_id: JobId, act: Annotated[str, Path(pattern="^(stop|go-on)$")]
) -> Response:
    """Stop it once the cases in hand are done, or go on where it was."""
    visit.principal.require(Permission.EVALUATE)
    with visit.database.writing() as session:
        row = service.visible_job(session, job_id, visit.principal.sees)
        if act == "go-on":
            service.go_on(session, row, jobs=visit.request.app.state.jobs, now=visit.now)
        elif row.is_live:
            service.stop(row, now=visit.now)
    return see_other(f"{EVALUATION}/jobs/{job_id}")


def _form(visit: Visit, home: HomeDep, form: dict[str, str], *, error: ReplyassistError | None = None) -> Response:
    case_sets = visible(CaseSets(home).infos(), visit.principal)
    return visit.page(
        "evaluation/new_run.html",
        status=error.status if error else 200,
        form=form,
        error=error,
        case_sets=case_sets,
        template_sets=visible(TemplateSets(home).infos(), visit.principal),
        brands=brands_of(visit.database, visit.principal),
        has_writer=writer_of(visit.request.app.state.proposer.model) is not None,
    )


def _chosen(home: HomeDep, principal: Principal, cases: str, templates: str) -> SetInfo:
    """The set of cases; raise NotFound, and InvalidInput where the templates are of another brand."""
    sets = visible(CaseSets(home).infos(), principal)
    found = next((each for each in sets if each.name == cases), None)
    if found is None:
        raise InvalidInput(NO_SUCH_SET, field="cases")
    if templates:
        own = next((each for each in visible(TemplateSets(home).infos(), principal) if each.name == templates), None)
        if own is None:
            raise NotFound("those templates are not there any more")
        if set(found.brands) != set(own.brands):
            raise InvalidInput(ONE_BRAND.format(brands=", ".join(found.brands)), field="templates")
    return found


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isascii() or not text.strip().isdigit() or int(text) < 1:
        raise InvalidInput("give a number of cases, or leave it empty", field="limit")
    return int(text)
