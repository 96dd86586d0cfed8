"""Pages behind links that set a password: an invitation, or a reset. Opening one uses nothing up."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response

from replyassist.core.accounts import LinkPurpose, User
from replyassist.core.accounts.links import GOOD_FOR, open_link, purpose_for, use_link
from replyassist.core.accounts.principal import principal_of
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import InvalidInput
from replyassist.core.http import ClockDep, DatabaseDep
from replyassist.core.mail import Mailer

from .auth import LONGEST_PASSWORD, begin_session, first_page, require_csrf
from .language import gettext
from .pages import CSRF, HOME, PageRoute, page, see_other
from .people_words import MAIL, MAIL_SUBJECTS, lasting
from .public_address import address_for
from .rendering import typed

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Secret = Annotated[str, Path(max_length=200)]
Password = Annotated[str, Form(max_length=LONGEST_PASSWORD)]
Name = Annotated[str, Form(max_length=200)]
CsrfToken = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True)
class LinkVisit:
    """Somebody who came by a link: with which secret, and what for."""

    request: Request
    database: Database
    clock: Clock
    purpose: LinkPurpose
    secret: str


def _by_link(purpose: LinkPurpose) -> Callable[..., LinkVisit]:
    def visit(request: Request, database: DatabaseDep, clock: ClockDep, secret: Secret) -> LinkVisit:
        return LinkVisit(request, database, clock, purpose, secret)

    return visit


InvitedDep = Annotated[LinkVisit, Depends(_by_link(LinkPurpose.INVITATION))]
ResettingDep = Annotated[LinkVisit, Depends(_by_link(LinkPurpose.RESET))]


@router.get("/invitation/{secret}")
def show_invitation(visit: InvitedDep) -> Response:
    """What somebody sees who was invited."""
    return _show(visit)


@router.post("/invitation/{secret}")
def accept_invitation(
    visit: InvitedDep, name: Name = "", password: Password = "", csrf_token: CsrfToken = ""
) -> Response:
    """Set name and password, and sign in."""
    require_csrf(visit.request, csrf_token)
    return _use(visit, password=password, name=typed(name))


@router.get("/reset/{secret}")
def show_reset(visit: ResettingDep) -> Response:
    """Where somebody sets another password."""
    return _show(visit)


@router.post("/reset/{secret}")
def reset(visit: ResettingDep, password: Password = "", csrf_token: CsrfToken = "") -> Response:
    """Set the password, which ends all sessions, and sign in."""
    require_csrf(visit.request, csrf_token)
    return _use(visit, password=password, name=None)


def hand_out(request: Request, user: User, secret: str) -> tuple[str, bool]:
    """The address of a link that was just made, and whether it went to the user by e-mail.

    No transaction may be open.
    """
    purpose = purpose_for(user)
    address = address_for(request, f"/{purpose.value}/{secret}")
    mailer: Mailer | None = request.app.state.mailer
    text = gettext(MAIL[purpose]) % {"name": user.name, "address": address, "time": lasting(GOOD_FOR[purpose])}
    return address, mailer is not None and mailer.send(user.email, gettext(MAIL_SUBJECTS[purpose]), text)


def _show(visit: LinkVisit, *, problem: str = "", name: str | None = None) -> Response:
    with visit.database.reading() as session:
        _link, user = open_link(session, visit.purpose, visit.secret, now=visit.clock.now())
        email, shown_name = user.email, user.name if name is None else name
    visit.request.session.setdefault(CSRF, secrets.token_urlsafe(24))
    return page(
        visit.request,
        "link.html",
        status=422 if problem else 200,
        principal=None,
        purpose=visit.purpose.value,
        email=email,
        own_name=shown_name,
        problem=problem,
    )


def _use(visit: LinkVisit, *, password: str, name: str | None) -> Response:
    now = visit.clock.now()
    try:
        with visit.database.writing() as session:
            user = use_link(session, visit.purpose, visit.secret, password=typed(password), name=name, now=now)
            who = principal_of(session, user)
    except InvalidInput as error:
        return _show(visit, problem=error.reason, name=name)
    begin_session(visit.request, visit.database, who, now=now)
    return see_other(first_page(visit.request, HOME))
