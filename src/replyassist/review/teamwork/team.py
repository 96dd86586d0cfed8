"""Who can be given an item: by hand, or in turn as items arrive."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.core.accounts import PERSON, Principal, User
from replyassist.core.errors import Forbidden
from replyassist.core.security import Role

from ..models import ReviewItem
from ..permits import require_may_decide
from . import repository

LOOKED_BACK = 200
"""So many of the brand's last items are looked at for whose turn it was."""


def team_of(session: Session, brand_id: str) -> list[User]:
    """The people who are on the brand, by id."""
    return repository.people_on(session, brand_id)


def able(session: Session, item: ReviewItem) -> list[User]:
    """Those of the team who may decide the item."""
    return [user for user in team_of(session, item.brand_id) if _may_decide(user, item)]


def next_in_turn(session: Session, item: ReviewItem, *, now: datetime) -> User | None:
    """Who gets a new item where the brand assigns in turn: the one after who got one last.

    Who takes no part or is away misses the turn; None where nobody is left, or the brand does not assign in turn.
    """
    brand = session.get(Brand, item.brand_id)
    if brand is None or not brand.round_robin:
        return None
    turns = repository.turns(session, item.brand_id)
    out = {user_id for user_id, turn in turns.items() if not turn.takes_part or turn.is_away(now)}
    people = [user for user in able(session, item) if user.id not in out]
    if not people:
        return None
    last = repository.last_assigned(session, item, limit=LOOKED_BACK) or 0
    return next((user for user in people if (user.id or 0) > last), people[0])


def _may_decide(user: User, item: ReviewItem) -> bool:
    try:
        require_may_decide(item, Principal(user.id or 0, user.name, Role(user.role), PERSON, frozenset()))
    except Forbidden:
        return False
    return True
