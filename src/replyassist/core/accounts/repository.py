"""All SQL about accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Update, and_, bindparam, delete, or_, update
from sqlmodel import Session, col, select

from ..security import Role
from .models import PERSON, AccountEvent, AccountLink, ApiToken, OidcIdentity, User, UserBrand, UserSession


@dataclass(frozen=True)
class PeopleFilter:
    """Which accounts a list shows. ``brands`` None: of every brand; ``text`` is looked for in names and addresses."""

    brands: frozenset[str] | None
    text: str = ""
    is_active: bool | None = None


def user_by_email(session: Session, email: str) -> User | None:
    """The account with this address, whatever its case."""
    return session.exec(select(User).where(User.email == email.strip().lower())).first()


def brands_of(session: Session, user_id: int) -> frozenset[str]:
    """The ids of a user's brands."""
    return frozenset(session.exec(select(UserBrand.brand_id).where(UserBrand.user_id == user_id)))


def brands_of_many(session: Session, user_ids: Iterable[int]) -> dict[int, list[str]]:
    """The ids of the brands of several users, sorted."""
    rows = session.exec(select(UserBrand).where(col(UserBrand.user_id).in_(set(user_ids))))
    found: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda row: row.brand_id):
        found.setdefault(row.user_id, []).append(row.brand_id)
    return found


def set_brands(session: Session, user_id: int, brands: Iterable[str]) -> None:
    """Replace a user's brands."""
    session.exec(delete(UserBrand).where(col(UserBrand.user_id) == user_id))
    session.add_all(UserBrand(user_id=user_id, brand_id=brand_id) for brand_id in sorted(set(brands)))
    session.flush()


def people(session: Session, wanted: PeopleFilter, *, after: int | None, limit: int) -> list[User]:
    """Accounts by name; ``after`` is the id of the one that the page before ended with."""
    statement = select(User).where(*_conditions(wanted)).order_by(col(User.name), col(User.id)).limit(limit)
    last = session.get(User, after) if after is not None else None
    if last is not None:
        name, user_id = col(User.name), col(User.id)
        statement = statement.where(or_(name > last.name, and_(name == last.name, user_id > last.key)))
    return list(session.exec(statement))


def _conditions(wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.brands is not None:
        theirs = select(UserBrand.user_id).where(col(UserBrand.brand_id).in_(wanted.brands))
        conditions.append(col(User.id).in_(theirs))
    if wanted.text:
        both = (col(User.name), col(User.email))
        conditions.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in both)))
    if wanted.is_active is not None:
        conditions.append(col(User.is_active) == wanted.is_active)
    return conditions


def active_admins(session: Session) -> set[int]:
    """The people who are admins, locked until the transaction ends, so that two cannot demote each other at once."""
    statement = select(User).where(User.role == Role.ADMIN.value, User.kind == PERSON, col(User.is_active))
    return {user.key for user in session.exec(statement.with_for_update(key_share=True))}


def session_by_digest(session: Session, digest: str) -> tuple[UserSession, User, frozenset[str]] | None:
    """A browser's session with its user and the ids of the user's brands."""
    statement = select(UserSession, User, UserBrand.brand_id).join(User, col(User.id) == col(UserSession.user_id))
    statement = statement.outerjoin(UserBrand, col(UserBrand.user_id) == col(User.id))
    rows = session.exec(statement.where(UserSession.digest == digest)).all()
    return (*rows[0][:2], frozenset(brand for *_, brand in rows if brand is not None)) if rows else None


def sessions_of(session: Session, user_id: int, *, now: datetime, limit: int) -> list[UserSession]:
    """The sessions that a user has open, last used first."""
    statement = select(UserSession).where(UserSession.user_id == user_id, *_is_open(now))
    return list(session.exec(statement.order_by(col(UserSession.last_seen_at).desc()).limit(limit)))


def end_sessions(session: Session, user_id: int, *, now: datetime, only: int | None, but: int | None) -> int:
    """End a user's open sessions, ``only`` one or all ``but`` one; how many there were."""
    statement = update(UserSession).where(col(UserSession.user_id) == user_id, *_is_open(now))
    if only is not None:
        statement = statement.where(col(UserSession.id) == only)
    if but is not None:
        statement = statement.where(col(UserSession.id) != but)
    return _changed(session, statement.values(ended_at=now))


def end_expired_sessions(session: Session, *, now: datetime) -> None:
    """Note of every session that has expired that it ended then."""
    expired = (col(UserSession.ended_at).is_(None), col(UserSession.expires_at) <= now)
    _changed(session, update(UserSession).where(*expired).values(ended_at=col(UserSession.expires_at)))


def forget_sessions(session: Session, user_id: int, *, before: datetime) -> None:
    """Delete what is left of a user's sessions that expired, and so ended, before a time."""
    session.exec(delete(UserSession).where(col(UserSession.user_id) == user_id, col(UserSession.expires_at) < before))


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(UserSession.ended_at).is_(None), col(UserSession.expires_at) > now


_HELD = (
    select(ApiToken, User, UserBrand.brand_id)
    .join(User, col(User.id) == col(ApiToken.user_id))
    .outerjoin(UserBrand, col(UserBrand.user_id) == col(User.id))
    .where(ApiToken.digest == bindparam("digest"))
)
"""One statement, built once: every request with a token asks it."""


def token_by_digest(session: Session, digest: str) -> tuple[ApiToken, User, frozenset[str]] | None:
    """An API token with its user and the ids of the user's brands."""
    rows = session.exec(_HELD, params={"digest": digest}).all()
    return (rows[0][0], rows[0][1], frozenset(brand for *_, brand in rows if brand is not None)) if rows else None


def tokens_of(session: Session, user_id: int | None, *, limit: int) -> list[ApiToken]:
    """The tokens that were not revoked, of one user or of all; newest first."""
    statement = select(ApiToken).where(col(ApiToken.revoked_at).is_(None))
    if user_id is not None:
        statement = statement.where(ApiToken.user_id == user_id)
    return list(session.exec(statement.order_by(col(ApiToken.id).desc()).limit(limit)))


def revoke_tokens(session: Session, user_id: int, *, now: datetime) -> int:
    """Revoke all tokens of a user; how many there were."""
    mine = (col(ApiToken.user_id) == user_id, col(ApiToken.revoked_at).is_(None))
    return _changed(session, update(ApiToken).where(*mine).values(revoked_at=now))


def link_by_digest(session: Session, digest: str) -> tuple[AccountLink, User] | None:
    """A link with its user, locked until the transaction ends: a link works once."""
    statement = select(AccountLink, User).join(User, col(User.id) == col(AccountLink.user_id))
    return session.exec(statement.where(AccountLink.digest == digest).with_for_update(key_share=True)).first()


def withdraw_links(session: Session, user_id: int, *, now: datetime) -> None:
    """Withdraw the links of a user that were not used."""
    unused = (col(AccountLink.used_at).is_(None), col(AccountLink.withdrawn_at).is_(None))
    _changed(session, update(AccountLink).where(col(AccountLink.user_id) == user_id, *unused).values(withdrawn_at=now))


def identity(session: Session, issuer: str, subject: str) -> OidcIdentity | None:
    """Who this is, of the identities that are linked."""
    statement = select(OidcIdentity).where(OidcIdentity.issuer == issuer, OidcIdentity.subject == subject)
    return session.exec(statement).first()


def identities_of(session: Session, user_id: int) -> list[OidcIdentity]:
    """The identities that are linked with a user."""
    return list(session.exec(select(OidcIdentity).where(OidcIdentity.user_id == user_id)))


def events_of(session: Session, user_id: int, *, before: int | None, limit: int) -> list[AccountEvent]:
    """What was done to an account, newest first; ``before`` is the id of the one that the page before ended with."""
    statement = select(AccountEvent).where(AccountEvent.user_id == user_id)
    if before is not None:
        statement = statement.where(col(AccountEvent.id) < before)
    return list(session.exec(statement.order_by(col(AccountEvent.id).desc()).limit(limit)))


def _changed(session: Session, statement: Update) -> int:
    return session.exec(statement).rowcount
