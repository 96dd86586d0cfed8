"""Sign-in at an OpenID provider: which account it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from ..errors import Forbidden, NotFound
from . import repository
from .events import AccountAct, AccountActor, record
from .models import PERSON, OidcIdentity, User
from .principal import Principal, principal_of


@dataclass(frozen=True)
class Claims:
    """What a provider says of somebody who signed in there, of a token that was checked."""

    issuer: str
    subject: str
    email: str
    email_verified: bool


def authenticate_identity(session: Session, claims: Claims, *, now: datetime) -> Principal:
    """Who this is: the account that the identity is linked with, else the one of its verified address, which is linked
    with it from now on. No account is made.

    Raises Forbidden in words for the person where there is none.
    """
    identity = repository.identity(session, claims.issuer, claims.subject)
    user = session.get(User, identity.user_id) if identity else _linked(session, claims, now=now)
    if user is None or user.kind != PERSON or not user.is_active:
        raise Forbidden("There is no active account for you here. Ask your lead to invite you.")
    return principal_of(session, user)


def _linked(session: Session, claims: Claims, *, now: datetime) -> User | None:
    if not (claims.email and claims.email_verified):
        raise Forbidden("The provider does not say that your e-mail address is verified, so it leads to no account.")
    user = repository.user_by_email(session, claims.email)
    if user is None or user.kind != PERSON or not user.is_active:
        return None
    if any(known.issuer == claims.issuer for known in repository.identities_of(session, user.key)):
        raise Forbidden("Your address belongs to an account that is linked with somebody else there. Ask an admin.")
    session.add(
        OidcIdentity(user_id=user.key, issuer=claims.issuer, subject=claims.subject, email=claims.email, created_at=now)
    )
    record(session, user.key, AccountAct.IDENTITY_LINKED, by=AccountActor.of(user), now=now, detail=claims.issuer)
    return user


def remove_identities(session: Session, user_id: int, *, by: Principal, now: datetime) -> None:
    """Forget with which identities an account is linked; raise NotFound where there is none."""
    known = repository.identities_of(session, user_id)
    if not known:
        raise NotFound("this account is linked with no provider")
    for identity in known:
        session.delete(identity)
    issuers = ", ".join(identity.issuer for identity in known)
    record(session, user_id, AccountAct.IDENTITY_REMOVED, by=by, now=now, detail=issuers)
