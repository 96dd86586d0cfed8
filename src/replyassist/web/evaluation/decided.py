"""Turns a decided item into a labelled case: what would be kept is shown first, with nobody's personal data."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from pydantic import ValidationError

from replyassist.core.errors import InvalidInput
from replyassist.core.security import Permission
from replyassist.evaluation.decided import Labelled, case_of_item, labelled_as
from replyassist.evaluation.sets import CaseSets
from replyassist.inbox.service import load
from replyassist.review import decisions

from ..pages import see_other
from ..rendering import typed
from ..visits import ActingVisitDep
from .shared import EVALUATION, EvaluationRoute, HomeDep, address

router = APIRouter(prefix=EVALUATION, route_class=EvaluationRoute, include_in_schema=False)

ItemId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Lines = Annotated[str, Form(max_length=10_000)]


@router.post("/cases/from-item/{item_id}")
def keep_item(
    visit: ActingVisitDep,
    home: HomeDep,
    item_id: ItemId,
    act: Annotated[str, Form(pattern="^(preview|keep)$")] = "preview",
    template_id: Annotated[str | None, Form(max_length=200)] = None,
    must_include: Lines = "",
    must_not_include: Lines = "",
) -> Response:
    """Show the case that an item would make; with ``act=keep`` keep it, with what was mended of its label."""
    visit.principal.require(Permission.LABEL_DRAFTS)
    with visit.database.reading() as session:
        item = decisions.visible_item(session, visit.principal, item_id)
        case = case_of_item(item, load(session, item.message_id))
    error: InvalidInput | None = None
    if act == "keep":
        label = Labelled(template_id or None, _lines(must_include), _lines(must_not_include))
        try:
            case = labelled_as(case, label)
        except ValidationError as invalid:
            first = invalid.errors(include_url=False, include_input=False)[0]
            error = InvalidInput(first["msg"].removeprefix("Value error, "), field=str(first["loc"][0]))
        else:
            info = CaseSets(home).add_decided(case, by=visit.principal.name, at=visit.now)
            return see_other(address(f"/cases/{info.name}", kept=1))
    return visit.page(
        "evaluation/from_item.html",
        status=error.status if error else 200,
        case=case,
        item_id=item_id,
        templates=item.proposal.templates,
        must_include=typed(must_include) if error else "\n".join(case.expected.must_include),
        must_not_include=typed(must_not_include) if error else "\n".join(case.expected.must_not_include),
        error=error,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in typed(text).split("\n") if line.strip())
