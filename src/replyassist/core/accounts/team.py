"""What leads and admins do about accounts, and the rules of it.

- Nobody grants a role above their own, or does anything to somebody whose role is above it.
- A lead sees people of their brands. Whoever works for other brands too is changed by an admin alone: a new password
  or role would reach into those brands.
- Nobody deactivates or demotes themselves, or the last admin.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from ..errors import Conflict, Forbidden, InvalidInput, NotFound
from ..security import Permission, Role, is_above
from . import identities, repository
from .events import AccountAct, AccountActor, record
from .links import make_link
from .models import PERSON, User
from .principal import Principal
from .repository import PeopleFilter
from .sessions import end_sessions
from .tokens import revoke_token
from .users import add_user


def grantable(actor: Principal) -> list[Role]:
    """The roles that somebody may give: their own and those below it."""
    return [role for role in Role if not is_above(role, actor.role)]


def people(
    session: Session, actor: Principal, *, brand: str, text: str, is_active: bool | None, after: int | None, limit: int
) -> list[User]:
    """The accounts that somebody may see, by name; ``brand`` empty is all of theirs."""
    actor.require(Permission.USERS_WRITE)
    if brand:
        actor.require_brand(brand)
    brands = frozenset({brand}) if brand else actor.brands
    wanted = PeopleFilter(brands=brands, text=text.strip(), is_active=is_active)
    return repository.people(session, wanted, after=after, limit=limit)


def visible_user(session: Session, actor: Principal, user_id: int) -> User:
    """An account of one of their brands; raise NotFound for any other."""
    actor.require(Permission.USERS_WRITE)
    user = session.get(User, user_id)
    if user is None or (actor.brands is not None and not actor.brands & repository.brands_of(session, user_id)):
        raise NotFound("There is no such person in your brands.")
    return user


def why_not(session: Session, actor: Principal, user: User) -> str | None:
    """Why somebody may not change this account, in words; None when they may."""
    if user.key == actor.user_id:
        return "This is your own account. Your name and password are on your account page; the rest is for others."
    if is_above(user.role, actor.role):
        return "The role of this person is above yours. Ask an admin."
    if actor.brands is not None and repository.brands_of(session, user.key) - actor.brands:
        return "This person works for other brands too, so only an admin changes the account."
    return None


def invite(
    session: Session,
    actor: Principal,
    *,
    email: str,
    name: str,
    role: Role,
    brands: Collection[str],
    now: datetime,
) -> tuple[User, str]:
    """Make an account without a password; it, and the secret of the link that sets one.

    Raises Forbidden for a role above one's own, NotFound for a brand that is not theirs, Conflict for a known address.
    """
    actor.require(Permission.USERS_WRITE)
    _require_grantable(actor, role, brands)
    try:
        user = add_user(
            session, email, name=name or email, role=role, brands=sorted(set(brands)), password=None, now=now
        )
    except Conflict:
        raise Conflict(
            "There is an account with this address already. If you do not see it in your team, ask an admin."
        ) from None
    record(session, user.key, AccountAct.INVITED, by=actor, now=now, detail=_access(role, brands))
    return user, make_link(session, user, by=actor, now=now)


def send_link(session: Session, actor: Principal, user_id: int, *, now: datetime) -> tuple[User, str]:
    """Another link that sets a password; the user and its secret."""
    user = _manageable(session, actor, user_id)
    if user.kind != PERSON:
        raise Conflict("A service has no password.")
    if not user.is_active:
        raise Conflict("This account is not active. Activate it first.")
    secret = make_link(session, user, by=actor, now=now)
    record(session, user.key, AccountAct.LINK_MADE, by=actor, now=now)
    return user, secret


def change_access(
    session: Session, actor: Principal, user_id: int, *, role: Role, brands: Collection[str], now: datetime
) -> None:
    """Give an account this role and these brands; it counts from their next request on."""
    user = _manageable(session, actor, user_id)
    _require_grantable(actor, role, brands)
    if user.role == Role.ADMIN and role is not Role.ADMIN:
        _require_another_admin(session, user)
    before = _access(Role(user.role), repository.brands_of(session, user.key))
    user.role = role.value
    repository.set_brands(session, user.key, brands)
    if (after := _access(role, brands)) != before:
        record(session, user.key, AccountAct.ACCESS_CHANGED, by=actor, now=now, detail=f"{before} → {after}")


def deactivate(session: Session, actor: Principal, user_id: int, *, now: datetime) -> None:
    """Close an account: its sessions end, its tokens are revoked and its links withdrawn, at once."""
    user = _manageable(session, actor, user_id)
    _require_another_admin(session, user)
    user.is_active = False
    end_sessions(session, user.key, now=now)
    repository.revoke_tokens(session, user.key, now=now)
    repository.withdraw_links(session, user.key, now=now)
    record(session, user.key, AccountAct.DEACTIVATED, by=actor, now=now)


def activate(session: Session, actor: Principal, user_id: int, *, now: datetime) -> None:
    """Open an account again; sessions and tokens that ended stay so."""
    user = _manageable(session, actor, user_id)
    user.is_active = True
    record(session, user.key, AccountAct.ACTIVATED, by=actor, now=now)


def end_all_sessions(session: Session, actor: Principal, user_id: int, *, now: datetime) -> None:
    """Sign somebody out everywhere."""
    user = _manageable(session, actor, user_id)
    ended = end_sessions(session, user.key, now=now)
    record(session, user.key, AccountAct.SESSIONS_ENDED, by=actor, now=now, detail=str(ended))


def revoke_token_of(session: Session, actor: Principal, user_id: int, token_id: int, *, now: datetime) -> None:
    """Revoke an API token of somebody."""
    user = _manageable(session, actor, user_id)
    revoke_token(session, token_id, of_user=user.key, by=AccountActor.of(actor), now=now)


def remove_identities(session: Session, actor: Principal, user_id: int, *, now: datetime) -> None:
    """Forget which identities at providers lead to this account."""
    user = _manageable(session, actor, user_id)
    identities.remove_identities(session, user.key, by=actor, now=now)


def _manageable(session: Session, actor: Principal, user_id: int) -> User:
    user = visible_user(session, actor, user_id)
    if reason := why_not(session, actor, user):
        raise Forbidden(reason)
    return user


def _require_grantable(actor: Principal, role: Role, brands: Collection[str]) -> None:
    if is_above(role, actor.role):
        raise Forbidden("This role is above yours, so you cannot give it.")
    for brand_id in brands:
        actor.require_brand(brand_id)
    if role is not Role.ADMIN and not brands:
        raise InvalidInput("choose at least one brand", field="brands")


def _require_another_admin(session: Session, user: User) -> None:
    admins = repository.active_admins(session)
    if user.key in admins and len(admins) == 1:
        raise Conflict("This is the last admin. Make somebody else an admin first.")


def _access(role: Role, brands: Collection[str]) -> str:
    return f"{role.value}: {', '.join(sorted(brands)) or 'every brand' * (role is Role.ADMIN) or 'no brand'}"
