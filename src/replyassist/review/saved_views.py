"""The lists that a person keeps under a name, and those that leads keep for everybody on a brand."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, InvalidInput, NotFound
from replyassist.core.security import Permission

from .models import SavedView
from .repository import saved_views as repository

MOST_VIEWS = 20
"""Of a person, and of a brand."""
MOST_SEEN = 80
"""That somebody of several brands is shown, their own first."""
LONGEST_NAME = 60
LONGEST_QUERY = 1000


def views_of(session: Session, who: Principal) -> list[SavedView]:
    """What a person keeps, by name, then what is kept for the brands that they see."""
    return repository.seen_views(session, who.user_id, who.brands, limit=MOST_SEEN)


def may_change(view: SavedView, who: Principal) -> bool:
    """Whether a person may rename and delete a view that they see: their own, and as a lead those of a brand."""
    return view.user_id == who.user_id if view.brand_id is None else who.may(Permission.VIEWS_SHARE)


def keep_view(
    session: Session, who: Principal, name: str, query: str, *, brand_id: str | None = None, now: datetime
) -> SavedView:
    """Keep a list under a name, for oneself or (with the permission) for everybody on a brand.

    Raises Forbidden, NotFound, InvalidInput, and Conflict where there is one or there are too many.
    """
    name = _name(name)
    if brand_id is not None:
        who.require_brand(brand_id)
        who.require(Permission.VIEWS_SHARE)
    if len(query) > LONGEST_QUERY:
        raise InvalidInput("too many filters for a view", field="query")
    if repository.count_views(session, who.user_id, brand_id) >= MOST_VIEWS:
        raise Conflict(f"there are {MOST_VIEWS} views already; delete one first")
    _require_new(repository.views_beside(session, who.user_id, brand_id), name)
    view = SavedView(user_id=who.user_id, brand_id=brand_id, name=name, query=query, created_at=now)
    session.add(view)
    session.flush()
    return view


def rename_view(session: Session, who: Principal, view_id: int, name: str) -> None:
    """Give a view another name; raise Forbidden, NotFound, InvalidInput and Conflict."""
    view, name = _changeable(session, who, view_id), _name(name)
    _require_new(
        [each for each in repository.views_beside(session, view.user_id, view.brand_id) if each.id != view_id], name
    )
    view.name = name
    session.add(view)


def delete_view(session: Session, who: Principal, view_id: int) -> None:
    """Forget a view; raise Forbidden and NotFound."""
    session.delete(_changeable(session, who, view_id))


def _changeable(session: Session, who: Principal, view_id: int) -> SavedView:
    view = session.get(SavedView, view_id)
    is_seen = view is not None and (who.sees(view.brand_id) if view.brand_id else view.user_id == who.user_id)
    if view is None or not is_seen:
        raise NotFound(f"you have no view {view_id}")
    if not may_change(view, who):
        who.require(Permission.VIEWS_SHARE)
    return view


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(f"a name has 1 to {LONGEST_NAME} characters", field="name")
    return name


def _require_new(known: list[SavedView], name: str) -> None:
    if any(view.name.casefold() == name.casefold() for view in known):
        raise Conflict(f"there is already a view '{name}'")
