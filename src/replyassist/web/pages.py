"""What every page shares: the templates, the security headers, and errors that a person can read."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Coroutine
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from replyassist.core.errors import NotAuthenticated, ReplyassistError
from replyassist.wording.finding_words import finding_words, problem_words

from . import rendering, words
from .language import gettext, install_language, read_by
from .navigation import places

logger = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
CSRF = "csrf"
SIGN_IN = "/login"
HOME = "/queue"

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "HX-Request",
    "X-Replyassist-Page": "1",  # the page's script swaps in nothing that lacks this
}


class PageRoute(APIRoute):
    """A route whose every answer is a page: with security headers, and never a traceback or JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            read_by(request)
            try:
                response = await inner(request)
            except NotAuthenticated:
                response = to_sign_in(request)
            except ReplyassistError as error:
                response = error_page(request, error)
            except RequestValidationError as error:
                response = error_page(request, _as_page_error(error))
            except HTTPException:
                raise
            except Exception as error:
                logger.exception("a page failed", exc_info=error)
                response = error_page(request, PageBroken("It was logged. Nothing of your work was sent."))
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handle


class PageBroken(ReplyassistError):
    """Something unforeseen went wrong while a page was made."""


class NoSuchPage(ReplyassistError):
    """The address leads nowhere."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not_found"
    title: ClassVar[str] = "There is no such page"


class MalformedForm(ReplyassistError):
    """A form came with a field that is missing or wrong."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "invalid_input"
    title: ClassVar[str] = "That form was not complete"


def is_partial(request: Request) -> bool:
    """Whether htmx asks, and wants only the main part of a page."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def page(request: Request, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a template for who asks; one whose name begins with ``_`` is a part of a page."""
    read_by(request)
    html = (
        templates()
        .get_template(name)
        .render(partial=is_partial(request), path=request.url.path, csrf_token=request.session.get(CSRF, ""), **context)
    )
    response = HTMLResponse(html, status_code=status)
    if not Path(name).name.startswith(
        "_"
    ):  # said here too: the link that asked may be gone from the page when the answer comes
        response.headers["HX-Reswap"] = "outerHTML show:window:top"
    return response


def see_other(url: str) -> RedirectResponse:
    """After a POST: go there with GET."""
    return RedirectResponse(url, status_code=303)


def to_sign_in(request: Request) -> Response:
    """Send somebody who is not signed in to the sign-in page, and back afterwards."""
    came_from = urlsplit(request.headers.get("hx-current-url", "")) if is_partial(request) else request.url
    wanted = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    is_page = is_partial(request) or request.method == "GET"
    back = f"?{urlencode({'next': wanted})}" if is_page and wanted not in ("", "/", HOME) else ""
    if is_partial(request):
        return Response(status_code=401, headers={"HX-Redirect": SIGN_IN + back})
    return see_other(SIGN_IN + back)


def error_page(request: Request, error: ReplyassistError) -> HTMLResponse:
    """An error in words: a page, or a message at the edge of the page that htmx already shows."""
    if is_partial(request):
        response = page(request, "_problem_toast.html", status=error.status, error=error)
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "innerHTML show:none"
        response.headers["HX-Push-Url"] = "false"
        return response
    response = page(request, "error.html", status=error.status, error=error, principal=None)
    if "retry_after" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after"])
    return response


def _as_page_error(error: RequestValidationError) -> ReplyassistError:
    places = {str(item["loc"][0]) for item in error.errors()}
    if "path" in places:
        return NoSuchPage("Perhaps the address was cut off.")
    fields = ", ".join(sorted({str(item["loc"][-1]) for item in error.errors()}))
    again = gettext("Load the page again and repeat it. The trouble was with: %(fields)s.")
    return MalformedForm(again % {"fields": fields})


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The page templates: HTML is escaped, and an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,  # a page has seventy parts, and a file would be asked for each
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    install_language(environment)
    environment.filters |= {
        "visible": rendering.visible,
        "plain": rendering.plain,
        "beginning": rendering.beginning,
        "age": rendering.age_words,
        "model_name": rendering.model_name,
        "without_addresses": rendering.without_addresses,
        "ago": rendering.ago_words,
        "left": rendering.left_words,
        "problem_words": problem_words,
        "finding_words": finding_words,
        "path_part": lambda text: quote(str(text), safe=""),
    }
    environment.globals |= {
        "static": static_url,
        "words": lambda table, code: gettext(words.in_words(table, code)),
        "act_words": lambda act: gettext(words.act_words(act)),
        "urgency_words": words.urgency_words,
        "places": places,
        "reason_words": words.reason_words,
        "W": words,
    }
    return environment


def static_url(name: str) -> str:
    """The address of a static file; it changes with the file, so that browsers may keep it."""
    version = _version(name)
    return f"/static/{name}?v={version}" if version else f"/static/{name}"


@lru_cache(maxsize=64)
def _version(name: str) -> str:
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
