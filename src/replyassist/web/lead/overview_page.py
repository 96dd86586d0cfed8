"""``/overview``: how the last weeks went for one brand; never how much one person did."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from replyassist.core.security import Permission
from replyassist.review.repository.weekly import Week, last_weeks, waiting_now

from ..language import read_by, short_day
from ..pages import PageRoute
from ..visits import VisitDep
from .brand_choice import chosen_brand
from .charts import Chart, around_zero, side_by_side, stacked

OVERVIEW = "/overview"
WEEKS = 8
router = APIRouter(prefix=OVERVIEW, route_class=PageRoute, include_in_schema=False)


@router.get("")
def show_overview(visit: VisitDep, brand: Annotated[str, Query(max_length=60)] = "") -> Response:
    """What waits now, and the last weeks."""
    visit.principal.require(Permission.METRICS_READ)
    now, zone = visit.now, ZoneInfo(read_by(visit.request).time_zone)
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
        waiting = waiting_now(session, choice.brand.id)
        weeks = last_weeks(session, choice.brand.id, now=now, zone=zone, count=WEEKS)
    return visit.page("lead/overview.html", choice=choice, waiting=waiting, weeks=weeks, charts=_charts(weeks))


def _charts(weeks: list[Week]) -> dict[str, Chart]:
    labels = [short_day(week.monday) for week in weeks]
    return {
        "drafts": stacked(
            [[(name, week.percent(getattr(week, name))) for name in ("as_is", "edited", "rejected")] for week in weeks],
            labels,
            top=100,
            unit="%",
        ),
        "hours": side_by_side(
            [[("median", week.median_hours), ("late", week.late_hours)] for week in weeks], labels, unit=" h"
        ),
        "escalated": side_by_side([[("escalated", week.escalated)] for week in weeks], labels, unit=""),
        "sentiment": around_zero([week.sentiment for week in weeks], labels),
    }
