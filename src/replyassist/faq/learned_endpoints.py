"""The API of what templates were taught by decisions: see it, undo it, and let it count again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AliasChoices, BaseModel, Field

from replyassist.core.errors import NotFound
from replyassist.core.http import ClockDep, PrincipalDep, ReadingDep, WritingDep
from replyassist.core.security import Permission

from . import learned
from .models import LearnedExampleRow
from .parameters import BrandQuery, TemplateId
from .repository.learned import examples_of_template
from .service import template_versions

router = APIRouter()

LARGEST_ID = 2**31 - 1  # of an integer column on PostgreSQL
ExampleId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The example's id.")]
Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="`next_cursor` of the page before.")]


class LearnedExampleOut(BaseModel):
    """A message, without personal data, that a decision made an example of a template.

    ``counts_against``: the decision was that the template does not answer such a message. ``act`` and ``actor`` say
    how and by whom that was decided about the review item ``review_id``. A withdrawn one counts no more; ``text`` is
    empty when it was erased.
    """

    id: int
    template_id: str
    text: str
    counts_against: bool
    review_id: int = Field(validation_alias=AliasChoices("review_id", "review_item_id"))
    act: str
    actor: str
    learned_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None


class LearnedExampleListOut(BaseModel):
    """A page of examples, the newest first; ask again with ``next_cursor`` for older ones, null at the end."""

    items: list[LearnedExampleOut]
    next_cursor: int | None


@router.get("/{template_id:path}/examples")
def list_examples(
    *,
    template_id: TemplateId,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: ReadingDep,
    cursor: Before = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> LearnedExampleListOut:
    """Everything that decisions taught this template, also what was withdrawn."""
    principal.require_for(Permission.TEMPLATES_READ, brand)
    template_versions(session, brand, template_id)  # NotFound for one that never was
    page = examples_of_template(session, brand, template_id, before=cursor, limit=limit)
    return LearnedExampleListOut(items=[example_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.delete("/{template_id:path}/examples/{example_id}")
def withdraw_example(
    *,
    template_id: TemplateId,
    example_id: ExampleId,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
) -> LearnedExampleOut:
    """Let an example count no more, whoever taught its words; they are not learned again. Again it changes nothing."""
    principal.require_for(Permission.EXAMPLES_WRITE, brand)
    _require_of_template(learned.find_example(session, brand, example_id), template_id)
    return example_out(learned.withdraw(session, brand, example_id, by=principal.name, now=clock.now()))


@router.post("/{template_id:path}/examples/{example_id}/restore")
def restore_example(
    *,
    template_id: TemplateId,
    example_id: ExampleId,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: WritingDep,
) -> LearnedExampleOut:
    """Let a withdrawn example count again; 409 when its text was erased or a later decision says the opposite."""
    principal.require_for(Permission.EXAMPLES_WRITE, brand)
    _require_of_template(learned.find_example(session, brand, example_id), template_id)
    return example_out(learned.restore(session, brand, example_id))


def example_out(row: LearnedExampleRow) -> LearnedExampleOut:
    """A stored example for readers."""
    return LearnedExampleOut.model_validate(row, from_attributes=True)


def _require_of_template(row: LearnedExampleRow, template_id: str) -> None:
    if row.template_id != template_id:
        raise NotFound(f"the template '{template_id}' has no learned example {row.id}")
