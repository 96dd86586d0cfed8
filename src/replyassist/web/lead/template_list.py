"""``/templates``: a brand's templates with what became of their drafts, and those that may be out of date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.core.security import Permission
from replyassist.faq.browsing import Staleness, TemplateFilter, Validity, browse, staleness_of, validity_of
from replyassist.faq.repository import StoredTemplate
from replyassist.faq.repository.proposals import count_open
from replyassist.faq.template import SLOT, TemplateRoute
from replyassist.review.repository.outcomes import DECISIONS_COUNTED, Outcomes, drafts_made, recent_outcomes

from ..pages import PageRoute
from ..visits import VisitDep
from . import words
from .brand_choice import chosen_brand

TEMPLATES = "/templates"
ROWS = 25
router = APIRouter(prefix=TEMPLATES, route_class=PageRoute, include_in_schema=False)
Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class TemplateListRow:
    """One template of the list, with its reply as it reads."""

    stored: StoredTemplate
    reply: str
    validity: Validity
    stale: tuple[Staleness, ...]
    drafts: int
    outcomes: Outcomes


@dataclass(frozen=True)
class TemplateListFilter:
    """What the filters say; empty means any."""

    brand: str
    q: str = ""
    tag: str = ""
    route: str = ""
    channel: str = ""
    validity: str = ""
    stale: bool = False

    @property
    def is_any(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.q or self.tag or self.route or self.channel or self.validity or self.stale)

    def url(self, **more: str) -> str:
        """The list with these filters, and other parameters beside them."""
        mine = {name: value for name, value in vars(self).items() if value and name != "stale"}
        return f"{TEMPLATES}?{urlencode(mine | ({'stale': '1'} if self.stale else {}) | more)}"

    def filter(self, brand: Brand, outcomes: Mapping[str, Outcomes], now: datetime) -> TemplateFilter:
        """The same for the service; what is none of the choices means any."""
        return TemplateFilter(
            tag=self.tag or None,
            query=self.q or None,
            route=self.route if self.route in list(TemplateRoute) else None,
            channel=self.channel or None,
            validity=Validity(self.validity) if self.validity in list(Validity) else None,
            is_stale=self.stale,
            also_stale=frozenset(key for key, each in outcomes.items() if each.is_often_changed),
            today=brand.day(now),
            now=now,
        )


@router.get("")
def show_templates(
    visit: VisitDep,
    brand: Annotated[str, Query(max_length=60)] = "",
    q: Word = "",
    tag: Word = "",
    route: Word = "",
    channel: Word = "",
    validity: Word = "",
    stale: Annotated[bool, Query()] = False,
    cursor: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """One page of the templates of a brand."""
    visit.principal.require(Permission.TEMPLATES_READ)
    now = visit.now
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
        chosen = TemplateListFilter(choice.brand.id, q.strip(), tag.strip(), route, channel, validity, stale)
        outcomes = recent_outcomes(session, choice.brand.id, now=now)
        wanted = chosen.filter(choice.brand, outcomes, now)
        found = browse(session, choice.brand.id, wanted, cursor=cursor or None, limit=ROWS)
        rows = _rows(session, choice.brand, found.items, outcomes, now=now)
        proposed = count_open(session, choice.brand.id) if visit.principal.may(Permission.TEMPLATES_WRITE) else 0
    return visit.page(
        "lead/templates.html",
        choice=choice,
        chosen=chosen,
        rows=rows,
        next_url=chosen.url(cursor=found.next_cursor) if found.next_cursor else "",
        is_first=not cursor,
        proposed=proposed,
        counted=DECISIONS_COUNTED,
        L=words,
    )


def template_url(brand: str, template_id: str, done: str = "") -> str:
    """The page of a template, saying what was just done."""
    return f"{TEMPLATES}/{quote(brand, safe='')}/{quote(template_id, safe='')}" + (f"?done={done}" if done else "")


def _filled(document: dict[str, Any]) -> str:
    facts = document["facts"]
    return SLOT.sub(lambda slot: str(facts.get(slot[1], slot[0])), document["reply"])


def _rows(
    session: Session, brand: Brand, items: list[StoredTemplate], outcomes: Mapping[str, Outcomes], *, now: datetime
) -> list[TemplateListRow]:
    today = brand.day(now)
    drafts = drafts_made(session, brand.id, [item.template_id for item in items], now=now)
    return [
        TemplateListRow(
            stored=item,
            reply=_filled(item.document),
            validity=validity_of(item.document, today),
            stale=staleness_of(item, today=today, now=now),
            drafts=drafts.get(item.template_id, 0),
            outcomes=outcomes.get(item.template_id, Outcomes()),
        )
        for item in items
    ]
