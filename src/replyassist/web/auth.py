"""Sign in and out, and the token that every form carries against cross-site requests."""

from __future__ import annotations

import re
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Query, Request, Response

from replyassist.core.accounts import Principal, authenticate_password, principal
from replyassist.core.errors import Forbidden, NotAuthenticated, ReplyassistError
from replyassist.core.http import SESSION_USER, ClockDep, DatabaseDep, SignedInDep

from .pages import CSRF, HOME, SIGN_IN, PageRoute, page, see_other
from .rendering import typed
from .throttle import FailureWindow

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_OWN_PAGE = re.compile(r"/(?:queue(?:/\d+)?|proposals)(?:\?[\w=&%+.:-]*)?", re.ASCII)
_LONGEST_PASSWORD = 1000


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
    wanted: Annotated[str, Query(alias="next", max_length=500)] = HOME,
) -> Response:
    """The sign-in page."""
    next_page = _own_page(wanted)
    if SESSION_USER in request.session:
        try:
            with database.reading() as session:
                principal(session, int(request.session[SESSION_USER]))
            return see_other(next_page)
        except NotAuthenticated:
            request.session.clear()
    return _sign_in_page(request, next_page=next_page)


@router.post(SIGN_IN)
def sign_in(
    request: Request,
    database: DatabaseDep,
    clock: ClockDep,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=_LONGEST_PASSWORD)] = "",
    csrf_token: Annotated[str, Form(max_length=200)] = "",
    wanted: Annotated[str, Form(alias="next", max_length=500)] = HOME,
) -> Response:
    """Check the password and begin a fresh session."""
    email = typed(email).strip().lower()
    next_page = _own_page(wanted)
    failures: FailureWindow = request.app.state.sign_in_failures
    keys = (f"email:{email}", f"address:{request.client.host if request.client else ''}")
    try:
        require_csrf(request, csrf_token)
        failures.attempt(keys, now=clock.now())
        with database.reading() as session:
            signed_in = authenticate_password(session, email, typed(password))
    except ReplyassistError as error:
        return _sign_in_page(request, next_page=next_page, email=email, error=error)
    failures.succeeded(keys, forgiven=keys[0])
    request.session.clear()  # what was there before the sign-in is worth nothing after it
    request.session[SESSION_USER] = signed_in.user_id
    request.session[CSRF] = secrets.token_urlsafe(24)
    return see_other(next_page)


@router.post("/logout")
def sign_out(request: Request, _acting: ActingDep) -> Response:
    """End the session."""
    request.session.clear()
    return see_other(SIGN_IN)


def _sign_in_page(
    request: Request, *, next_page: str, email: str = "", error: ReplyassistError | None = None
) -> Response:
    request.session.setdefault(CSRF, secrets.token_urlsafe(24))
    response = page(
        request,
        "login.html",
        status=error.status if error else 200,
        principal=None,
        next_page=next_page,
        email=email,
        error=error,
    )
    if error is not None and "retry_after" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after"])
    return response


def _own_page(wanted: str) -> str:
    return wanted if _OWN_PAGE.fullmatch(wanted) else HOME
