"""Who makes a request, and what they may do in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from ..errors import Forbidden, NotAuthenticated, NotFound
from ..security import PERMISSIONS, Permission, Role, require
from . import repository
from .models import ApiToken, User, UserSession

USE_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Principal:
    """Who makes a request. ``brands`` is None for an admin, who sees every brand.

    ``scopes`` is None unless a token holds less than the role. ``session_id`` and ``token_id`` say how they came,
    ``use_is_due`` that this use is to be noted (``note_use``). ``via``: the program that they act from, such as
    "slack"; empty for the console and the API.
    """

    user_id: int
    name: str
    role: Role
    kind: str
    brands: frozenset[str] | None
    scopes: frozenset[Permission] | None = None
    language: str | None = None
    time_zone: str | None = None
    session_id: int | None = None
    token_id: int | None = None
    use_is_due: bool = False
    via: str = ""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What they may do: the role's permissions, of a token those among its scopes."""
        held = PERMISSIONS[self.role]
        return held if self.scopes is None else held & self.scopes

    def may(self, permission: Permission) -> bool:
        """Whether they hold the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise Forbidden unless the role, and the token's scopes, hold the permission."""
        require(self.role, permission)
        if not self.may(permission):
            raise Forbidden(f"this token lacks the scope '{permission}'")

    def sees(self, brand_id: str) -> bool:
        """Whether the brand is one of theirs."""
        return self.brands is None or brand_id in self.brands

    def require_brand(self, brand_id: str) -> None:
        """Raise NotFound for a brand that is not theirs: its existence is not told."""
        if not self.sees(brand_id):
            raise NotFound(f"there is no brand '{brand_id}' for you")

    def require_for(self, permission: Permission, brand_id: str) -> None:
        """Raise Forbidden without the permission, NotFound for a brand that is not theirs."""
        self.require(permission)
        self.require_brand(brand_id)


def is_due(noted_at: datetime | None, now: datetime) -> bool:
    """Whether the last use that was noted is so long ago that this one is to be noted."""
    return noted_at is None or now - noted_at >= USE_NOTED_EVERY


def principal(session: Session, user_id: int) -> Principal:
    """The acting user with role and brands; raise NotAuthenticated when gone or inactive."""
    return principal_of(session, session.get(User, user_id))


def principal_of(
    session: Session, user: User | None, *, brands: frozenset[str] | None = None, **more: Any
) -> Principal:
    """The same of a row that was read, and of its ``brands`` where they were; ``more`` are further fields."""
    if user is None or not user.is_active:
        raise NotAuthenticated("this account is not active")
    role = Role(user.role)
    if role is Role.ADMIN:
        brands = None
    elif brands is None:
        brands = repository.brands_of(session, user.key)
    return Principal(
        user_id=user.key,
        name=user.name,
        role=role,
        kind=user.kind,
        brands=brands,
        language=user.language,
        time_zone=user.time_zone,
        **more,
    )


def renewed(session: Session, who: Principal) -> Principal:
    """Who they are by now, for what takes longer than a request.

    Raises NotAuthenticated when the account, or the session or token that they came with, has ended meanwhile.
    """
    fresh = principal(session, who.user_id)
    came_with = session.get(UserSession, who.session_id) if who.session_id is not None else None
    token = session.get(ApiToken, who.token_id) if who.token_id is not None else None
    if (came_with and came_with.ended_at) or (token and token.revoked_at):
        raise NotAuthenticated("this session or token has ended")
    return replace(fresh, scopes=who.scopes, session_id=who.session_id, token_id=who.token_id)
