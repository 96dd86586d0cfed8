"""Users, the brands that they may see, and their API tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from .database import UtcDateTime
from .errors import Conflict, InvalidInput, NotAuthenticated, NotFound
from .security import (
    MINIMUM_PASSWORD_LENGTH,
    Permission,
    Role,
    allows,
    hash_password,
    new_token,
    require,
    token_digest,
    verify_password,
)

PERSON = "person"
SERVICE = "service"


class User(SQLModel, table=True):
    """A person who signs in, or a service that only holds tokens; a service can never approve."""

    __tablename__ = "user_account"
    __table_args__: Any = (
        UniqueConstraint("id", "kind"),
        CheckConstraint("kind IN ('person', 'service')", name="user_kind"),
    )
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, max_length=254)
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)
    kind: str = Field(default=PERSON, max_length=10)
    password_hash: str | None = None
    is_active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class UserBrand(SQLModel, table=True):
    """A brand that a user may see. Admins see all."""

    __tablename__ = "user_brand"
    user_id: int = Field(primary_key=True, foreign_key="user_account.id")
    brand_id: str = Field(primary_key=True, foreign_key="brand.id", max_length=60)


class ApiToken(SQLModel, table=True):
    """An API token; only its digest is kept."""

    __tablename__ = "api_token"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    name: str = Field(max_length=200)
    digest: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True)
class Principal:
    """Who makes a request. ``brands`` is None for an admin, who sees every brand."""

    user_id: int
    name: str
    role: Role
    kind: str
    brands: frozenset[str] | None

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission."""
        return allows(self.role, permission)

    def require(self, permission: Permission) -> None:
        """Raise Forbidden unless the role holds the permission."""
        require(self.role, permission)

    def sees(self, brand_id: str) -> bool:
        """Whether the brand is one of theirs."""
        return self.brands is None or brand_id in self.brands

    def require_brand(self, brand_id: str) -> None:
        """Raise NotFound for a brand that is not theirs: its existence is not told."""
        if not self.sees(brand_id):
            raise NotFound(f"there is no brand '{brand_id}' for you")


def add_user(
    session: Session,
    email: str,
    *,
    name: str,
    role: Role,
    brands: list[str],
    password: str | None,
    now: datetime,
    kind: str = PERSON,
) -> User:
    """Create a user; raise Conflict when the e-mail is taken, InvalidInput for a short password."""
    email = email.strip().lower()
    if "@" not in email:
        raise InvalidInput("an e-mail address is needed", field="email")
    if password is not None and len(password) < MINIMUM_PASSWORD_LENGTH:
        raise InvalidInput(f"at least {MINIMUM_PASSWORD_LENGTH} characters", field="password")
    if session.exec(select(User).where(User.email == email)).first():
        raise Conflict(f"there is already a user '{email}'")
    user = User(
        email=email,
        name=name,
        role=role.value,
        kind=kind,
        password_hash=hash_password(password) if password else None,
        created_at=now,
    )
    session.add(user)
    session.flush()
    for brand_id in brands:
        session.add(UserBrand(user_id=_id(user), brand_id=brand_id))
    session.flush()
    return user


def create_token(session: Session, email: str, *, name: str, now: datetime, expires_at: datetime | None = None) -> str:
    """Make an API token for a user and return it; it cannot be shown again."""
    user = session.exec(select(User).where(User.email == email.strip().lower())).first()
    if user is None:
        raise NotFound(f"there is no user '{email}'")
    token = new_token()
    session.add(
        ApiToken(user_id=_id(user), name=name, digest=token_digest(token), created_at=now, expires_at=expires_at)
    )
    session.flush()
    return token


def authenticate_token(session: Session, token: str, *, now: datetime) -> Principal:
    """Who holds this token; raise NotAuthenticated when it is unknown, expired or revoked."""
    row = session.exec(select(ApiToken).where(ApiToken.digest == token_digest(token))).first()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        raise NotAuthenticated("the token is unknown, expired or revoked")
    return principal(session, row.user_id)


def authenticate_password(session: Session, email: str, password: str) -> Principal:
    """Who signs in with this password; raise NotAuthenticated without telling which half was wrong."""
    user = session.exec(select(User).where(User.email == email.strip().lower())).first()
    fits = verify_password(password, user.password_hash if user else None)
    if user is None or not fits or not user.is_active or user.kind != PERSON:
        raise NotAuthenticated("e-mail or password is wrong")
    return principal(session, _id(user))


def principal(session: Session, user_id: int) -> Principal:
    """The acting user with role and brands; raise NotAuthenticated when gone or inactive."""
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise NotAuthenticated("this account is not active")
    role = Role(user.role)
    brands = None
    if role is not Role.ADMIN:
        statement = select(UserBrand.brand_id).where(col(UserBrand.user_id) == user_id)
        brands = frozenset(session.exec(statement))
    return Principal(user_id=user_id, name=user.name, role=role, kind=user.kind, brands=brands)


def _id(user: User) -> int:
    if user.id is None:
        raise RuntimeError("a user is used before it was stored")
    return user.id
