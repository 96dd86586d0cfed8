"""The review console: server-rendered pages for the people who decide."""

from __future__ import annotations

import inspect
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from .account_pages import router as account_router
from .acts import router as acts_router
from .auth import router as auth_router
from .bulk_acts import router as bulk_router
from .cluster_pages import router as cluster_router
from .evaluation import routers as evaluation_routers
from .item_pages import router as item_router
from .kind_acts import router as kind_router
from .lead.routers import LEAD_ROUTERS
from .learned_acts import router as learned_router
from .link_pages import router as link_router
from .mention_pages import router as mentions_router
from .oidc import router as oidc_router
from .pages import SECURITY_HEADERS, STATIC, NoSuchPage, error_page
from .picker_pages import router as picker_router
from .policy_pages import router as policy_router
from .proposal_pages import router as proposals_router
from .queue_pages import router as queue_router
from .sharing_acts import router as sharing_router
from .slack_pages import router as slack_router
from .team_pages import router as team_router
from .throttle import FailureWindow
from .turn_pages import router as turn_router
from .view_pages import router as views_router
from .welcome_pages import router as welcome_router

__all__ = ["install_console"]

STATIC_SECONDS = 7 * 24 * 3600


class _Static(StaticFiles):
    """Static files, with headers that let browsers keep them: their addresses change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def install_console(app: FastAPI) -> None:
    """Add the pages and their static files to an application that has ``database``, ``clock``, ``jobs`` and
    ``settings`` in its state, and Starlette's SessionMiddleware."""
    app.state.sign_in_failures = FailureWindow()
    app.mount("/static", _Static(directory=STATIC), name="static")
    for router in (
        auth_router,
        oidc_router,
        link_router,
        slack_router,
        account_router,
        team_router,
        turn_router,
        policy_router,
        welcome_router,
        queue_router,
        mentions_router,
        sharing_router,
        picker_router,
        bulk_router,
        views_router,
        cluster_router,
        item_router,
        acts_router,
        kind_router,
        learned_router,
        proposals_router,
        *LEAD_ROUTERS,
        *evaluation_routers,
    ):
        app.include_router(router)
    _show_unknown_addresses_as_pages(app)


def _show_unknown_addresses_as_pages(app: FastAPI) -> None:
    """A browser that asks for an address that is not there gets a page; programs get what they got before."""
    inner: Any = app.exception_handlers.get(HTTPException, http_exception_handler)

    async def handle(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1")
        if wants_page and isinstance(error, HTTPException) and error.status_code in (404, 405):
            response: Response = error_page(request, NoSuchPage("Perhaps it was moved, or the address was cut off."))
            response.headers.update(SECURITY_HEADERS)
            return response
        answer = inner(request, error)
        given: Response = await answer if inspect.isawaitable(answer) else answer
        return given

    app.add_exception_handler(HTTPException, handle)
