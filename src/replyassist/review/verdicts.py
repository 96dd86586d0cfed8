"""The verdicts that a list shows: those that are kept, but where what they rest on has changed since.

``checking.keep_verdict`` keeps a verdict in step with every move of its item; templates, voice and calendar change
without one. Whether they have is told from columns; only such items are held against the checks anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.brands.repository import brands_by_id
from replyassist.brands.service import voice_of
from replyassist.faq.service import templates_in_use
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict

from .checking import shown
from .models import OPEN, ReviewItem, ReviewStatus
from .repository.lists import with_proposals
from .standing import why_not_here
from .surroundings import surroundings_of


def current_verdicts(
    session: Session, items: Sequence[ReviewItem], *, now: datetime, brands: Mapping[str, Brand] | None = None
) -> dict[int, Verdict | None]:
    """The verdict of each item's draft as things stand, by item id: what ``checking.shown`` says of it.

    ``brands``: those of the items by id, where they were read just now.
    """
    drafts = [item for item in items if ReviewStatus(item.status) in OPEN and item.draft]
    needed = {item.brand_id for item in drafts}
    if brands is None or not needed <= brands.keys():
        brands = brands_by_id(session, needed)
    voices = {brand_id: voice_of(brands[brand_id]).version for brand_id in needed}
    keys = {(item.brand_id, template_id) for item in drafts for template_id, _ in item.template_versions}
    templates = templates_in_use(session, keys)
    changed = [
        item
        for item in drafts
        if item.voice_version != voices[item.brand_id]
        or _templates_changed(item, brands[item.brand_id], templates, now=now)
    ]
    found = {item.id or 0: Verdict(item.verdict) if item.verdict else None for item in items}
    whole = with_proposals(session, changed)
    for item, around in zip(whole, surroundings_of(session, whole), strict=True):
        found[item.id or 0] = shown(item, around, now=now)[0]
    return found


def _templates_changed(
    item: ReviewItem, brand: Brand, templates: dict[tuple[str, str], ReplyTemplate], *, now: datetime
) -> bool:
    """Whether one of them reads differently now, is gone, or may not be used here today."""
    for template_id, version in item.template_versions:
        template = templates.get((item.brand_id, template_id))
        if template is None or template.version != version:
            return True
        if why_not_here(template, channel=item.channel, visibility=item.visibility, day=brand.day(now)):
            return True
    return False
