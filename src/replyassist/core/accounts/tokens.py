"""API tokens: made with scopes and an end, used, listed, revoked. They are shown once; only a digest is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session

from ..errors import InvalidInput, NotAuthenticated, NotFound
from ..security import PERMISSIONS, Permission, Role, new_token, token_digest
from . import repository
from .events import COMMAND_LINE, AccountAct, AccountActor, record
from .models import ApiToken, User
from .principal import Principal, is_due, principal_of

DAYS = 90  # until a token expires, where nothing else is said
LONGEST_DAYS = 366
SHOWN = 100
LONGEST_NAME = 200


def create_token(
    session: Session,
    email: str,
    *,
    name: str,
    now: datetime,
    expires_at: datetime | None = None,
    scopes: Collection[str] | None = None,
) -> str:
    """Make an API token for a user and return it; it cannot be shown again. Without ``expires_at`` it is good for
    ``DAYS``, without ``scopes`` for all that the role may.

    Raises NotFound without such a user, InvalidInput for scopes that the role does not hold.
    """
    user = repository.user_by_email(session, email)
    if user is None:
        raise NotFound(f"there is no user '{email}'")
    expires_at = expires_at or now + timedelta(days=DAYS)
    held = PERMISSIONS[Role(user.role)]
    return _add(session, user, name=name, scopes=scopes, held=held, expires_at=expires_at, by=COMMAND_LINE, now=now)[1]


def make_own_token(
    session: Session, who: Principal, *, name: str, scopes: Collection[str] | None, days: int, now: datetime
) -> tuple[ApiToken, str]:
    """Make oneself a token of at most what one may now, good for 1 to ``LONGEST_DAYS`` days; the row and the token."""
    who.require(Permission.TOKENS_WRITE)
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(f"from 1 to {LONGEST_DAYS} days", field="days")
    if scopes is None and who.scopes is not None:
        scopes = who.permissions  # a token makes none that may more than itself
    user = session.get_one(User, who.user_id)
    expires_at = now + timedelta(days=days)
    return _add(
        session,
        user,
        name=name,
        scopes=scopes,
        held=who.permissions,
        expires_at=expires_at,
        by=AccountActor.of(who),
        now=now,
    )


def _add(
    session: Session,
    user: User,
    *,
    name: str,
    scopes: Collection[str] | None,
    held: frozenset[Permission],
    expires_at: datetime,
    by: AccountActor,
    now: datetime,
) -> tuple[ApiToken, str]:
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(f"a name of 1 to {LONGEST_NAME} characters is needed", field="name")
    if scopes is not None and not scopes:
        raise InvalidInput("choose at least one scope", field="scopes")
    if unheld := sorted(set(scopes or ()) - held):
        raise InvalidInput(f"'{unheld[0][:60]}' is not among: {', '.join(sorted(held))}", field="scopes")
    token = new_token()
    row = ApiToken(
        user_id=user.key,
        name=name,
        digest=token_digest(token),
        created_at=now,
        expires_at=expires_at,
        scopes=None if scopes is None else sorted(set(scopes)),
    )
    session.add(row)
    session.flush()
    what = "everything" if row.scopes is None else ", ".join(row.scopes)
    record(session, user.key, AccountAct.API_ACCESS_GIVEN, by=by, now=now, detail=f"{name}: {what}")
    return row, token


def authenticate_token(session: Session, token: str, *, now: datetime) -> Principal:
    """Who holds this token; raise NotAuthenticated when it is unknown, expired or revoked."""
    found = repository.token_by_digest(session, token_digest(token))
    if found is None or found[0].revoked_at or (found[0].expires_at is not None and found[0].expires_at <= now):
        raise NotAuthenticated("the token is unknown, expired or revoked")
    row, user, brands = found
    known = {permission.value for permission in Permission}
    scopes = None if row.scopes is None else frozenset(Permission(scope) for scope in row.scopes if scope in known)
    return principal_of(
        session, user, brands=brands, scopes=scopes, token_id=row.id, use_is_due=is_due(row.last_used_at, now)
    )


def list_tokens(session: Session, user_id: int | None) -> list[ApiToken]:
    """The tokens of a user, or of all, that were not revoked; newest first, at most ``SHOWN``."""
    return repository.tokens_of(session, user_id, limit=SHOWN)


def revoke_own_token(session: Session, who: Principal, token_id: int, *, now: datetime) -> ApiToken:
    """Revoke one of one's own tokens; raise NotFound when there is none, or it was revoked."""
    who.require(Permission.TOKENS_WRITE)
    return revoke_token(session, token_id, of_user=who.user_id, by=AccountActor.of(who), now=now)


def revoke_token(session: Session, token_id: int, *, of_user: int | None, by: AccountActor, now: datetime) -> ApiToken:
    """Revoke a token, of one user or of anybody; raise NotFound when there is none, or it was revoked."""
    row = session.get(ApiToken, token_id)
    if row is None or row.revoked_at is not None or of_user not in (None, row.user_id):
        raise NotFound(f"there is no token {token_id} that could be revoked")
    row.revoked_at = now
    record(session, row.user_id, AccountAct.API_ACCESS_ENDED, by=by, now=now, detail=row.name)
    return row
