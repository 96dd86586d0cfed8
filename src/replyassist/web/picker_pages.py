"""Templates and saved replies inside the editor: find one, insert it, keep the text as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response
from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.errors import Conflict, Forbidden, InvalidInput
from replyassist.core.security import Permission
from replyassist.faq.browsing import TemplateFilter, browse
from replyassist.faq.service import get_template, templates_in_use
from replyassist.faq.template import ReplyTemplate, TemplateRoute
from replyassist.inbox.service import load
from replyassist.review import decisions
from replyassist.review.models import ReviewItem
from replyassist.review.teamwork import saved

from .acts import ActedOn, ActedOnDep, Line
from .item_pages import ItemId, item_page
from .listing import Listing, ListingDep
from .pages import HOME, PageRoute, is_partial
from .rendering import typed
from .visits import Visit, VisitDep

router = APIRouter(prefix=HOME, route_class=PageRoute, include_in_schema=False)

SHOWN = 8
SavedId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True)
class Pick:
    """A template that can be inserted; ``fits``: it is for this channel, visibility and day, and for drafts."""

    template: ReplyTemplate
    fits: bool


@router.get("/{item_id}/pick")
def find_templates(
    visit: VisitDep, listing: ListingDep, item_id: ItemId, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """For htmx: the brand's templates with all these words; without any, those that were found for the message."""
    with visit.database.reading() as session:
        item = decisions.visible_item(session, visit.principal, item_id)
        visit.principal.require(Permission.TEMPLATES_READ)
        picks = _picks(session, item, q.replace("\x00", "").strip(), now=visit.now)
    return visit.page("_picked.html", picks=picks, item=item, listing=listing)


@router.post("/{item_id}/pick")
def show_picker(on: ActedOnDep, q: Line = "") -> Response:
    """Without scripts: a page to pick a template or a saved reply from; the text that was typed goes with it."""
    words = typed(q).strip()
    with on.database.reading() as session:
        item = decisions.visible_item(session, on.principal, on.item_id)
        on.principal.require(Permission.TEMPLATES_READ)
        picks = _picks(session, item, words, now=on.now)
        replies = saved.saved_replies(session, on.principal, item.brand_id)
    return on.page(
        "pick.html",
        listing=on.listing,
        item=item,
        picks=picks,
        replies=replies,
        words_asked=words,
        text=on.text or "",
    )


@router.get("/{item_id}/saved")
def list_saved(visit: VisitDep, listing: ListingDep, item_id: ItemId) -> Response:
    """For htmx: the replies that were saved."""
    with visit.database.reading() as session:
        item = decisions.visible_item(session, visit.principal, item_id)
        return _saved_list(visit, session, item, listing)


@router.post("/{item_id}/insert")
def insert(on: ActedOnDep, template_id: Line = "", saved_id: Annotated[int | None, Form(ge=1)] = None) -> Response:
    """Without scripts: the item again, with the template's or the saved reply behind what was typed."""
    with on.database.reading() as session:
        item = decisions.visible_item(session, on.principal, on.item_id)
        if saved_id is not None:
            more = saved.get(session, on.principal, item.brand_id, saved_id).text
        else:
            on.principal.require(Permission.TEMPLATES_READ)
            more = get_template(session, item.brand_id, typed(template_id)).rendered_reply
    text = "\n\n".join(part for part in ((on.text or "").strip(), more) if part)
    return item_page(on, on.listing, on.item_id, text=text)


@router.post("/{item_id}/saved")
def keep_text(on: ActedOnDep, title: Line = "", is_shared: Annotated[bool, Form()] = False) -> Response:
    """Keep the text of the editor under a title."""

    def act(session: Session, brand_id: str) -> None:
        text, now = on.text or "", on.now
        saved.save(session, on.principal, brand_id, title=typed(title), text=text, is_shared=is_shared, now=now)

    return _change(on, act)


@router.post("/{item_id}/saved/{saved_id}/delete")
def throw_away(on: ActedOnDep, saved_id: SavedId) -> Response:
    """Delete a saved reply."""
    return _change(on, lambda session, brand_id: saved.delete(session, on.principal, brand_id, saved_id))


def _change(on: ActedOn, act: Callable[[Session, str], None]) -> Response:
    """Change the saved replies and show them; a refusal shows the item with the reason and the text."""
    try:
        with on.database.writing() as session:
            item = decisions.visible_item(session, on.principal, on.item_id)
            act(session, item.brand_id)
    except (InvalidInput, Forbidden, Conflict) as error:
        refused = on.refused(error)
        refused.headers["HX-Retarget"] = "#main"
        return refused
    if not is_partial(on.request):
        return item_page(on, on.listing, on.item_id, text=on.text)
    with on.database.reading() as session:
        return _saved_list(on, session, item, on.listing)


def _saved_list(visit: Visit, session: Session, item: ReviewItem, listing: Listing) -> Response:
    return visit.page(
        "_saved.html",
        replies=saved.saved_replies(session, visit.principal, item.brand_id),
        item=item,
        listing=listing,
        may_share=visit.principal.may(Permission.SAVED_REPLIES_SHARE),
    )


def _picks(session: Session, item: ReviewItem, words: str, *, now: datetime) -> list[Pick]:
    brand = get_brand(session, item.brand_id)
    visibility, day = load(session, item.message_id).conversation.visibility, brand.day(now)
    found = [] if words else [match.template_id for match in item.proposal.templates]
    near = templates_in_use(session, [(item.brand_id, template_id) for template_id in found])
    templates = list(near.values()) or [
        ReplyTemplate.model_validate(stored.document)
        for stored in browse(
            session, item.brand_id, TemplateFilter(query=words or None), cursor=None, limit=SHOWN
        ).items
    ]
    return [
        Pick(
            template,
            template.route is TemplateRoute.DRAFT
            and template.fits(channel=item.channel, visibility=visibility, day=day),
        )
        for template in templates
    ]
