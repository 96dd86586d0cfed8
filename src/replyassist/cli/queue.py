"""``replyassist queue list``."""

from __future__ import annotations

from typing import Annotated

import typer

from replyassist.core.errors import InvalidInput
from replyassist.review.list_order import ListPosition, QueueFilter, place_in
from replyassist.review.models import ReviewStatus
from replyassist.review.repository.lists import list_items
from replyassist.review.views import ReviewSummary, summaries

from .common import clock, database, output, print_json, table_of

app = typer.Typer(no_args_is_help=True)
PAGE = 500


@app.callback()
def _group() -> None:
    """The review queue."""


@app.command("list")
def list_queue(
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status, for example pending.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 10_000,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """The review items, most urgent first."""
    if status is not None and status not in {member.value for member in ReviewStatus}:
        raise InvalidInput(f"one of {', '.join(ReviewStatus)}", field="--status")
    wanted = QueueFilter(brands=frozenset({brand}) if brand else None, statuses=(status,) if status is not None else ())
    rows = _rows(wanted, limit)
    if json:
        print_json([row.model_dump(mode="json") for row in rows])
        return
    columns = ("id", "urgency", "brand", "status", "message", "template", "verdict", "draft")
    output.print(table_of(columns, map(_cells, rows), title=f"{len(rows)} items"))


def _cells(row: ReviewSummary) -> tuple[object, ...]:
    best = f"{row.templates[0].template_id} {row.templates[0].probability:.0%}" if row.templates else ""
    verdict = row.verdict or row.route
    return row.id, row.urgency, row.brand, row.status, row.message[:80], best, verdict, row.draft[:120]


def _rows(wanted: QueueFilter, limit: int) -> list[ReviewSummary]:
    rows: list[ReviewSummary] = []
    place: ListPosition | None = None
    with database().reading() as session:
        while len(rows) < limit:
            items = list_items(session, wanted, after=place, limit=min(PAGE, limit - len(rows)))
            rows += summaries(session, items, now=clock().now())
            if len(items) < PAGE:
                break
            place = place_in(items[-1], wanted)
    return rows
