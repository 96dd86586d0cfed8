"""What the queue's pages are measured beside: the least that one can cost, and the CPU time of all who work for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI, Request, Response
from sqlalchemy import text
from sqlalchemy.orm import defer
from sqlmodel import col, select

from replyassist.core.database import Database
from replyassist.core.http import ClockDep, DatabaseDep, SignedInDep
from replyassist.review.models import ReviewItem
from replyassist.web.listing import ListingDep
from replyassist.web.pages import page
from replyassist.web.queue_rows import QueueRow, QueueRows

from .sample import BRANDS

REFERENCE = "/bench/reference"
ROWS = 30
_RUNNING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"


def add_reference(app: FastAPI) -> None:
    """Give a console one page more: thirty rows after an id, read by their primary key."""

    def reference(
        request: Request,
        _principal: SignedInDep,
        database: DatabaseDep,
        clock: ClockDep,
        listing: ListingDep,
        after: int,
    ) -> Response:
        slim = [defer(getattr(ReviewItem, name)) for name in ("proposal", "confirmed")]
        statement = select(ReviewItem).where(col(ReviewItem.id) > after).order_by(col(ReviewItem.id)).limit(ROWS)
        with database.reading() as session:
            items = list(session.exec(statement.options(*slim)))
        rows = QueueRows([QueueRow(item, item.verdict, None, False, None, None) for item in items], "")
        names = {brand: brand for brand in BRANDS}
        return page(
            request, "_rows.html", found=rows, listing=listing, brand_names=names, progress=None, now=clock.now()
        )

    app.add_api_route(REFERENCE, reference)


def backends(database: Database) -> list[int]:
    """Process ids of the database's own processes that serve us, where they run on this machine."""
    if database.is_sqlite:
        return []
    with database.reading() as session:
        found = [int(process) for process in session.connection().execute(text(_RUNNING)).scalars()]
    return [process for process in found if _of(process) is not None]


def cpu_seconds(processes: Sequence[int]) -> float:
    """CPU seconds that this process and these have had so far. What a database has other processes do is left out."""
    return time.process_time() + sum(_of(process) or 0.0 for process in processes)


def _of(process: int) -> float | None:
    """Linux counts them in nanoseconds, and shows them to everybody; None where there is no such process."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return None
