"""Texts to use again: a person's own, and everybody's on a brand."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, InvalidInput, NotFound
from replyassist.core.security import Permission

from ..permits import require_person
from . import repository
from .models import LONGEST_REPLY, SavedReply

MOST = 200
LONGEST_TITLE = 100


def saved_replies(session: Session, principal: Principal, brand_id: str) -> list[SavedReply]:
    """Those that this person can insert on the brand, by title; their own first."""
    principal.require_brand(brand_id)
    return repository.saved_replies(session, principal.user_id, brand_id, limit=2 * MOST)


def save(
    session: Session, principal: Principal, brand_id: str, *, title: str, text: str, is_shared: bool, now: datetime
) -> SavedReply:
    """Keep a text, for oneself or (with the permission) for everybody on the brand.

    Raises Forbidden, NotFound for another's brand, InvalidInput, and Conflict when there are too many.
    """
    principal.require_brand(brand_id)
    principal.require(Permission.SAVED_REPLIES_SHARE if is_shared else Permission.QUEUE_READ)
    require_person(principal)
    title, text = title.strip(), text.strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        raise InvalidInput(f"a title has 1 to {LONGEST_TITLE} characters", field="title")
    if not 0 < len(text) <= LONGEST_REPLY or "\x00" in text:
        raise InvalidInput(f"a saved reply has 1 to {LONGEST_REPLY} characters", field="text")
    owner = None if is_shared else principal.user_id
    if repository.count_saved(session, brand_id, owner) >= MOST:
        raise Conflict(f"there are {MOST} already; delete one first")
    saved = SavedReply(
        brand_id=brand_id, owner_id=owner, title=title, text=text, created_by=principal.name, created_at=now
    )
    session.add(saved)
    session.flush()
    return saved


def get(session: Session, principal: Principal, brand_id: str, saved_id: int) -> SavedReply:
    """One of those that this person can insert; raise NotFound."""
    saved = session.get(SavedReply, saved_id)
    if saved is None or saved.brand_id != brand_id or saved.owner_id not in (None, principal.user_id):
        raise NotFound(f"there is no saved reply {saved_id}")
    return saved


def delete(session: Session, principal: Principal, brand_id: str, saved_id: int) -> None:
    """Throw one away: one's own, or everybody's with the permission; raise NotFound, Forbidden."""
    saved = get(session, principal, brand_id, saved_id)
    if saved.owner_id is None:
        principal.require(Permission.SAVED_REPLIES_SHARE)
    session.delete(saved)
    session.flush()
