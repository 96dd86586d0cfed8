"""When a session or a token was used last: written every few minutes at most, so that reading stays reading."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from . import repository
from .models import ApiToken, UserSession
from .principal import Principal
from .sessions import prolong


def note_use(session: Session, who: Principal, *, now: datetime) -> None:
    """Note that the session or token that somebody came with was used now.

    Sessions of anybody that have expired meanwhile are noted as ended: live streams know it by that (``renewed``).
    """
    if who.session_id is not None and (row := session.get(UserSession, who.session_id)):
        prolong(row, now=now)
    if who.token_id is not None and (token := session.get(ApiToken, who.token_id)):
        token.last_used_at = now
    session.flush()
    repository.end_expired_sessions(session, now=now)
