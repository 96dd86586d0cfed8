"""What the pages of the workbench share: who may see what, the stores, and runs as they are shown."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request, Response
from fastapi import Path as UrlPath

from replyassist.brands.models import Brand
from replyassist.core.accounts import Principal
from replyassist.core.database import Database
from replyassist.core.errors import NotFound
from replyassist.evaluation.record import EvaluationRun, load_run
from replyassist.evaluation.report import Page, page_of
from replyassist.evaluation.sets import SetInfo
from replyassist.evaluation.store import RunStore, RunSummary

from ..lead.brand_choice import visible_brands
from ..pages import PageRoute

EVALUATION = "/evaluation"
REPORTS_KEPT = 4  # in memory; one of 1,000 cases has some 20 MB
Name = Annotated[str, UrlPath(max_length=120, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Seen = TypeVar("Seen", RunSummary, SetInfo)


class EvaluationRoute(PageRoute):
    """A page with a style and a script of its own: a link that htmx follows from elsewhere loads it whole."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of pages."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            came_from = urlsplit(request.headers.get("hx-current-url", "")).path
            if request.method == "GET" and "hx-boosted" in request.headers and not came_from.startswith(EVALUATION):
                return Response(headers={"HX-Redirect": str(request.url.replace(scheme="", netloc=""))})
            return await inner(request)

        return handle


def _home_of(request: Request) -> Path:
    home: Path = request.app.state.settings.home
    return home


HomeDep = Annotated[Path, Depends(_home_of)]
"""The folder in which everything is kept."""


def visible(found: Iterable[Seen], principal: Principal) -> list[Seen]:
    """Those of which somebody sees every brand."""
    return [each for each in found if sees_all(principal, each.brands)]


def sees_all(principal: Principal, brands: Iterable[str]) -> bool:
    """Whether every one of these brands is theirs."""
    return all(principal.sees(brand) for brand in brands)


def brands_of(database: Database, principal: Principal) -> list[Brand]:
    """The stored brands that somebody sees."""
    with database.reading() as session:
        return visible_brands(session, principal)


def summary_for(home: Path, principal: Principal, run_id: str) -> RunSummary:
    """A run's head and figures; raise NotFound, also for one of a brand that is not theirs."""
    found = RunStore(home).summary(run_id)
    if not sees_all(principal, found.brands):
        raise NotFound(f"there is no run '{run_id}'")
    return found


def run_for(home: Path, principal: Principal, run_id: str) -> EvaluationRun:
    """A whole run; raise NotFound, also for one of a brand that is not theirs."""
    summary_for(home, principal, run_id)
    return _report(*_version(home, run_id))[0]


def report_for(home: Path, principal: Principal, run_id: str) -> tuple[EvaluationRun, Page]:
    """A run with all that its report shows; raise NotFound."""
    summary_for(home, principal, run_id)
    return _report(*_version(home, run_id))


def _version(home: Path, run_id: str) -> tuple[Path, int]:
    path = RunStore(home).path(run_id)
    return path, path.stat().st_mtime_ns


@lru_cache(maxsize=REPORTS_KEPT)
def _report(path: Path, _changed: int) -> tuple[EvaluationRun, Page]:
    run = load_run(path)
    return run, page_of(run)


def address(path: str, **query: object) -> str:
    """A path of the workbench with these parameters, the empty ones left out."""
    told = {name: value for name, value in query.items() if value not in ("", None, 0)}
    return f"{EVALUATION}{path}" + (f"?{urlencode(told, doseq=True)}" if told else "")


def attachment(content: str, *, name: str, media_type: str) -> Response:
    """A file to keep; ``name`` has no mark that a header could not hold."""
    plain = "".join(mark if mark.isascii() and (mark.isalnum() or mark in "._-") else "-" for mark in name)
    headers = {"Content-Disposition": f'attachment; filename="{plain}"'}
    return Response(content.encode("utf-8", "replace"), media_type=f"{media_type}; charset=utf-8", headers=headers)
