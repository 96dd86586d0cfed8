"""Notes on an item that only colleagues read, and the colleagues that they name.

No prompt, no check and no reply reads them: nothing but the console's pages and this API does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal, User
from replyassist.core.errors import InvalidInput, VersionConflict
from replyassist.core.security import Permission

from .. import decisions
from ..models import ReviewItem, ReviewStatus
from ..permits import require_person
from ..transitions import Actor, Move, write_audit
from . import repository
from .live import tell
from .models import LONGEST_NOTE, ItemNote, Live, NoteMention
from .team import team_of

MOST_NOTES = 100
_NAMED = re.compile(r"(?<![\w@.])@(\w(?:[\w.-]*\w)?)")


@dataclass(frozen=True)
class ColleagueMention:
    """A note that names a person, and whether they have seen it."""

    id: int
    note: ItemNote
    is_read: bool


def add_note(
    session: Session, principal: Principal, item_id: int, *, text: str, now: datetime, version: int | None = None
) -> ItemNote:
    """Keep a note and tell those whom it names; the item and its version stay as they are.

    ``version``: the one that was seen, where the note is to be refused once the item has moved on. Raises NotFound,
    Forbidden, InvalidInput, VersionConflict.
    """
    item = decisions.visible_item(session, principal, item_id)
    principal.require(Permission.NOTES_WRITE)
    require_person(principal)
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE or "\x00" in text:
        raise InvalidInput(f"a note has 1 to {LONGEST_NOTE} characters", field="text")
    if version is not None and version != item.version:
        raise VersionConflict("the item has moved on; look at it again", current_version=item.version)
    note = ItemNote(
        review_item_id=item_id,
        brand_id=item.brand_id,
        author_id=principal.user_id,
        author=principal.name,
        text=text,
        created_at=now,
    )
    session.add(note)
    session.flush()
    for user_id in _named_in(session, item, text) - {principal.user_id}:
        session.add(NoteMention(note_id=note.id or 0, user_id=user_id, brand_id=item.brand_id))
    status = ReviewStatus(item.status)
    write_audit(session, item, Move("noted", status, text=text), actor=Actor.of(principal), now=now, before=status)
    tell(session, item, Live.NOTE, now=now)
    return note


def notes_of(session: Session, item_id: int) -> list[ItemNote]:
    """The last notes on an item, the oldest first."""
    return list(reversed(repository.newest_notes(session, item_id, limit=MOST_NOTES)))


def handles(session: Session, brand_id: str) -> dict[str, User]:
    """How a note names each colleague who sees the brand: ``Dana Wu`` is ``dana.wu``; the next of that name is
    ``dana.wu2``. By id, so that a name stays whose it was."""
    people = {user.id: user for user in (*team_of(session, brand_id), *repository.admins(session))}
    found: dict[str, User] = {}
    for _, user in sorted(people.items(), key=lambda pair: pair[0] or 0):
        plain = re.sub(r"[^\w]+", ".", user.name.casefold()).strip(".") or f"user{user.id}"
        number = sum(handle.rstrip("0123456789") == plain for handle in found)
        found[f"{plain}{number + 1}" if plain in found else plain] = user
    return found


def mentions_of(
    session: Session, principal: Principal, *, before: int | None = None, limit: int
) -> list[ColleagueMention]:
    """Notes that name this person on brands that they still see, the newest first; those before an id."""
    found = repository.mentions(session, principal.user_id, principal.brands, before=before, limit=limit)
    return [ColleagueMention(mention.id or 0, note, mention.read_at is not None) for mention, note in found]


def count_unread(session: Session, principal: Principal) -> int:
    """How many notes name this person that they have not seen."""
    return repository.count_unread(session, principal.user_id, principal.brands)


def mark_read(session: Session, principal: Principal, *, item_id: int | None = None, now: datetime) -> int:
    """They have seen the notes that name them, on one item or all; how many that were."""
    return repository.mark_read(session, principal.user_id, item_id=item_id, now=now)


def _named_in(session: Session, item: ReviewItem, text: str) -> set[int]:
    wanted = {name.casefold() for name in _NAMED.findall(text)}
    known = handles(session, item.brand_id) if wanted else {}
    return {known[name].id or 0 for name in wanted & known.keys()}
