"""The evaluator's workbench: cases in, runs, reports, comparisons and labels. The same store as the command line's."""

from __future__ import annotations

from fastapi import APIRouter

from .compare import router as compare_router
from .decided import router as decided_router
from .home import router as home_router
from .jobs import router as jobs_router
from .labels import router as labels_router
from .pairs import router as pairs_router
from .report import router as report_router
from .sets import router as sets_router
from .uploads import router as uploads_router

__all__ = ["routers"]

routers: tuple[APIRouter, ...] = (
    home_router,
    jobs_router,
    uploads_router,
    decided_router,
    report_router,
    compare_router,
    labels_router,
    pairs_router,
    sets_router,  # the last: its addresses begin with a parameter
)
