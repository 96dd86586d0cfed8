"""The queue for whoever may read it: a page of it, and one item whole. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.security import Permission

from .decisions import visible_item
from .list_order import QueueFilter, cursor_of, place_of
from .policies.rules import sees_what_leads_see
from .repository.lists import list_items
from .views import ReviewDetail, ReviewPage, detail, summaries


def queue_page(
    session: Session,
    principal: Principal,
    wanted: QueueFilter,
    *,
    brand: str | None,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> ReviewPage:
    """A page of what somebody may see of one brand, or of all of theirs; ``brands`` of ``wanted`` do not count.

    Raises Forbidden, NotFound for a brand that is not theirs, and InvalidInput for a cursor of another list.
    """
    principal.require(Permission.QUEUE_READ)
    if brand is not None:
        principal.require_brand(brand)
    brands = principal.brands if brand is None else frozenset({brand})
    wanted = replace(wanted, brands=brands, now=now, for_leads=sees_what_leads_see(principal))
    found = list_items(session, wanted, after=place_of(cursor), limit=limit + 1)
    page = found[:limit]
    more = cursor_of(page[-1], wanted) if len(found) > limit else None
    return ReviewPage(items=summaries(session, page, now=now), next_cursor=more)


def item_detail(session: Session, principal: Principal, item_id: int, *, now: datetime) -> ReviewDetail:
    """One item whole; raise Forbidden, and NotFound for one that they may not see."""
    return detail(session, visible_item(session, principal, item_id), now=now)
