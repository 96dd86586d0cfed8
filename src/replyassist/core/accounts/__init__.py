"""People and programs: accounts, the brands they see, how they sign in, and what leads do about them."""

from __future__ import annotations

from .events import AccountAct
from .models import (
    PERSON,
    SERVICE,
    AccountEvent,
    AccountLink,
    ApiToken,
    LinkPurpose,
    OidcIdentity,
    User,
    UserBrand,
    UserSession,
)
from .principal import Principal, principal, renewed
from .sessions import authenticate_session, start_session
from .tokens import authenticate_token, create_token
from .use import note_use
from .users import add_user, authenticate_password

__all__ = [
    "PERSON",
    "SERVICE",
    "AccountAct",
    "AccountEvent",
    "AccountLink",
    "ApiToken",
    "LinkPurpose",
    "OidcIdentity",
    "Principal",
    "User",
    "UserBrand",
    "UserSession",
    "add_user",
    "authenticate_password",
    "authenticate_session",
    "authenticate_token",
    "create_token",
    "note_use",
    "principal",
    "renewed",
    "start_session",
]
