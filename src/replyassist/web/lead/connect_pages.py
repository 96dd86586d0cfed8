"""``/channels/{brand}/connect`` and ``…/accounts/{channel}``: connect an account, look after it, and let it go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from starlette.datastructures import FormData

from replyassist.cards.posting import cards_channel
from replyassist.channels import Adapter, Check, Tested
from replyassist.channels.connections import Connections
from replyassist.channels.endpoints import LONGEST_VALUE, ConnectionsDep
from replyassist.channels.given import without_secrets
from replyassist.channels.models import Connection
from replyassist.channels.repository import EVERY_CHANNEL, connection_for, newest_acts
from replyassist.core.errors import ConfigurationError, InvalidInput, NotFound, ReplyassistError
from replyassist.core.security import Permission
from replyassist.delivery.endpoints import sending_of
from replyassist.delivery.repository.health import channels_of, waiting_for
from replyassist.faq.parameters import NO_NUL

from ..pages import PageRoute, page, see_other
from ..public_address import address_for
from ..rendering import typed
from ..visits import ActingVisitDep, Visit, VisitDep
from . import words
from .brand_choice import chosen_brand
from .channels_page import CHANNELS

router = APIRouter(prefix=CHANNELS, route_class=PageRoute, include_in_schema=False)

BrandPath = Annotated[str, Path(max_length=60, pattern=NO_NUL)]
ChannelPath = Annotated[str, Path(max_length=60, pattern=NO_NUL)]
Short = Annotated[str, Query(max_length=60, pattern=NO_NUL)]
Name = Annotated[str, Form(max_length=60)]
Renewed = Annotated[str, Form(max_length=100_000)]
GIVEN = "given-"  # before the name of a platform's field in the form
TRIED = "tried"  # the part of the page that shows what was tried


async def _form(request: Request) -> FormData:
    return await request.form()


FormDep = Annotated[FormData, Depends(_form)]


@router.get("/{brand}/connect")
def show_connect(
    visit: VisitDep, connections: ConnectionsDep, brand: BrandPath, platform: Short = "", channel: Short = ""
) -> Response:
    """The platforms; with ``platform`` its form, filled in with what may be shown where ``channel`` is connected."""
    _require(visit, brand, Permission.CONNECTIONS_WRITE)
    if not platform:
        return _platforms(visit, connections, brand)
    adapter = connections.adapter(platform)
    return _connect_page(
        visit, connections, brand, adapter, channel=channel, given=_known(connections, adapter, brand, channel)
    )


@router.post("/{brand}/connect")
def connect(
    visit: ActingVisitDep,
    connections: ConnectionsDep,
    brand: BrandPath,
    form: FormDep,
    platform: Name = "",
    channel: Name = "",
    renewed: Renewed = "",
) -> Response:
    """Try what was typed, keep it, and go to the account; what does not work is said in the page."""
    _require(visit, brand, Permission.CONNECTIONS_WRITE)
    adapter, channel, given = connections.adapter(platform), typed(channel).strip(), _given(form)
    try:
        kept, _ = connections.connect(
            brand, platform, given, actor=visit.principal.name, channel=channel, renewed=renewed
        )
    except InvalidInput as error:
        return _connect_page(
            visit, connections, brand, adapter, channel=channel, given=given, refused=error, renewed=renewed
        )
    return see_other(f"{_account_path(kept)}?done=connected")


@router.post("/{brand}/try")
def try_out(
    visit: ActingVisitDep,
    connections: ConnectionsDep,
    brand: BrandPath,
    form: FormDep,
    platform: Name = "",
    channel: Name = "",
    renewed: Renewed = "",
) -> Response:
    """Say what works with what was typed, and keep nothing; only this part where the page's script asks."""
    _require(visit, brand, Permission.CONNECTIONS_WRITE)
    adapter, channel, given = connections.adapter(platform), typed(channel).strip(), _given(form)
    tested: Tested | None = None
    refused: InvalidInput | None = None
    try:
        tested = connections.try_out(brand, platform, given, channel=channel, renewed=renewed)
    except InvalidInput as error:
        refused = error
    if visit.request.headers.get("hx-target") == TRIED:
        checks = tested.checks if tested else ()
        shown: dict[str, Any] = {"refused": refused, "adapter": adapter, "empty": _empty(adapter, given)}
        return page(visit.request, "lead/_tried.html", checks=checks, renewed=tested.renewed if tested else "", **shown)
    return _connect_page(
        visit,
        connections,
        brand,
        adapter,
        channel=channel,
        given=given,
        refused=refused,
        tested=tested,
        renewed=tested.renewed if tested else renewed,
    )


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
    _require(visit, brand, Permission.CONNECTIONS_WRITE)
    return _account_page(visit, connections, brand, channel, tested=connections.test(brand, channel))


@router.post("/{brand}/accounts/{channel}/disconnect")
def disconnect(visit: ActingVisitDep, connections: ConnectionsDep, brand: BrandPath, channel: ChannelPath) -> Response:
    """Forget the account's credentials, and go to the channels."""
    _require(visit, brand, Permission.CONNECTIONS_WRITE)
    connections.disconnect(brand, channel, actor=visit.principal.name)
    return see_other(f"{CHANNELS}?brand={quote(brand, safe='')}&done=disconnected")


@router.get("/{brand}/{act:path}")
def show_channels_again(visit: VisitDep, brand: BrandPath) -> Response:
    """The address of an act, loaded again, leads back to the channels."""
    _require(visit, brand, Permission.CHANNELS_READ)
    return see_other(f"{CHANNELS}?brand={quote(brand, safe='')}")


def _platforms(visit: Visit, connections: Connections, brand: str) -> Response:
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
    return page(
        visit.request,
        "lead/connect.html",
        principal=visit.principal,
        choice=choice,
        adapters=list(connections.adapters.values()),
        adapter=None,
        L=words,
    )


def _connect_page(
    visit: Visit,
    connections: Connections,
    brand: str,
    adapter: Adapter,
    *,
    channel: str,
    given: Mapping[str, str],
    refused: InvalidInput | None = None,
    tested: Tested | None = None,
    renewed: str = "",
) -> Response:
    name = adapter.traits.name
    brings = adapter.brings
    channel = channel or (name if brings else EVERY_CHANNEL)
    present = _present(connections, brand, channel)
    has_made = present is not None and present.platform == name
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
    return page(
        visit.request,
        "lead/connect.html",
        status=refused.status if refused else 200,
        principal=visit.principal,
        choice=choice,
        adapters=[],
        adapter=adapter,
        brings=brings,
        channel=channel,
        present=present,
        has_made=has_made,
        shown=_shown(adapter, given, has_made=has_made),
        empty=_empty(adapter, given),
        renewed=renewed,
        refused=refused,
        checks=tested.checks if tested else _checks(refused),
        is_again=bool(refused or tested),
        L=words,
    )


def _account_page(
    visit: Visit, connections: Connections, brand: str, channel: str, *, done: str = "", tested: Tested | None = None
) -> Response:
    _require(visit, brand, Permission.CHANNELS_READ)
    connection = connections.found(brand, channel)
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
        health = next((each for each in channels_of(session, brand, now=visit.now) if each.channel == channel), None)
        waiting = waiting_for(session, connection)
        acts = newest_acts(session, brand, channel)
        sending = sending_of(session, brand, now=visit.now)
        stands_in = connection_for(session, brand, EVERY_CHANNEL) if channel != EVERY_CHANNEL else None
    path = connections.hook_path(connection)
    return page(
        visit.request,
        "lead/account.html",
        principal=visit.principal,
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
        now=visit.now,
    )


def _cards(visit: Visit, connections: Connections, connection: Connection) -> dict[str, str] | None:
    """Where Slack shows cards, and sends what people press on them; None where there are none."""
    shown_in = cards_channel(connections, connection) if connection.platform == "slack" else ""
    path = f"/v1/cards/{connection.brand_id}/{connection.channel}"
    return {"channel": shown_in, "address": address_for(visit.request, path)} if shown_in else None


def _require(visit: Visit, brand: str, permission: Permission) -> None:
    visit.principal.require(permission)
    visit.principal.require_brand(brand)


def _given(form: FormData) -> dict[str, str]:
    """What was typed for the platform's fields."""
    values = {name.removeprefix(GIVEN): typed(str(form[name])) for name in form if name.startswith(GIVEN)}
    if too_long := next((name for name, value in values.items() if len(value) > LONGEST_VALUE), None):
        raise InvalidInput(f"has at most {LONGEST_VALUE} characters", field=too_long)
    return values


def _shown(adapter: Adapter, given: Mapping[str, str], *, has_made: bool) -> dict[str, str]:
    """What the form is filled in with: no secret that somebody typed; one that we make, made once, and not again for an
    account that has it: the other side knows that one."""
    made = {
        each.name: given.get(each.name) or ("" if has_made else each.made())
        for each in adapter.fields
        if each.made is not None
    }
    return without_secrets(given, adapter) | made


def _empty(adapter: Adapter, given: Mapping[str, str]) -> set[str]:
    """The fields that nothing was typed into."""
    return {each.name for each in adapter.fields if not given.get(each.name, "").strip()}


def _known(connections: Connections, adapter: Adapter, brand: str, channel: str) -> dict[str, str]:
    """What may be shown of the account that the channel has now."""
    present = _present(connections, brand, channel)
    if present is None or present.platform != adapter.traits.name:
        return {}
    try:
        return without_secrets(connections.account(present).credentials, adapter)
    except ConfigurationError:
        return {}


def _present(connections: Connections, brand: str, channel: str) -> Connection | None:
    try:
        return connections.found(brand, channel)
    except NotFound:
        return None


def _checks(refused: ReplyassistError | None) -> tuple[Check, ...]:
    return tuple(Check(**each) for each in refused.extra.get("checks", ())) if refused else ()


def _account_path(connection: Connection) -> str:
    return f"{CHANNELS}/{connection.brand_id}/accounts/{connection.channel}"
