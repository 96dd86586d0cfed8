"""Sessions of browsers: they live on the server, and end there.

A session ends when it was not used for twelve hours, seven days after the sign-in at the latest, when its owner or a
lead ends it, with a change of the password, and when the account is deactivated. The limits are our
choice: a working day idle, and a week in all, within what OWASP's session management sheet advises for office tools.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from ..errors import NotAuthenticated, NotFound
from ..security import new_session_id, token_digest
from . import repository
from .models import UserSession
from .principal import Principal, is_due, principal_of

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
KEPT = timedelta(days=90)  # addresses and browsers of sessions that are over
SHOWN = 50


def start_session(session: Session, user_id: int, *, address: str, user_agent: str, now: datetime) -> str:
    """Begin a session and return its id for the cookie, of which only the digest is kept."""
    secret = new_session_id()
    repository.forget_sessions(session, user_id, before=now - KEPT)
    session.add(
        UserSession(
            user_id=user_id,
            digest=token_digest(secret),
            created_at=now,
            last_seen_at=now,
            expires_at=now + IDLE,
            address=address[:60],
            user_agent=_storable(user_agent)[:300],
        )
    )
    session.flush()
    return secret


def authenticate_session(session: Session, secret: str, *, now: datetime) -> Principal:
    """Whose session this is; raise NotAuthenticated when it is unknown, expired or ended."""
    found = repository.session_by_digest(session, token_digest(secret))
    if found is None or found[0].ended_at is not None or found[0].expires_at <= now:
        raise NotAuthenticated("this session has ended; sign in again")
    row, user, brands = found
    return principal_of(session, user, brands=brands, session_id=row.id, use_is_due=is_due(row.last_seen_at, now))


def prolong(row: UserSession, *, now: datetime) -> None:
    """Note that the session was used; it ends later for it."""
    row.last_seen_at = now
    row.expires_at = min(now + IDLE, row.created_at + LONGEST)


def open_sessions(session: Session, user_id: int, *, now: datetime) -> list[UserSession]:
    """The sessions that a user has open, last used first, at most ``SHOWN``."""
    return repository.sessions_of(session, user_id, now=now, limit=SHOWN)


def end_session(session: Session, user_id: int, session_id: int, *, now: datetime) -> None:
    """End one session of this user; raise NotFound when there is none, or it had ended."""
    if not repository.end_sessions(session, user_id, now=now, only=session_id, but=None):
        raise NotFound("this session has ended already")


def sign_out(session: Session, secret: str, *, now: datetime) -> None:
    """End the session with this id, if it is open."""
    found = repository.session_by_digest(session, token_digest(secret))
    if found is not None and found[0].ended_at is None:
        found[0].ended_at = now


def end_sessions(session: Session, user_id: int, *, now: datetime, but: int | None = None) -> int:
    """End all sessions of a user, or all but one; how many there were."""
    return repository.end_sessions(session, user_id, now=now, only=None, but=but)


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
