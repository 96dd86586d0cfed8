"""Undo what an item taught, and let it count again, from the item's page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from replyassist.core.errors import Conflict, Forbidden, NotFound
from replyassist.core.security import Permission
from replyassist.faq import learned
from replyassist.review import decisions

from .item_pages import ItemId, item_page
from .listing import ListingDep
from .pages import HOME, PageRoute, see_other
from .visits import ActingVisitDep

router = APIRouter(prefix=HOME, route_class=PageRoute, include_in_schema=False)

ExampleId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("/{item_id}/examples/{example_id}/{act}")
def change_example(
    visit: ActingVisitDep,
    listing: ListingDep,
    item_id: ItemId,
    example_id: ExampleId,
    act: Annotated[str, Path(pattern="^(withdraw|restore)$")],
) -> Response:
    """Withdraw or restore one example that this item taught, and stay."""
    try:
        with visit.database.writing() as session:
            item = decisions.visible_item(session, visit.principal, item_id)
            visit.principal.require(Permission.EXAMPLES_WRITE)
            if learned.find_example(session, item.brand_id, example_id).review_item_id != item_id:
                raise NotFound(f"the item {item_id} taught no example {example_id}")
            if act == "withdraw":
                learned.withdraw(session, item.brand_id, example_id, by=visit.principal.name, now=visit.now)
            else:
                learned.restore(session, item.brand_id, example_id)
    except (Conflict, Forbidden) as error:
        return item_page(visit, listing, item_id, problem=error)
    return see_other(listing.url(f"{HOME}/{item_id}"))
