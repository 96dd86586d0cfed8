"""``/audit``: who did what, to search and to take away as CSV or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.core.security import Permission
from replyassist.core.tables import spreadsheet_line
from replyassist.review.list_order import is_number
from replyassist.review.models import AuditEntry
from replyassist.review.repository.audit_search import AuditQuery, export, search

from ..language import read_by
from ..pages import PageRoute
from ..visits import VisitDep
from ..words import ACTS
from .brand_choice import visible_brands

AUDIT = "/audit"
ROWS = 50
MOST_EXPORTED = 100_000  # entries; more are to be had day by day
COLUMNS = (
    "id", "at", "brand", "item", "actor", "via", "act", "from_status", "to_status", "reason", "failures", "text_digest",
)  # fmt: skip
_KEPT_AS = {"brand": "brand_id", "item": "review_item_id"}
router = APIRouter(prefix=AUDIT, route_class=PageRoute, include_in_schema=False)
Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class AuditForm:
    """What stands in the form of the search; empty means any. Days are those of the reader's time zone."""

    person: str = ""
    act: str = ""
    item: str = ""
    brand: str = ""
    first: str = ""
    last: str = ""

    def url(self, path: str = AUDIT, **more: str) -> str:
        """The page, or the export, of this search."""
        given = {"from" if name == "first" else "to" if name == "last" else name: value for name, value in self}
        query = urlencode(given | more)
        return f"{path}?{query}" if query else path

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """What is not empty, by name."""
        return ((name, value) for name, value in vars(self).items() if value)

    def query(self, principal: Principal, zone: ZoneInfo) -> AuditQuery:
        """For the database; raise InvalidInput for what cannot be read, NotFound for a brand that is not theirs."""
        principal.require(Permission.AUDIT_READ)
        if self.brand and not principal.sees(self.brand):
            raise NotFound(f"there is no brand '{self.brand}' for you")
        wanted = AuditQuery(
            brands=frozenset({self.brand}) if self.brand else principal.brands,
            person=self.person,
            act=self.act if self.act in ACTS else "",
            item_id=_item(self.item),
        )
        first, last = _day(self.first, "from"), _day(self.last, "to")
        if first and last and first > last:
            raise InvalidInput("the first day is after the last one")
        return wanted.on_days(first, last, zone)


def _asked(
    person: Word = "",
    act: Word = "",
    item: Word = "",
    brand: Annotated[str, Query(max_length=60)] = "",
    first: Annotated[str, Query(alias="from", max_length=20)] = "",
    last: Annotated[str, Query(alias="to", max_length=20)] = "",
) -> AuditForm:
    given = AuditForm(person, act, item, brand, first, last)
    return replace(given, **{name: value.replace("\x00", "").strip() for name, value in given})


AskedDep = Annotated[AuditForm, Depends(_asked)]


@router.get("")
def show_audit(
    visit: VisitDep, asked: AskedDep, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    """One page of the entries that fit, the newest first."""
    zone = read_by(visit.request).time_zone
    visit.principal.require(Permission.AUDIT_READ)
    refused: InvalidInput | None = None
    found: list[AuditEntry] = []
    with visit.database.reading() as session:
        brands = visible_brands(session, visit.principal)
        try:
            found = _found(session, visit.principal, asked, zone, before)
        except InvalidInput as error:
            refused = error
    rows = found[:ROWS]
    return visit.page(
        "lead/audit.html",
        status=refused.status if refused else 200,
        asked=asked,
        brands=brands,
        acts=ACTS,
        rows=rows,
        older=asked.url(before=str(rows[-1].id)) if len(found) > ROWS else "",
        is_first=before is None,
        zone=zone,
        most_exported=MOST_EXPORTED,
        refused=refused,
    )


@router.get("/export")
def export_audit(
    visit: VisitDep, asked: AskedDep, form: Annotated[Literal["csv", "jsonl"], Query()] = "csv"
) -> Response:
    """The newest entries that fit, at most ``MOST_EXPORTED``, as a file; times are in UTC."""
    wanted = asked.query(visit.principal, ZoneInfo(read_by(visit.request).time_zone))
    entries = (_fields(entry) for entry in export(visit.database, wanted, limit=MOST_EXPORTED))
    lines, kind = (_csv(entries), "text/csv") if form == "csv" else (_jsonl(entries), "application/x-ndjson")
    response = StreamingResponse(lines, media_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="audit.{form}"'
    return response


def _found(session: Session, principal: Principal, asked: AuditForm, zone: str, before: int | None) -> list[AuditEntry]:
    return search(session, asked.query(principal, ZoneInfo(zone)), before=before, limit=ROWS + 1)


def _fields(entry: AuditEntry) -> dict[str, Any]:
    columns = {name: getattr(entry, _KEPT_AS.get(name, name)) for name in COLUMNS}
    return columns | {"at": entry.at.isoformat()}


def _csv(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield spreadsheet_line(COLUMNS)
    for entry in entries:
        yield spreadsheet_line((entry | {"failures": ", ".join(entry["failures"])}).values())


def _jsonl(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    return (json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def _item(text: str) -> int | None:
    number = text.removeprefix("#")
    if number and not (is_number(number) and int(number) < 2**31):
        raise InvalidInput("an item is a number, such as 12")
    return int(number) if number else None


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput("a day is written as 2026-11-22", field=field) from error
