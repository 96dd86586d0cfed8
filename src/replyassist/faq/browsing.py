"""A brand's templates page by page: those that fit a filter, with what speaks for them being out of date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlmodel import Session

from replyassist.brands.service import get_brand

from . import repository
from .cursors import cursor_after, place_of
from .repository import StoredTemplate

ENDS_SOON = timedelta(days=14)
"""Time enough to ask somebody what comes after it; set by hand."""
UNCONFIRMED = timedelta(days=180)
"""Facts that nobody wrote or confirmed for half a year; set by hand."""


class Staleness(StrEnum):
    """Why a template may be out of date."""

    ENDED = "ended"  # its last day has passed: it is never used
    ENDS_SOON = "ends_soon"
    UNCONFIRMED = "unconfirmed"  # it states facts that nobody looked at for long


class Validity(StrEnum):
    """Where a day stands to the days of a template."""

    NOW = "now"
    LATER = "later"  # it begins after this day
    ENDED = "ended"


@dataclass(frozen=True)
class TemplateFilter:
    """Which templates to list; None means any. ``query``: all its words are in id, title, questions, reply or tags.

    ``also_stale``: ids of templates that are out of date for another reason than ``staleness_of`` can tell.
    ``today`` is the day of ``validity`` and of what is stale, and ``now`` the time; both are needed for those only.
    """

    tag: str | None = None
    query: str | None = None
    template_id: str | None = None
    route: str | None = None
    channel: str | None = None
    validity: Validity | None = None
    is_stale: bool = False
    also_stale: frozenset[str] = frozenset()
    today: date = date.max
    now: datetime | None = None


@dataclass(frozen=True)
class TemplatePage:
    """Some templates and where the next ones begin; ``next_cursor`` is None at the end."""

    items: list[StoredTemplate]
    next_cursor: str | None


def browse(
    session: Session, brand_id: str, wanted: TemplateFilter, *, cursor: str | None = None, limit: int = 50
) -> TemplatePage:
    """One page of the templates in use, by id. Raise NotFound for an unknown brand, InvalidInput for a foreign
    cursor."""
    get_brand(session, brand_id)
    after = place_of(cursor) if cursor else None
    rows = repository.active(session, brand_id, after=after, template_id=wanted.template_id)
    found = list(islice(_matching(rows, wanted), limit + 1))
    items = found[:limit]
    return TemplatePage(items, cursor_after(items[-1].template_id) if len(found) > limit else None)


def staleness_of(stored: StoredTemplate, *, today: date, now: datetime) -> tuple[Staleness, ...]:
    """Everything that speaks for a template being out of date on this day, the worst first."""
    ends = _day(stored.document["valid_until"])
    found = []
    if ends is not None and ends < today:
        found.append(Staleness.ENDED)
    elif ends is not None and ends <= today + ENDS_SOON:
        found.append(Staleness.ENDS_SOON)
    if now - stored.right_since > UNCONFIRMED and states_facts(stored.document):
        found.append(Staleness.UNCONFIRMED)
    return tuple(found)


def states_facts(document: dict[str, Any]) -> bool:
    """Whether the reply holds facts, or figures, that may change."""
    return bool(document["facts"]) or any(character.isdigit() for character in document["reply"])


def validity_of(document: dict[str, Any], today: date) -> Validity:
    """Whether the template may be used on this day, or when."""
    begins, ends = _day(document["valid_from"]), _day(document["valid_until"])
    if ends is not None and ends < today:
        return Validity.ENDED
    return Validity.LATER if begins is not None and begins > today else Validity.NOW


def _matching(rows: Iterable[StoredTemplate], wanted: TemplateFilter) -> Iterator[StoredTemplate]:
    words = wanted.query.casefold().split() if wanted.query else []
    for row in rows:
        text = _searched_text(row.document) if words else ""
        if all(word in text for word in words) and _fits(row, wanted):
            yield row


def _fits(row: StoredTemplate, wanted: TemplateFilter) -> bool:
    document = row.document
    return (
        (wanted.tag is None or wanted.tag in document["tags"])
        and (wanted.route is None or wanted.route == document["route"])
        and (wanted.channel is None or not document["channels"] or wanted.channel in document["channels"])
        and (wanted.validity is None or wanted.validity is validity_of(document, wanted.today))
        and (not wanted.is_stale or _is_stale(row, wanted))
    )


def _is_stale(row: StoredTemplate, wanted: TemplateFilter) -> bool:
    if row.template_id in wanted.also_stale:
        return True
    return wanted.now is not None and bool(staleness_of(row, today=wanted.today, now=wanted.now))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _searched_text(document: dict[str, Any]) -> str:
    parts = [document["id"], document["title"], document["reply"], *document["questions"], *document["tags"]]
    return "\n".join(parts).casefold()
