"""All SQL of looking through the audit: who did what, when, to which item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from replyassist.core.accounts import User
from replyassist.core.database import Database

from ..models import AuditEntry
from . import first_audit_id

CHUNK = 1000  # entries of one statement while they are exported
NEAR = 1000
"""Ids are drawn before the commit, and clocks differ: entries of one time may stand so far from one another."""
MOST_PEOPLE = 200  # whose name holds what was looked for


@dataclass(frozen=True)
class AuditQuery:
    """Which entries; None means any. ``brands`` are those that the reader may see (None: all).

    ``person``: a part of a name or an e-mail address, or the whole name of one of our own parts, such as ``delivery``.
    ``since`` and ``until``: from the first moment (included) to the other (excluded).
    """

    brands: frozenset[str] | None
    person: str = ""
    act: str = ""
    item_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def on_days(self, first: date | None, last: date | None, zone: ZoneInfo) -> AuditQuery:
        """Only entries of these days, both included, as days are in the zone."""
        return replace(
            self,
            since=datetime.combine(first, time(), zone) if first else None,
            until=datetime.combine(last + timedelta(days=1), time(), zone) if last else None,
        )


def search(session: Session, wanted: AuditQuery, *, before: int | None = None, limit: int) -> list[AuditEntry]:
    """The entries that fit, the newest first; only those older than the entry ``before``, when given.

    Each brand is asked by itself: an index gives one brand's entries in their order, and those of several unsorted.
    """
    conditions = _conditions(session, wanted)
    if before is not None:
        conditions.append(col(AuditEntry.id) < before)
    statement = select(AuditEntry).where(*conditions).order_by(col(AuditEntry.id).desc()).limit(limit)
    if wanted.brands is None:
        return list(session.exec(statement))
    found = [entry for brand in wanted.brands for entry in session.exec(statement.where(AuditEntry.brand_id == brand))]
    return sorted(found, key=lambda entry: entry.id or 0, reverse=True)[:limit]


def export(database: Database, wanted: AuditQuery, *, limit: int) -> Iterator[AuditEntry]:
    """The newest entries that fit, at most ``limit``, each chunk in a transaction of its own."""
    before: int | None = None
    while limit > 0:
        with database.reading() as session:
            chunk = search(session, wanted, before=before, limit=min(CHUNK, limit))
        yield from chunk
        if len(chunk) < CHUNK:
            return
        before, limit = chunk[-1].id, limit - len(chunk)


def _conditions(session: Session, wanted: AuditQuery) -> list[ColumnElement[bool]]:
    entry = AuditEntry
    conditions: list[ColumnElement[bool]] = []
    if wanted.person:
        conditions.append(_by(session, wanted.person))
    if wanted.act:
        conditions.append(col(entry.act) == wanted.act)
    if wanted.item_id is not None:
        conditions.append(col(entry.review_item_id) == wanted.item_id)
    if wanted.since is not None:
        conditions += [col(entry.at) >= wanted.since, col(entry.id) >= first_audit_id(session, wanted.since) - NEAR]
    if wanted.until is not None:
        conditions += [col(entry.at) < wanted.until, col(entry.id) < first_audit_id(session, wanted.until) + NEAR]
    return conditions


def _by(session: Session, person: str) -> ColumnElement[bool]:
    part = person.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    people = select(User.id).where(
        or_(
            func.lower(User.name).like(f"%{part}%", escape="\\"),
            func.lower(User.email).like(f"%{part}%", escape="\\"),
        )
    )
    known = list(session.exec(people.limit(MOST_PEOPLE)))
    if known:
        return col(AuditEntry.actor_id).in_(known)
    return and_(col(AuditEntry.actor_id).is_(None), col(AuditEntry.actor) == person.casefold())
