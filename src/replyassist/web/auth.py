"""Sign in and out, and the token that every form carries against cross-site requests."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Query, Request, Response

from replyassist.core.accounts import Principal, authenticate_password, authenticate_session, start_session
from replyassist.core.accounts.sessions import sign_out as end_session_of
from replyassist.core.database import Database
from replyassist.core.errors import Forbidden, NotAuthenticated, ReplyassistError
from replyassist.core.http import SESSION_ID, ClockDep, DatabaseDep, SignedInDep, session_id_of
from replyassist.review.onboarding import service as onboarding

from .language import LANGUAGE, TIME_ZONE
from .pages import CSRF, HOME, SIGN_IN, PageRoute, page, see_other
from .rendering import typed
from .throttle import FailureWindow

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_OWN_PAGE = re.compile(r"(?!/v1/)(?:/[\w.-]+)+(?:\?[\w=&%+.:-]*)?", re.ASCII)  # never "//host", so always our own
LONGEST_PASSWORD = 1000
WELCOME = "/welcome"
NEW = "new"  # in the cookie, from the sign-in to the first page


def _acting(
    request: Request,
    signed_in: SignedInDep,
    csrf_token: Annotated[str, Form(max_length=200)] = "",
    x_csrf_token: Annotated[str, Header(max_length=200)] = "",
) -> Principal:
    require_csrf(request, csrf_token or x_csrf_token)
    return signed_in


ActingDep = Annotated[Principal, Depends(_acting, scope="function")]
"""Who sends a form; the form must carry their session's token, else Forbidden."""


def require_csrf(request: Request, token: str) -> None:
    """Raise Forbidden unless the token is the session's."""
    expected = str(request.session.get(CSRF, ""))
    if not expected or not secrets.compare_digest(expected.encode(), token.encode()):
        raise Forbidden("This page is from an earlier session. Load it again; then repeat what you did.")


@router.get(SIGN_IN)
def show_sign_in(
    request: Request,
    database: DatabaseDep,
    clock: ClockDep,
    wanted: Annotated[str, Query(alias="next", max_length=500)] = HOME,
) -> Response:
    """The sign-in page."""
    next_page = own_page(wanted)
    if secret := session_id_of(request):
        try:
            with database.reading() as session:
                authenticate_session(session, secret, now=clock.now())
            return see_other(next_page)
        except NotAuthenticated:
            request.session.clear()
    return sign_in_page(request, next_page=next_page)


@router.post(SIGN_IN)
def sign_in(
    request: Request,
    database: DatabaseDep,
    clock: ClockDep,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=LONGEST_PASSWORD)] = "",
    csrf_token: Annotated[str, Form(max_length=200)] = "",
    wanted: Annotated[str, Form(alias="next", max_length=500)] = HOME,
) -> Response:
    """Check the password and begin a fresh session."""
    email = typed(email).strip().lower()
    next_page = own_page(wanted)
    keys = guessing_keys(request, email)
    try:
        require_csrf(request, csrf_token)
        failures_of(request).attempt(keys, now=clock.now())
        with database.reading() as session:
            signed_in = authenticate_password(session, email, typed(password))
    except ReplyassistError as error:
        return sign_in_page(request, next_page=next_page, email=email, error=error)
    failures_of(request).succeeded(keys, forgiven=keys[0])
    begin_session(request, database, signed_in, now=clock.now())
    return see_other(first_page(request, next_page))


@router.post("/logout")
def sign_out(request: Request, _acting: ActingDep, database: DatabaseDep, clock: ClockDep) -> Response:
    """End the session on the server; the cookie, and every copy of it, is worth nothing then."""
    with database.writing() as session:
        end_session_of(session, session_id_of(request), now=clock.now())
    request.session.clear()
    return see_other(SIGN_IN)


def begin_session(request: Request, database: Database, who: Principal, *, now: datetime) -> None:
    """Begin a session of somebody who has shown who they are; what this browser had before ends."""
    with database.writing() as session:
        if before := session_id_of(request):
            end_session_of(session, before, now=now)
        secret = start_session(
            session,
            who.user_id,
            address=address_of(request),
            user_agent=request.headers.get("user-agent", ""),
            now=now,
        )
        is_new = onboarding.is_new(session, who)
    request.session.clear()
    if is_new:
        request.session[NEW] = True
    request.session[SESSION_ID] = secret
    request.session[CSRF] = secrets.token_urlsafe(24)
    remember_choices(request, who.language, who.time_zone)


def remember_choices(request: Request, language: str | None, time_zone: str | None) -> None:
    """Let pages be written in this language and at this time; None is what the browser asks for."""
    for key, value in ((LANGUAGE, language), (TIME_ZONE, time_zone)):
        request.session.pop(key, None)
        if value:
            request.session[key] = value


def failures_of(request: Request) -> FailureWindow:
    """The count of failed attempts with passwords."""
    failures: FailureWindow = request.app.state.sign_in_failures
    return failures


def guessing_keys(request: Request, email: str) -> tuple[str, str]:
    """By what failed attempts with passwords are counted."""
    return f"email:{email}", f"address:{address_of(request)}"


def address_of(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else ""


def sign_in_page(
    request: Request, *, next_page: str = HOME, email: str = "", error: ReplyassistError | None = None
) -> Response:
    """The page; with an error, what is wrong."""
    request.session.setdefault(CSRF, secrets.token_urlsafe(24))
    provider = request.app.state.oidc
    response = page(
        request,
        "login.html",
        status=error.status if error else 200,
        principal=None,
        next_page=next_page,
        email=email,
        error=error,
        provider=provider.name if provider else "",
    )
    if error is not None and "retry_after" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after"])
    return response


def first_page(request: Request, wanted: str) -> str:
    """Where somebody goes who has just signed in: a new agent to the welcome, unless they asked for another page."""
    is_new = request.session.pop(NEW, False)
    return WELCOME if is_new and wanted == HOME else wanted


def own_page(wanted: str) -> str:
    """The page that was asked for, if it is one of ours; else the queue."""
    return wanted if _OWN_PAGE.fullmatch(wanted) else HOME
