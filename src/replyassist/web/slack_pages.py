"""``/account/slack``: link one's own account with who one is in Slack, and remove the link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from sqlmodel import Session

from replyassist.cards import linking
from replyassist.core.errors import InvalidInput

from .account_pages import ACCOUNT, Id
from .pages import PageRoute, see_other
from .visits import ActingVisitDep, RefusedAct, Visit, VisitDep

router = APIRouter(prefix=f"{ACCOUNT}/slack", route_class=PageRoute, include_in_schema=False)
LONGEST_OFFER = 2000


@router.get("")
def show_offer(visit: VisitDep, offer: Annotated[str, Query(max_length=LONGEST_OFFER)] = "") -> Response:
    """Who pressed the button, for the person to confirm that it was them."""
    return _page(visit, offer)


@router.post("")
def link(visit: ActingVisitDep, offer: Annotated[str, Form(max_length=LONGEST_OFFER)] = "") -> Response:
    """Link the accounts."""

    def act(session: Session) -> None:
        read = linking.read_offer(visit.request.app.state.settings, offer, now=visit.now)
        linking.link(session, visit.principal, read, now=visit.now)

    if error := visit.refusal_of(act):
        return _page(visit, offer, refused=RefusedAct("slack", error))
    return see_other(f"{ACCOUNT}?done=slack-linked")


@router.post("/{link_id}/remove")
def unlink(visit: ActingVisitDep, link_id: Id) -> Response:
    """Remove a link."""
    with visit.database.writing() as session:
        linking.unlink(session, visit.principal, link_id, now=visit.now)
    return see_other(f"{ACCOUNT}?done=slack-unlinked")


def _page(visit: Visit, signed: str, *, refused: RefusedAct | None = None) -> Response:
    offer = None
    try:
        offer = linking.read_offer(visit.request.app.state.settings, signed, now=visit.now)
    except InvalidInput as error:
        refused = refused or RefusedAct("slack", error)
    return visit.page(
        "slack_link.html", status=refused.error.status if refused else 200, offer=offer, signed=signed, refused=refused
    )
