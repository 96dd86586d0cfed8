"""The API of questions that a chat model wrote for templates: they stand in the template, and a person removes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel
from sqlmodel import Session

from replyassist.core.http import ClockDep, PrincipalDep, WritingDep
from replyassist.core.security import Permission

from . import generated
from .learned_endpoints import LARGEST_ID
from .models import GeneratedQuestionRow
from .parameters import BrandQuery, TemplateId
from .repository.generated import active_questions

router = APIRouter()

QuestionId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The generated question's id.")]


class GeneratedQuestionOut(BaseModel):
    """A question that a chat model wrote for this version of the template; a removed one counts no more."""

    id: int
    text: str
    model: str
    created_at: datetime
    removed_at: datetime | None
    removed_by: str | None


@router.delete("/{template_id:path}/generated/{question_id}")
def remove_question(
    *,
    template_id: TemplateId,
    question_id: QuestionId,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
) -> GeneratedQuestionOut:
    """Let a generated question count no more; its wording is not kept again. Again it changes nothing."""
    principal.require_for(Permission.EXAMPLES_WRITE, brand)
    row = generated.remove(session, brand, question_id, template_id=template_id, by=principal.name, now=clock.now())
    return question_out(row)


def question_out(row: GeneratedQuestionRow) -> GeneratedQuestionOut:
    """A stored question for readers."""
    return GeneratedQuestionOut.model_validate(row, from_attributes=True)


def questions_out(
    session: Session, brand: str, template_ids: Collection[str]
) -> defaultdict[str, list[GeneratedQuestionOut]]:
    """What counts of these templates, by template id."""
    found: defaultdict[str, list[GeneratedQuestionOut]] = defaultdict(list)
    for row in active_questions(session, brand, template_ids=template_ids):
        found[row.template_id].append(question_out(row))
    return found
