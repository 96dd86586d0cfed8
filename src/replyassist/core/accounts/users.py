"""Accounts: added, signed in to with a password, and what people set for themselves."""

from __future__ import annotations

import re
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import available_timezones

from sqlmodel import Session

from ..errors import Conflict, Forbidden, InvalidInput, NotAuthenticated
from ..security import MINIMUM_PASSWORD_LENGTH, Role, hash_password, verify_password
from . import repository
from .events import AccountAct, record
from .models import PERSON, User
from .principal import Principal, principal_of
from .sessions import end_sessions

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f]+@[^\s@<>,;:\"()\[\]\\\x00-\x1f]+")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # RFC 5646 without its rarest forms
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1
LONGEST_NAME = 200


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
    if len(email) > LONGEST_EMAIL or not _ADDRESS.fullmatch(email):
        raise InvalidInput("an e-mail address is needed", field="email")
    if password is not None:
        require_password(password)
    if repository.user_by_email(session, email):
        raise Conflict(f"there is already a user '{email}'")
    user = User(
        email=email,
        name=require_name(name),
        role=role.value,
        kind=kind,
        password_hash=hash_password(password) if password else None,
        created_at=now,
    )
    session.add(user)
    session.flush()
    repository.set_brands(session, user.key, brands)
    return user


def authenticate_password(session: Session, email: str, password: str) -> Principal:
    """Who signs in with this password; raise NotAuthenticated without telling which half was wrong."""
    user = repository.user_by_email(session, email)
    fits = verify_password(password, user.password_hash if user else None)
    if user is None or not fits or not user.is_active or user.kind != PERSON:
        raise NotAuthenticated("e-mail or password is wrong")
    return principal_of(session, user)


def change_profile(session: Session, who: Principal, *, name: str, language: str, time_zone: str) -> None:
    """Set one's own name, language and time zone; empty is none. Raise InvalidInput for what is no such thing."""
    user = session.get_one(User, who.user_id)
    user.name = require_name(name)
    user.language = _language(language)
    user.time_zone = require_time_zone(time_zone) if time_zone else None


def change_password(session: Session, who: Principal, *, present: str, password: str, now: datetime) -> None:
    """Set another password, which ends one's other sessions.

    Raises Forbidden when ``present`` is not the password of now, InvalidInput for a short one.
    """
    user = session.get_one(User, who.user_id)
    if not verify_password(present, user.password_hash):
        raise Forbidden("The present password is wrong.")
    require_password(password)
    user.password_hash = hash_password(password)
    end_sessions(session, user.key, now=now, but=who.session_id)
    repository.withdraw_links(session, user.key, now=now)
    record(session, user.key, AccountAct.CREDENTIALS_CHANGED, by=who, now=now)


def require_password(password: str) -> None:
    """Raise InvalidInput for a password that is too short."""
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        raise InvalidInput(f"at least {MINIMUM_PASSWORD_LENGTH} characters", field="password")


def require_name(name: str) -> str:
    """The name without spaces around it; raise InvalidInput where nothing is left, or too much."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(f"a name of 1 to {LONGEST_NAME} characters is needed", field="name")
    return name


def require_time_zone(name: str) -> str:
    """The IANA name of a time zone; raise InvalidInput with the nearest one for what is none."""
    if name not in available_timezones():
        near = get_close_matches(name, available_timezones(), n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise InvalidInput(f"'{name[:60]}' is not a time zone{hint}", field="time_zone")
    return name


def _language(tag: str) -> str | None:
    if not tag:
        return None
    if not _LANGUAGE_TAG.fullmatch(tag):
        raise InvalidInput(f"'{tag[:35]}' is not a language such as 'en' or 'pt-BR'", field="language")
    return tag
