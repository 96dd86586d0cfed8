"""One's own account: name, language and time zone, password, sessions with an end, API tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Path, Query, Response
from sqlmodel import Session

from replyassist.cards.repository import links_of
from replyassist.core.accounts import User
from replyassist.core.accounts.events import AccountAct, record
from replyassist.core.accounts.repository import identities_of
from replyassist.core.accounts.sessions import end_session, end_sessions, open_sessions
from replyassist.core.accounts.tokens import DAYS, LONGEST_DAYS, list_tokens, make_own_token, revoke_own_token
from replyassist.core.accounts.users import change_password, change_profile
from replyassist.core.errors import ReplyassistError
from replyassist.core.security import MINIMUM_PASSWORD_LENGTH, Permission
from replyassist.review.pace.service import work_of

from . import people_words
from .auth import LONGEST_PASSWORD, failures_of, guessing_keys, remember_choices
from .language import languages
from .pages import PageRoute, see_other
from .rendering import typed
from .visits import ActingVisitDep, RefusedAct, Visit, VisitDep

ACCOUNT = "/account"
router = APIRouter(prefix=ACCOUNT, route_class=PageRoute, include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Short = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=LONGEST_PASSWORD)]


@router.get("")
def show_account(
    visit: VisitDep,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The page. ``done`` is what was just done."""
    return _page(visit, done=done)


@router.post("/profile")
def save_profile(
    visit: ActingVisitDep,
    name: Short = "",
    language: Short = "",
    time_zone: Short = "",
) -> Response:
    """Name, language and time zone."""

    def act(session: Session) -> None:
        change_profile(
            session,
            visit.principal,
            name=typed(name),
            language=typed(language).strip(),
            time_zone=typed(time_zone).strip(),
        )

    answer = _act(visit, act, part="profile", done="profile")
    if answer.status_code == 303:
        remember_choices(visit.request, typed(language).strip(), typed(time_zone).strip())
    return answer


@router.post("/password")
def save_password(
    visit: ActingVisitDep,
    present: Password = "",
    password: Password = "",
) -> Response:
    """Another password; who knows the present one may, and guessing it is counted as at the sign-in."""
    with visit.database.reading() as session:
        keys = guessing_keys(visit.request, session.get_one(User, visit.principal.user_id).email)

    def act(session: Session) -> None:
        failures_of(visit.request).attempt(keys, now=visit.now)
        change_password(session, visit.principal, present=typed(present), password=typed(password), now=visit.now)

    answer = _act(visit, act, part="password", done="password")
    if answer.status_code in (303, 422):  # then the present password was right
        failures_of(visit.request).succeeded(keys, forgiven=keys[0])
    return answer


@router.post("/sessions/others/end")
def end_other_sessions(visit: ActingVisitDep) -> Response:
    """Sign out everywhere but here."""

    def act(session: Session) -> None:
        now = visit.now
        ended = str(end_sessions(session, visit.principal.user_id, now=now, but=visit.principal.session_id))
        record(session, visit.principal.user_id, AccountAct.SESSIONS_ENDED, by=visit.principal, now=now, detail=ended)

    return _act(visit, act, part="sessions", done="sessions")


@router.post("/sessions/{session_id}/end")
def end_one_session(visit: ActingVisitDep, session_id: Id) -> Response:
    """Sign out one browser."""

    def act(session: Session) -> None:
        end_session(session, visit.principal.user_id, session_id, now=visit.now)
        record(
            session, visit.principal.user_id, AccountAct.SESSIONS_ENDED, by=visit.principal, now=visit.now, detail="1"
        )

    return _act(visit, act, part="sessions", done="session")


@router.post("/tokens")
def make_token(
    visit: ActingVisitDep,
    name: Short = "",
    days: Annotated[int, Form(ge=1, le=LONGEST_DAYS)] = DAYS,
    scope: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make an API token; the page that answers shows it this once."""
    try:
        with visit.database.writing() as session:
            _row, token = make_own_token(
                session, visit.principal, name=typed(name), scopes=scope or [], days=days, now=visit.now
            )
    except ReplyassistError as error:
        return _page(visit, refused=RefusedAct("tokens", error))
    return _page(visit, token=token)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(visit: ActingVisitDep, token_id: Id) -> Response:
    """Revoke a token."""

    def act(session: Session) -> None:
        revoke_own_token(session, visit.principal, token_id, now=visit.now)

    return _act(visit, act, part="tokens", done="revoked")


@router.get("/{act:path}")
def show_account_again() -> Response:
    """The address of an act, loaded again, leads back to the page."""
    return see_other(ACCOUNT)


def _act(
    visit: Visit,
    act: Callable[[Session], None],
    *,
    part: str,
    done: str,
) -> Response:
    if error := visit.refusal_of(act):
        return _page(visit, refused=RefusedAct(part, error))
    return see_other(f"{ACCOUNT}?done={done}")


def _page(
    visit: Visit,
    *,
    done: str = "",
    refused: RefusedAct | None = None,
    token: str = "",
) -> Response:
    now = visit.now
    with visit.database.reading() as session:
        user = session.get_one(User, visit.principal.user_id)
        context: dict[str, Any] = {
            "sessions": open_sessions(session, visit.principal.user_id, now=now),
            "tokens": list_tokens(session, visit.principal.user_id),
            "identities": identities_of(session, visit.principal.user_id),
            "slack_links": links_of(session, visit.principal.user_id),
            "user": user,
            "work": work_of(
                session, visit.principal.user_id, now=now, time_zone=visit.principal.time_zone, for_lead=False
            ),
            "has_password": user.password_hash is not None,
        }
    response = visit.page(
        "account.html",
        status=refused.error.status if refused else 200,
        languages={tag: people_words.LANGUAGES.get(tag, tag) for tag in languages()},
        time_zones=sorted(available_timezones()),
        permissions=[permission for permission in Permission if visit.principal.may(permission)],
        P=people_words,
        done=people_words.DONE.get(done, ""),
        refused=refused,
        token=token,
        days=DAYS,
        longest_days=LONGEST_DAYS,
        least=MINIMUM_PASSWORD_LENGTH,
        **context,
    )
    if refused and "retry_after" in refused.error.extra:
        response.headers["Retry-After"] = str(refused.error.extra["retry_after"])
    return response
