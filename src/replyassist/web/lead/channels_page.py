"""``/channels``: what comes in and goes out on a brand's channels, and what needs a look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from replyassist.channels.endpoints import ConnectionsDep
from replyassist.channels.models import ConnectionStatus
from replyassist.channels.repository import newest_acts
from replyassist.core.security import Permission
from replyassist.delivery.endpoints import sending_of
from replyassist.delivery.repository.health import channels_of

from ..pages import PageRoute
from ..visits import VisitDep
from . import words
from .brand_choice import chosen_brand

CHANNELS = "/channels"
router = APIRouter(prefix=CHANNELS, route_class=PageRoute, include_in_schema=False)


@router.get("")
def show_channels(
    visit: VisitDep,
    connections: ConnectionsDep,
    brand: Annotated[str, Query(max_length=60)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The accounts and the channels of one brand. ``done`` is what was just done."""
    visit.principal.require(Permission.CHANNELS_READ)
    now = visit.now
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
        channels = channels_of(session, choice.brand.id, now=now)
        acts = newest_acts(session, choice.brand.id)
        sending = sending_of(session, choice.brand.id, now=now)
    known = connections.health([choice.brand.id])
    return visit.page(
        "lead/channels.html",
        choice=choice,
        channels=channels,
        acts=acts,
        sending=sending,
        accounts=[each for each in known if each.status != ConnectionStatus.DISCONNECTED],
        titles={name: adapter.traits.title for name, adapter in connections.adapters.items()},
        may_change=visit.principal.may(Permission.CONNECTIONS_WRITE),
        is_disconnected=done == "disconnected",
        L=words,
    )
