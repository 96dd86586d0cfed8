"""``POST /v1/templates/search``: which templates are closest to a text."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from replyassist.brands.service import get_brand
from replyassist.core.http import PROBLEM_RESPONSES, ClockDep, DatabaseDep, PrincipalDep
from replyassist.core.security import Permission

from .confidence import Band
from .index import TemplateMatch
from .service import IndexRegistry, retrieve

router = APIRouter(prefix="/v1/templates", tags=["templates"], responses=PROBLEM_RESPONSES)


class SearchBody(BaseModel):
    """A text, and where the reply would be shown."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"brand": "fernhill", "text": "do you ship to Norway??", "limit": 3}]},
    )
    brand: str
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
    channel: str = "instagram"
    visibility: Literal["public", "private"] = "public"
    limit: Annotated[int, Field(ge=1, le=20)] = 3


class SearchResult(BaseModel):
    """The likeliest templates first; ``abstained`` when even the first is less probable than the threshold.

    ``band``: sure (may be ready), look (drafted, a person looks whether it answers), none (nothing is drafted).
    """

    matches: list[TemplateMatch]
    abstained: bool
    band: Band
    threshold: float


@router.post("/search")
def search_templates(
    request: Request, principal: PrincipalDep, database: DatabaseDep, clock: ClockDep, body: SearchBody
) -> SearchResult:
    """The templates that may answer a text, each once, the likeliest first, with how sure it is of each."""
    principal.require(Permission.TEMPLATES_READ)
    principal.require_brand(body.brand)
    registry: IndexRegistry = request.app.state.registry
    index = registry.index_for(database, body.brand)
    with database.reading() as session:
        threshold = registry.threshold_for(session, body.brand)
        day = get_brand(session, body.brand).day(clock.now())
    found = retrieve(
        body.text,
        index,
        index.encoder,
        threshold=threshold,
        limit=body.limit,
        channel=body.channel,
        visibility=body.visibility,
        day=day,
    )
    return SearchResult(matches=list(found.matches), abstained=found.abstained, band=found.band, threshold=threshold)
