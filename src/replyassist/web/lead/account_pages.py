"""``/channels/{brand}/accounts/{channel}``: look after a connected account, and let it go."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response

from replyassist.cards.posting import cards_channel
from replyassist.channels import Tested
from replyassist.channels.connections import Connections
from replyassist.channels.endpoints import ConnectionsDep
from replyassist.channels.models import Connection
from replyassist.channels.repository import EVERY_CHANNEL, connection_for, newest_acts
from replyassist.core.security import Permission
from replyassist.delivery.endpoints import sending_of
from replyassist.delivery.repository.health import channels_of, waiting_for
from replyassist.faq.parameters import NO_NUL

from ..pages import PageRoute, see_other
from ..public_address import address_for
from ..visits import ActingVisitDep, Visit, VisitDep
from . import words
from .brand_choice import chosen_brand
from .channels_page import CHANNELS

router = APIRouter(prefix=CHANNELS, route_class=PageRoute, include_in_schema=False)

BrandPath = Annotated[str, Path(max_length=60, pattern=NO_NUL)]
ChannelPath = Annotated[str, Path(max_length=60, pattern=NO_NUL)]


@router.get("/{brand}/accounts/{channel}")
def show_account(
    visit: VisitDep,
    connections: ConnectionsDep,
    brand: BrandPath,
    channel: ChannelPath,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One account: how it does, where its platform sends webhooks, and its end."""
    return _account_page(visit, connections, brand, channel, done=done)


@router.post("/{brand}/accounts/{channel}/test")
def test_now(visit: ActingVisitDep, connections: ConnectionsDep, brand: BrandPath, channel: ChannelPath) -> Response:
    """Sign in now, and show what works."""
    visit.principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    return _account_page(visit, connections, brand, channel, tested=connections.test(brand, channel))


@router.post("/{brand}/accounts/{channel}/disconnect")
def disconnect(visit: ActingVisitDep, connections: ConnectionsDep, brand: BrandPath, channel: ChannelPath) -> Response:
    """Forget the account's credentials, and go to the channels."""
    visit.principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    connections.disconnect(brand, channel, actor=visit.principal.name)
    return see_other(f"{CHANNELS}?brand={quote(brand, safe='')}&done=disconnected")


def account_path(connection: Connection) -> str:
    """The address of an account's page."""
    return f"{CHANNELS}/{connection.brand_id}/accounts/{connection.channel}"


def _account_page(
    visit: Visit, connections: Connections, brand: str, channel: str, *, done: str = "", tested: Tested | None = None
) -> Response:
    visit.principal.require_for(Permission.CHANNELS_READ, brand)
    connection = connections.found(brand, channel)
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
        health = next((each for each in channels_of(session, brand, now=visit.now) if each.channel == channel), None)
        waiting = waiting_for(session, connection)
        acts = newest_acts(session, brand, channel)
        sending = sending_of(session, brand, now=visit.now)
        stands_in = connection_for(session, brand, EVERY_CHANNEL) if channel != EVERY_CHANNEL else None
    path = connections.hook_path(connection)
    return visit.page(
        "lead/account.html",
        choice=choice,
        connection=connection,
        adapter=connections.adapter(connection.platform),
        health=health,
        waiting=waiting,
        acts=acts,
        sending=sending,
        channel=channel,
        stands_in=stands_in and connections.adapter(stands_in.platform).traits.title,
        hook=path and address_for(visit.request, path),
        cards=_cards(visit, connections, connection),
        checks=tested.checks if tested else (),
        may_change=visit.principal.may(Permission.CONNECTIONS_WRITE),
        is_new=done == "connected",
        L=words,
    )


def _cards(visit: Visit, connections: Connections, connection: Connection) -> dict[str, str] | None:
    """Where Slack shows cards, and sends what people press on them (empty: they are off); None where there are none."""
    shown_in = cards_channel(connections, connection) if connection.platform == "slack" else ""
    path = f"/v1/cards/{connection.brand_id}/{connection.channel}"
    address = address_for(visit.request, path) if connections.runtime.slack_signing_secret else ""
    return {"channel": shown_in, "address": address} if shown_in else None
