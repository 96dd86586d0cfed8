"""Tables of people: accounts, brands they see, sessions, API tokens, links that set a password, sign-ins elsewhere."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from ..database import UtcDateTime

PERSON = "person"
SERVICE = "service"


class User(SQLModel, table=True):
    """A person who signs in, or a service that only holds tokens; a service can never approve.

    ``language`` (an IETF tag) and ``time_zone`` (an IANA name) are null until the person chooses.
    """

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
    language: str | None = Field(default=None, max_length=35)
    time_zone: str | None = Field(default=None, max_length=60)

    @property
    def key(self) -> int:
        """The id of a stored user."""
        if self.id is None:
            raise RuntimeError("a user is used before it was stored")
        return self.id


class UserBrand(SQLModel, table=True):
    """A brand that a user may see. Admins see all."""

    __tablename__ = "user_brand"
    user_id: int = Field(primary_key=True, foreign_key="user_account.id")
    brand_id: str = Field(primary_key=True, foreign_key="brand.id", max_length=60)


class UserSession(SQLModel, table=True):
    """One browser that is signed in. The cookie holds a random id, this row its digest alone."""

    __tablename__ = "user_session"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    digest: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    address: str = Field(max_length=60)
    user_agent: str = Field(max_length=300)


class ApiToken(SQLModel, table=True):
    """An API token; only its digest is kept. ``scopes`` is null where it may do all that the role may."""

    __tablename__ = "api_token"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    name: str = Field(max_length=200)
    digest: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    scopes: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))


class LinkPurpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"  # the account's first password
    RESET = "reset"  # another password


class AccountLink(SQLModel, table=True):
    """A link that sets a password: it works once, until it expires; only the digest of its secret is kept."""

    __tablename__ = "account_link"
    __table_args__: Any = (CheckConstraint("purpose IN ('invitation', 'reset')", name="account_link_purpose"),)
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    purpose: str = Field(max_length=10)
    digest: str = Field(unique=True, max_length=64)
    created_by: int | None = Field(default=None, foreign_key="user_account.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OidcIdentity(SQLModel, table=True):
    """Who a user is at an OpenID provider; at most one identity for each user and provider."""

    __tablename__ = "oidc_identity"
    __table_args__: Any = (UniqueConstraint("issuer", "subject"), UniqueConstraint("user_id", "issuer"))
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id")
    issuer: str = Field(max_length=300)
    subject: str = Field(max_length=255)
    email: str = Field(max_length=254)
    created_at: datetime = Field(sa_type=UtcDateTime)


class AccountEvent(SQLModel, table=True):
    """Append-only: who did what to whose account, and when. A trigger refuses updates and deletes.

    ``actor_id`` is null for the command line.
    """

    __tablename__ = "account_event"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    actor_id: int | None = Field(default=None, foreign_key="user_account.id")
    actor: str = Field(max_length=200)
    act: str = Field(max_length=40)
    detail: str = Field(max_length=1000)
    happened_at: datetime = Field(sa_type=UtcDateTime)
