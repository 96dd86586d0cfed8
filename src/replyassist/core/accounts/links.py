"""Links that set a password: invitations and resets. Each works once, until it expires, and only its digest is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from ..errors import NotFound
from ..security import hash_password, new_session_id, token_digest
from . import repository
from .events import AccountAct, AccountActor, record
from .models import AccountLink, LinkPurpose, User
from .principal import Principal
from .sessions import end_sessions
from .users import require_name, require_password

GOOD_FOR = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(hours=24)}


def purpose_for(user: User) -> LinkPurpose:
    """An invitation until there is a password."""
    return LinkPurpose.RESET if user.password_hash else LinkPurpose.INVITATION


def make_link(session: Session, user: User, *, by: Principal, now: datetime) -> str:
    """Make the secret of a link for this user; links that were made before work no more."""
    repository.withdraw_links(session, user.key, now=now)
    purpose = purpose_for(user)
    secret = new_session_id()
    session.add(
        AccountLink(
            user_id=user.key,
            purpose=purpose.value,
            digest=token_digest(secret),
            created_by=by.user_id,
            created_at=now,
            expires_at=now + GOOD_FOR[purpose],
        )
    )
    session.flush()
    return secret


def open_link(session: Session, purpose: LinkPurpose, secret: str, *, now: datetime) -> tuple[AccountLink, User]:
    """What a link leads to; looking at it does not use it up. Raise NotFound when it works no more."""
    found = repository.link_by_digest(session, token_digest(secret))
    if found is None or found[0].purpose != purpose or not found[1].is_active:
        raise NotFound("This link does not work. Was it cut off? Ask whoever sent it for another one.")
    if found[0].used_at or found[0].withdrawn_at or found[0].expires_at <= now:
        raise NotFound("This link was used, has expired, or was replaced. Ask whoever sent it for another one.")
    return found


def use_link(
    session: Session, purpose: LinkPurpose, secret: str, *, password: str, name: str | None = None, now: datetime
) -> User:
    """Set the password, and the name with an invitation; it ends the link and all sessions. The user.

    Raises NotFound when the link works no more, InvalidInput for a short password or no name.
    """
    link, user = open_link(session, purpose, secret, now=now)
    require_password(password)
    if name is not None:
        user.name = require_name(name)
    user.password_hash = hash_password(password)
    link.used_at = now
    end_sessions(session, user.key, now=now)
    record(session, user.key, AccountAct.LINK_USED, by=AccountActor.of(user), now=now, detail=purpose.value)
    return user
