"""What every endpoint shares: transactions, who is asking, and errors as problem+json (RFC 9457)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy.exc import DataError, OperationalError
from sqlmodel import Session
from starlette.exceptions import HTTPException as StarletteHTTPException

from .accounts import Principal, authenticate_session, authenticate_token, note_use
from .clock import Clock
from .database import Database
from .errors import DatabaseBusy, InvalidInput, NotAuthenticated, ReplyassistError

logger = logging.getLogger(__name__)
PROBLEM_TYPE = "application/problem+json"
SESSION_ID = "session"  # in the signed cookie: a random id, of which the database keeps the digest
RAW_BODIES = "/v1/hooks/"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
SAFE_METHODS = frozenset({"GET", "HEAD"})
HOW_TO_SIGN_IN = "send an API token as 'Authorization: Bearer …'"


class ProblemDetails(BaseModel):
    """An error as RFC 9457 describes it, with our stable ``code``."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails, "description": text, "content": {PROBLEM_TYPE: {}}}
    for status, text in {
        400: "A body that is no UTF-8, or nested too deeply",
        401: "No valid token or session",
        403: "The role does not allow this",
        404: "Not there, or another brand's",
        409: "The state does not allow this",
        422: "Malformed payload",
        503: "Too busy, or the database is away: nothing was stored; Retry-After says when to come back",
    }.items()
}


async def database_of(request: Request) -> Database:
    """The application's database; asynchronous, as all that waits for nothing is: others go to a thread and back."""
    database: Database = request.app.state.database
    return database


async def clock_of(request: Request) -> Clock:
    """The application's clock."""
    clock: Clock = request.app.state.clock
    return clock


def _reading(database: Annotated[Database, Depends(database_of)]) -> Iterator[Session]:
    with database.reading() as session:
        yield session


def _writing(database: Annotated[Database, Depends(database_of)]) -> Iterator[Session]:
    with database.writing() as session:
        yield session


_bearer = HTTPBearer(auto_error=False, description="An API token: `replyassist token create`")

ClockDep = Annotated[Clock, Depends(clock_of)]
DatabaseDep = Annotated[Database, Depends(database_of)]
ReadingDep = Annotated[Session, Depends(_reading, scope="function")]
# scope="function": the transaction is committed before the answer is sent, so a 2xx is on disk.
WritingDep = Annotated[Session, Depends(_writing, scope="function")]


def _signed_in(
    request: Request,
    database: DatabaseDep,
    clock: ClockDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    now = clock.now()
    if credentials is not None:
        return token_holder(database, credentials.credentials, now=now)
    secret = session_id_of(request)
    if not secret:
        raise NotAuthenticated(HOW_TO_SIGN_IN)
    with database.reading() as session:
        who = authenticate_session(session, secret, now=now)
    return _noted(database, who, now)


def token_holder(database: Database, token: str, *, now: datetime) -> Principal:
    """Who holds an API token; its use is noted. Raises NotAuthenticated."""
    with database.asking() as session:
        who = authenticate_token(session, token, now=now)
    return _noted(database, who, now)


def session_id_of(request: Request) -> str:
    """The id of the browser's session in its cookie; empty without one."""
    return str(request.session.get(SESSION_ID, "")) if "session" in request.scope else ""


def _noted(database: Database, who: Principal, now: datetime) -> Principal:
    if not who.use_is_due:
        return who
    try:
        with database.writing() as session:
            note_use(session, who, now=now)
    except (DatabaseBusy, OperationalError):
        logger.info("the use of a session or token could not be noted", exc_info=True)  # no reason to refuse it
    return who


SignedInDep = Annotated[Principal, Depends(_signed_in, scope="function")]
"""Who asks, by token or by session cookie; a page that changes anything also asks for the session's own token."""


async def _principal(
    request: Request,
    signed_in: SignedInDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    if credentials is None and request.method not in SAFE_METHODS:
        raise NotAuthenticated("a session can only read here; send an API token as 'Authorization: Bearer …'")
    return signed_in


PrincipalDep = Annotated[Principal, Depends(_principal, scope="function")]
"""Who asks; a cookie, which browsers send unasked, is enough for reading only."""


def problem(error: ReplyassistError) -> Response:
    """The answer for one of our errors."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    if error.status in (429, 503):
        headers["Retry-After"] = str(error.extra.get("retry_after", 5))
    return _problem(error.status, error.code, error.title, error.detail, headers, **error.extra)


def install_error_handlers(app: FastAPI) -> None:
    """One handler for each family of errors; nobody ever sees a traceback."""

    def on_own(_request: Request, error: Exception) -> Response:
        if not isinstance(error, ReplyassistError):
            raise error
        return problem(error)

    def on_validation(_request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        errors = [
            {"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"]}
            for item in error.errors()[:20]
        ]
        detail = "; ".join(f"{item['field']}: {item['message']}" for item in errors[:3])
        return _problem(422, "invalid_input", "The input is malformed", detail, {}, errors=errors)

    def on_http(_request: Request, error: Exception) -> Response:
        if not isinstance(error, StarletteHTTPException):
            raise error
        code = {400: "unreadable_body", 404: "not_found", 405: "method_not_allowed"}.get(
            error.status_code, "http_error"
        )
        return _problem(error.status_code, code, str(error.detail), str(error.detail), dict(error.headers or {}))

    def on_unstorable(_request: Request, _error: Exception) -> Response:
        return problem(InvalidInput("a number is out of range, or a text holds a character that cannot be stored"))

    def on_anything(_request: Request, error: Exception) -> Response:
        logger.error("unexpected error", exc_info=error)
        return _problem(500, "internal_error", "Something went wrong on our side", "It was logged.", {})

    app.add_exception_handler(ReplyassistError, on_own)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(StarletteHTTPException, on_http)
    app.add_exception_handler(DataError, on_unstorable)  # PostgreSQL: NUL in a text, a number over its range
    app.add_exception_handler(OverflowError, on_unstorable)  # SQLite: a number over 64 bits
    app.add_exception_handler(UnicodeEncodeError, on_unstorable)  # half a pair of surrogates
    app.add_exception_handler(Exception, on_anything)


def _problem(status: int, code: str, title: str, detail: str, headers: dict[str, str], **extra: Any) -> Response:
    body = ProblemDetails(title=title, status=status, code=code, detail=detail).model_dump() | {
        key: value for key, value in extra.items() if key != "retry_after"
    }
    return _Readable(body, status_code=status, media_type=PROBLEM_TYPE, headers=headers)


class _Readable(JSONResponse):
    """JSON that can be written whatever text it repeats: half a pair of surrogates becomes a question mark."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


async def require_text(request: Request) -> None:
    """Raise InvalidInput for a JSON body with half a pair of surrogates, which is no text (RFC 8259 8.2).

    Not for platforms' webhooks, whose adapters take what there is of them.
    """
    is_json = "json" in request.headers.get("content-type", "")
    if not is_json or request.url.path.startswith(RAW_BODIES):
        return
    body = await request.body()
    if _SURROGATE.search(body) is None:
        return
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidInput("a text holds half a pair of surrogates, which is no character") from None
    except (ValueError, RecursionError):
        return  # said by whoever reads the body
