"""``/templates/{brand}/{id}``: one template to read, and for leads to write."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from replyassist.core.errors import ReplyassistError
from replyassist.core.security import Permission
from replyassist.faq.parameters import NO_NUL

from ..pages import PageRoute
from ..visits import Visit, VisitDep
from . import words
from .brand_choice import BrandChoice, chosen_brand
from .template_check import TemplateCheck, template_check
from .template_form import TemplateForm
from .template_list import TEMPLATES
from .template_view import TemplateView, template_view
from .trial_cases import case_sets

router = APIRouter(prefix=TEMPLATES, route_class=PageRoute, include_in_schema=False)
BrandPath = Annotated[str, Path(max_length=60, pattern=NO_NUL)]
TemplatePath = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL)]


@router.get("/new")
def show_new_template(
    visit: VisitDep,
    brand: Annotated[str, Query(max_length=60)] = "",
    question: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """An empty form; ``question`` is what the template shall answer, where a page knows one."""
    visit.principal.require(Permission.TEMPLATES_WRITE)
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
    return form_page(visit, choice, TemplateForm(questions=question), view=None, check=None)


@router.get("/{brand}/{template_id:path}")
def show_template(
    visit: VisitDep,
    brand: BrandPath,
    template_id: TemplatePath,
    done: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """A template; ``done`` says what was just done to it, ``before`` where the shown part of its history begins."""
    visit.principal.require(Permission.TEMPLATES_READ)
    return existing_page(visit, brand, template_id, done=done, before=before)


def existing_page(
    visit: Visit,
    brand: str,
    template_id: str,
    *,
    form: TemplateForm | None = None,
    refused: ReplyassistError | None = None,
    done: str = "",
    before: int | None = None,
) -> Response:
    """The page of a template; ``form`` is what somebody typed and must not lose, ``refused`` why it was not saved."""
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
        view = template_view(session, choice.brand, template_id, now=visit.now, before=before)
    shown = form or TemplateForm.of(view.template)
    check = template_check(visit, choice.brand, shown)
    return form_page(visit, choice, shown, view=view, check=check, refused=refused, done=done)


def form_page(
    visit: Visit,
    choice: BrandChoice,
    form: TemplateForm,
    *,
    view: TemplateView | None,
    check: TemplateCheck | None,
    refused: ReplyassistError | None = None,
    done: str = "",
) -> Response:
    """The form of a template with all that is known of it; ``view`` is None for one that is not there yet."""
    return visit.page(
        "lead/template.html",
        status=refused.status if refused else 200,
        choice=choice,
        form=form,
        view=view,
        check=check,
        refused=refused,
        done=words.DONE.get(done, ""),
        may_write=visit.principal.may(Permission.TEMPLATES_WRITE),
        case_sets=case_sets(visit.request.app.state.settings.home, visit.principal, choice.brand.id),
        L=words,
    )
