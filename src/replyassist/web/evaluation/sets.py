"""A kept set of cases or templates: its records, removing it, and taking it away as a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from replyassist.core.accounts import Principal
from replyassist.core.errors import NotFound
from replyassist.core.http import SignedInDep
from replyassist.core.security import Permission
from replyassist.core.tables import spreadsheet
from replyassist.evaluation.columns import CASE_FIELDS, LABEL_FIELDS
from replyassist.evaluation.dataset import Case
from replyassist.evaluation.sets import CaseSets, SetInfo, TemplateSets
from replyassist.evaluation.upload_files import UploadKind

from ..auth import ActingDep
from ..pages import see_other
from ..visits import VisitDep
from .shared import EVALUATION, EvaluationRoute, HomeDep, Name, attachment, sees_all

router = APIRouter(prefix=EVALUATION, route_class=EvaluationRoute, include_in_schema=False)

SHOWN = 50
Start = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/{kind}/{name}")
def show_set(
    visit: VisitDep,
    home: HomeDep,
    kind: Annotated[UploadKind, Path()],
    name: Name,
    start: Start = 0,
    kept: bool = False,
) -> Response:
    """The records of a set. ``kept``: it was made just now."""
    _require(visit.principal, kind)
    sets = CaseSets(home) if kind is UploadKind.CASES else TemplateSets(home)
    info = _visible(sets, visit.principal, name)
    records = CaseSets(home).load(name).cases if kind is UploadKind.CASES else TemplateSets(home).load(name)
    return visit.page(
        "evaluation/set.html",
        kind=kind,
        info=info,
        records=records[start : start + SHOWN],
        start=start,
        later=start + SHOWN if start + SHOWN < len(records) else None,
        shown=SHOWN,
        kept=kept,
    )


@router.post("/{kind}/{name}/remove")
def remove_set(principal: ActingDep, home: HomeDep, kind: Annotated[UploadKind, Path()], name: Name) -> Response:
    """Forget a set; runs of it stay as they are."""
    principal.require(Permission.EVALUATE)
    sets = CaseSets(home) if kind is UploadKind.CASES else TemplateSets(home)
    _visible(sets, principal, name)
    sets.remove(name)
    return see_other(EVALUATION)


@router.get("/{kind}/{name}/export/{file_format}")
def export_set(
    principal: SignedInDep,
    home: HomeDep,
    kind: Annotated[UploadKind, Path()],
    name: Name,
    file_format: Annotated[str, Path(pattern="^(jsonl|csv)$")],
) -> Response:
    """The whole set as a file: JSON Lines as the command line takes it, or cases for a spreadsheet."""
    _require(principal, kind)
    sets = CaseSets(home) if kind is UploadKind.CASES else TemplateSets(home)
    _visible(sets, principal, name)
    if file_format == "jsonl":
        return attachment(
            sets.path(name).read_text(encoding="utf-8"), name=f"{name}.jsonl", media_type="application/x-ndjson"
        )
    if kind is UploadKind.TEMPLATES:
        raise NotFound("templates are exported as JSON Lines")
    rows = [_row(case) for case in CaseSets(home).load(name).cases]
    return attachment(spreadsheet(CASE_FIELDS, rows), name=f"{name}.csv", media_type="text/csv")


def _require(principal: Principal, kind: UploadKind) -> None:
    """Who keeps decided items as cases sees cases, too."""
    principal.require(Permission.LABEL_DRAFTS if kind is UploadKind.CASES else Permission.EVALUATE)


def _visible(sets: CaseSets | TemplateSets, principal: Principal, name: str) -> SetInfo:
    info = sets.info(name)
    if not sees_all(principal, info.brands):
        raise NotFound(f"there is no set '{name}'")
    return info


def _row(case: Case) -> list[str]:
    values = case.model_dump(mode="json")
    flat = {name: values["expected"][name] if name in LABEL_FIELDS else values[name] for name in CASE_FIELDS}
    return [" | ".join(value) if isinstance(value, list) else str(value or "") for value in flat.values()]
