"""What leads do to a template: save, confirm, take out of use, bring back, restore, and try before it goes live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from sqlmodel import Session

from replyassist.core.errors import Conflict, InvalidInput, NotFound
from replyassist.core.security import Permission
from replyassist.faq import generated, repository, service, trials
from replyassist.faq.checking import CheckedFields
from replyassist.faq.template import ReplyTemplate
from replyassist.faq.trial_results import TrialCases

from ..evaluation.shared import HomeDep
from ..pages import PageRoute, see_other
from ..rendering import typed
from ..visits import ActingVisitDep, Visit
from . import words
from .brand_choice import chosen_brand
from .template_check import template_check
from .template_form import TemplateFormDep
from .template_list import TEMPLATES, template_url
from .template_page import BrandPath, existing_page, form_page
from .trial_cases import CaseSetName, chosen_cases
from .trial_pages import TRIALS

router = APIRouter(prefix=TEMPLATES, route_class=PageRoute, include_in_schema=False)
TemplateId = Annotated[str, Form(alias="id", min_length=1, max_length=200)]
Version = Annotated[str, Form(max_length=64)]
TRY = "try"


@router.post("/{brand}/check")
def check(visit: ActingVisitDep, brand: BrandPath, form: TemplateFormDep) -> Response:
    """Lint and preview of what stands in the form; nothing is stored."""
    visit.principal.require(Permission.TEMPLATES_WRITE)
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
    checked = template_check(visit, choice.brand, form)
    return visit.page("lead/_template_check.html", check=checked, form=form, L=words)


@router.post("/{brand}/save")
def save(
    visit: ActingVisitDep,
    brand: BrandPath,
    form: TemplateFormDep,
    home: HomeDep,
    act: Annotated[str, Form(pattern="^(save|try)$")] = "save",
    cases: CaseSetName = "",
) -> Response:
    """Store what stands in the form, or have it tried first (on ``cases``, a kept set); a refusal shows the page with
    what was typed."""
    visit.principal.require(Permission.TEMPLATES_WRITE)
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
    checked = template_check(visit, choice.brand, form)
    try:
        template = _stored_as(checked.fields)
        with visit.database.writing() as session:
            if act == TRY:
                chosen = chosen_cases(home, visit.principal, brand, typed(cases))
                asked = _TrialRequest(template.id, template, form.version, chosen)
                return see_other(_tried(visit, session, brand, asked))
            is_same = service.current_version(session, brand, template.id) == template.version
            _put(visit, session, brand, template, form.version)
    except (Conflict, InvalidInput, NotFound) as error:
        if form.version:
            typed_id = form.id.strip()
            return existing_page(visit, brand, typed_id, form=form, refused=error)
        return form_page(visit, choice, form, view=None, check=checked, refused=error)
    return see_other(template_url(brand, template.id, "same" if is_same else "saved"))


@router.post("/{brand}/remove-question")
def remove_question(
    visit: ActingVisitDep,
    brand: BrandPath,
    template_id: TemplateId,
    question_id: Annotated[int, Form(ge=1, le=2**31 - 1)],
) -> Response:
    """Let a question that the model wrote count no more."""
    visit.principal.require(Permission.EXAMPLES_WRITE)
    template_id = typed(template_id)
    with visit.database.writing() as session:
        chosen_brand(session, visit.principal, brand)
        generated.remove(session, brand, question_id, template_id=template_id, by=visit.principal.name, now=visit.now)
    return see_other(template_url(brand, template_id, "removed"))


@router.post("/{brand}/{act}")
def act_on_template(
    visit: ActingVisitDep,
    brand: BrandPath,
    act: Annotated[str, Path(pattern="^(confirm|retire|bring-back|restore|try-retiring)$")],
    template_id: TemplateId,
    version: Version,
    home: HomeDep,
    to_version: Version = "",
    cases: CaseSetName = "",
) -> Response:
    """Confirm, retire, bring back (its last text) or restore an older text; ``version`` is the one that was seen."""
    visit.principal.require(Permission.TEMPLATES_WRITE)
    template_id, now, by = typed(template_id), visit.now, visit.principal.name
    try:
        with visit.database.writing() as session:
            chosen_brand(session, visit.principal, brand)
            if act == "try-retiring":
                asked = _TrialRequest(
                    template_id, None, version, chosen_cases(home, visit.principal, brand, typed(cases))
                )
                return see_other(_tried(visit, session, brand, asked))
            if act == "confirm":
                service.confirm_template(session, brand, template_id, expected_version=version, by=by, now=now)
            elif act == "retire":
                service.delete_template(session, brand, template_id, expected_version=version, by=by, now=now)
            else:
                template = _older(session, brand, template_id, to_version or version)
                expected = version if act == "restore" else None
                service.put_template(session, brand, template, expected_version=expected, by=by, now=now)
    except Conflict as error:
        return existing_page(visit, brand, template_id, refused=error)
    done = {"confirm": "confirmed", "retire": "retired", "bring-back": "brought_back", "restore": "restored"}[act]
    return see_other(template_url(brand, template_id, done))


def _stored_as(checked: CheckedFields) -> ReplyTemplate:
    if checked.template is None:
        first = checked.errors[0]
        raise InvalidInput(f"{first.field}: {first.message}" if first.field else first.message)
    return checked.template


def _put(visit: Visit, session: Session, brand: str, template: ReplyTemplate, seen: str) -> None:
    if seen:
        service.change_template(session, brand, template, expected_version=seen, by=visit.principal.name, now=visit.now)
    else:
        service.add_template(session, brand, template, by=visit.principal.name, now=visit.now)


@dataclass(frozen=True)
class _TrialRequest:
    """A change to try: ``template`` None takes it out of use; ``seen`` is the version that it was made from."""

    template_id: str
    template: ReplyTemplate | None
    seen: str
    cases: TrialCases | None


def _tried(visit: Visit, session: Session, brand: str, asked: _TrialRequest) -> str:
    """Have it tried; where the result will stand."""
    row = trials.ask(
        session,
        brand,
        asked.template_id,
        asked.template,
        base_version=asked.seen or None,
        cases=asked.cases,
        by=visit.principal.name,
        jobs=visit.request.app.state.jobs,
        now=visit.now,
    )
    return f"{TRIALS}/{row.id}"


def _older(session: Session, brand: str, template_id: str, version: str) -> ReplyTemplate:
    documents = repository.version_documents(session, brand, template_id, [version])
    if version not in documents:
        raise NotFound(f"the template '{template_id}' never had this text")
    return ReplyTemplate.model_validate(documents[version])
