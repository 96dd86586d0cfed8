"""The API of reply templates.

An id may hold any character, also slashes: it is the rest of the path. For an id that is ``proposals`` or ends in
``/versions`` or ``/examples``, or that a client would rewrite (``..``), ask the list with ``?id=``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from replyassist.core.errors import InvalidInput
from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, PrincipalDep, ReadingDep, WritingDep
from replyassist.core.security import Permission

from . import service
from .admission import admitted
from .browsing import TemplateFilter, browse
from .generated_endpoints import GeneratedQuestionOut, questions_out
from .generated_endpoints import router as generated_router
from .learned_endpoints import router as examples_router
from .parameters import NO_NUL, BrandQuery, TemplateId
from .proposal_endpoints import router as proposals_router
from .repair.door import FieldChange
from .repository import StoredTemplate
from .template import TemplateFields

router = APIRouter(prefix="/v1/templates", tags=["templates"], responses=PROBLEM_RESPONSES)
router.include_router(proposals_router)  # before the paths that end with any id
router.include_router(examples_router)
router.include_router(generated_router)

ExpectedVersion = Annotated[
    str | None, Query(max_length=64, description="The version that you saw; 409 when there is a newer one.")
]
IfMatch = Annotated[str | None, Header(description="The same, as the ETag that came with the template.")]


def _expected(expected_version: ExpectedVersion = None, if_match: IfMatch = None) -> str | None:
    """The version that the caller saw; ``If-Match: *`` means any."""
    if expected_version is not None or if_match is None or if_match.strip() == "*":
        return expected_version
    return if_match.strip().removeprefix("W/").strip('"')


ExpectedDep = Annotated[str | None, Depends(_expected)]

_EXAMPLES: dict[str, Any] = {
    "shipping": {
        "summary": "A reply with a fact and a link",
        "value": {
            "id": "shipping-abroad",
            "title": "Do you ship abroad?",
            "questions": ["do you ship to Norway?", "international delivery?"],
            "reply": "We ship to {{ countries_count }} countries: https://fernhill.example/shipping",
            "facts": {"countries_count": 32},
            "links": ["https://fernhill.example/shipping"],
            "tags": ["shipping"],
        },
    },
    "smallest": {
        "summary": "The least that is needed",
        "value": {"id": "opening-hours", "reply": "We are open every day from 9:00 to 18:00."},
    },
}
TemplateBody = Annotated[TemplateFields, Body(openapi_examples=_EXAMPLES)]


class TextChange(BaseModel):
    """A text that was mended before it was stored: HTML, damaged letters, placeholders of other programs."""

    field: str
    before: str
    after: str
    done: list[str]


def _is_empty(changes: list[TextChange]) -> bool:
    return not changes


class TemplateOut(TemplateFields):
    """A template as stored, with its version. ``changes`` is there where this request's texts had to be mended.

    ``generated_questions`` were written by a language model, not by people, and are no part of the version.
    """

    brand: str
    version: str
    updated_at: datetime
    generated_questions: list[GeneratedQuestionOut]
    changes: list[TextChange] = Field(default=[], exclude_if=_is_empty)


class TemplateListOut(BaseModel):
    """A page of templates; ask again with ``next_cursor`` for those that follow, null at the end."""

    items: list[TemplateOut]
    next_cursor: str | None


class TemplateVersionOut(BaseModel):
    """One content that a template has or had."""

    version: str
    created_at: datetime
    is_current: bool
    template: TemplateFields


class TemplateVersionListOut(BaseModel):
    """Every content of a template, newest first."""

    items: list[TemplateVersionOut]


@router.get("")
def list_templates(
    *,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: ReadingDep,
    tag: Annotated[str | None, Query(max_length=100, description="Only with this tag.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Only with all these words.")] = None,
    template_id: Annotated[
        str | None, Query(alias="id", max_length=200, pattern=NO_NUL, description="Only the one with this id.")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TemplateListOut:
    """The templates in use, by id."""
    principal.require_for(Permission.TEMPLATES_READ, brand)
    wanted = TemplateFilter(tag=tag, query=q, template_id=template_id)
    page = browse(session, brand, wanted, cursor=cursor, limit=limit)
    questions = questions_out(session, brand, [stored.template_id for stored in page.items])
    items = [_out(brand, stored, questions[stored.template_id]) for stored in page.items]
    return TemplateListOut(items=items, next_cursor=page.next_cursor)


@router.get("/{template_id:path}/versions")
def list_versions(
    *, template_id: TemplateId, brand: BrandQuery, principal: PrincipalDep, session: ReadingDep
) -> TemplateVersionListOut:
    """Every content that the template ever had, also of a deleted one. PUT an old one to restore it."""
    principal.require_for(Permission.TEMPLATES_READ, brand)
    found = service.template_versions(session, brand, template_id)
    return TemplateVersionListOut.model_validate({"items": found}, from_attributes=True)


@router.get("/{template_id:path}")
def get_template(
    *, template_id: TemplateId, brand: BrandQuery, principal: PrincipalDep, session: ReadingDep, response: Response
) -> TemplateOut:
    """One template; its version is also the ETag."""
    principal.require_for(Permission.TEMPLATES_READ, brand)
    stored = service.stored_template(session, brand, template_id)
    return _answer(response, session, brand, stored)


@router.post("", status_code=201)
def add_template(
    *,
    template: TemplateBody,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    response: Response,
) -> TemplateOut:
    """Add a template; 409 when there is one with this id.

    HTML, damaged letters and placeholders of other programs are mended (``changes`` says how); 422 names the field of
    what only its writer can mend.
    """
    principal.require_for(Permission.TEMPLATES_WRITE, brand)
    new = admitted(template)
    service.add_template(session, brand, new.template, now=clock.now(), by=principal.name)
    return _answer(response, session, brand, service.stored_template(session, brand, new.template.id), new.changes)


@router.put("/{template_id:path}")
def replace_template(
    *,
    template_id: TemplateId,
    template: TemplateBody,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    response: Response,
    expected: ExpectedDep,
) -> TemplateOut:
    """Give a template new content, mended as on adding; the same content again changes nothing."""
    principal.require_for(Permission.TEMPLATES_WRITE, brand)
    new = admitted(template)
    if new.template.id != template_id:
        raise InvalidInput("the id in the body is not the id in the path", field="id")
    service.change_template(session, brand, new.template, now=clock.now(), expected_version=expected, by=principal.name)
    return _answer(response, session, brand, service.stored_template(session, brand, template_id), new.changes)


@router.delete("/{template_id:path}", status_code=204)
def delete_template(
    *,
    template_id: TemplateId,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    expected: ExpectedDep,
) -> None:
    """Take a template out of use; its versions stay."""
    principal.require_for(Permission.TEMPLATES_WRITE, brand)
    service.delete_template(session, brand, template_id, now=clock.now(), expected_version=expected, by=principal.name)


def _answer(
    response: Response, session: Session, brand: str, stored: StoredTemplate, changes: Sequence[FieldChange] = ()
) -> TemplateOut:
    response.headers["ETag"] = f'"{stored.version}"'
    return _out(brand, stored, questions_out(session, brand, [stored.template_id])[stored.template_id], changes)


def _out(
    brand: str,
    stored: StoredTemplate,
    questions: Sequence[GeneratedQuestionOut],
    changes: Sequence[FieldChange] = (),
) -> TemplateOut:
    return TemplateOut(
        **stored.document,
        brand=brand,
        version=stored.version,
        updated_at=stored.updated_at,
        generated_questions=list(questions),
        changes=[TextChange.model_validate(asdict(change)) for change in changes],
    )
