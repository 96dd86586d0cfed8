"""``POST /v1/templates/search``: which templates are closest to a text."""

from __future__ import annotations

from fastapi import APIRouter, Request

from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, DatabaseDep, PrincipalDep

from .searching import SearchBody, SearchResult, search

router = APIRouter(prefix="/v1/templates", tags=["templates"], responses=PROBLEM_RESPONSES)


@router.post("/search")
def search_templates(
    request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, body: SearchBody
) -> SearchResult:
    """The templates that may answer a text, each once, the likeliest first, with how sure it is of each."""
    return search(request.app.state.registry, database, principal, body, now=clock.now())
