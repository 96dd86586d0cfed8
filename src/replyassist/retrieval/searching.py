"""Which templates are closest to a text, for whoever may read the brand's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from replyassist.brands.service import get_brand
from replyassist.core.accounts import Principal
from replyassist.core.database import Database
from replyassist.core.security import Permission

from .confidence import Band
from .index import TemplateMatch
from .service import IndexRegistry, retrieve


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


def search(
    registry: IndexRegistry, database: Database, principal: Principal, body: SearchBody, *, now: datetime
) -> SearchResult:
    """The templates that may answer a text; raise Forbidden, and NotFound for a brand that is not theirs."""
    principal.require_for(Permission.TEMPLATES_READ, body.brand)
    index = registry.index_for(database, body.brand)
    with database.reading() as session:
        threshold = registry.threshold_for(session, body.brand)
        day = get_brand(session, body.brand).day(now)
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
