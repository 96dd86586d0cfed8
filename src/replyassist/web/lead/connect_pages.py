"""``/channels/{brand}/connect``: choose a platform, try what was typed, and connect an account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from starlette.datastructures import FormData

from replyassist.channels import Adapter, Check, Tested
from replyassist.channels.connections import Connections
from replyassist.channels.endpoints import LONGEST_VALUE, ConnectionsDep
from replyassist.channels.given import without_secrets
from replyassist.channels.models import Connection
from replyassist.channels.repository import EVERY_CHANNEL
from replyassist.core.errors import ConfigurationError, InvalidInput, NotFound, ReplyassistError
from replyassist.core.security import Permission
from replyassist.faq.parameters import NO_NUL

from ..pages import PageRoute, see_other
from ..rendering import typed
from ..visits import ActingVisitDep, Visit, VisitDep
from . import words
from .account_pages import BrandPath, account_path
from .brand_choice import chosen_brand
from .channels_page import CHANNELS

router = APIRouter(prefix=CHANNELS, route_class=PageRoute, include_in_schema=False)

Short = Annotated[str, Query(max_length=60, pattern=NO_NUL)]
Name = Annotated[str, Form(max_length=60)]
Renewed = Annotated[str, Form(max_length=100_000)]
GIVEN = "given-"  # before the name of a platform's field in the form
TRIED = "tried"  # the part of the page that shows what was tried


@dataclass(frozen=True)
class _Typed:
    """What somebody typed to connect an account."""

    adapter: Adapter
    channel: str
    given: dict[str, str]
    renewed: str


async def _typed(
    request: Request, connections: ConnectionsDep, platform: Name = "", channel: Name = "", renewed: Renewed = ""
) -> _Typed:
    return _Typed(connections.adapter(platform), typed(channel).strip(), _given(await request.form()), renewed)


TypedDep = Annotated[_Typed, Depends(_typed)]


@router.get("/{brand}/connect")
def show_connect(
    visit: VisitDep, connections: ConnectionsDep, brand: BrandPath, platform: Short = "", channel: Short = ""
) -> Response:
    """The platforms; with ``platform`` its form, filled in with what may be shown where ``channel`` is connected."""
    visit.principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    if not platform:
        return _platforms(visit, connections, brand)
    adapter = connections.adapter(platform)
    known = _known(connections, adapter, brand, channel)
    return _connect_page(visit, connections, brand, _Typed(adapter, channel, known, renewed=""))


@router.post("/{brand}/connect")
def connect(visit: ActingVisitDep, connections: ConnectionsDep, brand: BrandPath, what: TypedDep) -> Response:
    """Try what was typed, keep it, and go to the account; what does not work is said in the page."""
    visit.principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    name, actor = what.adapter.traits.name, visit.principal.name
    try:
        kept, _ = connections.connect(brand, name, what.given, actor=actor, channel=what.channel, renewed=what.renewed)
    except InvalidInput as error:
        return _connect_page(visit, connections, brand, what, refused=error)
    return see_other(f"{account_path(kept)}?done=connected")


@router.post("/{brand}/try")
def try_out(visit: ActingVisitDep, connections: ConnectionsDep, brand: BrandPath, what: TypedDep) -> Response:
    """Say what works with what was typed, and keep nothing; only this part where the page's script asks."""
    visit.principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    tested: Tested | None = None
    refused: InvalidInput | None = None
    try:
        tested = connections.try_out(
            brand, what.adapter.traits.name, what.given, channel=what.channel, renewed=what.renewed
        )
        what = replace(what, renewed=tested.renewed)
    except InvalidInput as error:
        refused = error
    if visit.request.headers.get("hx-target") == TRIED:
        return visit.page(
            "lead/_tried.html",
            checks=tested.checks if tested else (),
            renewed=tested.renewed if tested else "",
            refused=refused,
            adapter=what.adapter,
            empty=_empty(what),
        )
    return _connect_page(visit, connections, brand, what, refused=refused, tested=tested)


@router.get("/{brand}/{act:path}")
def show_channels_again(visit: VisitDep, brand: BrandPath) -> Response:
    """The address of an act, loaded again, leads back to the channels."""
    visit.principal.require_for(Permission.CHANNELS_READ, brand)
    return see_other(f"{CHANNELS}?brand={quote(brand, safe='')}")


def _platforms(visit: Visit, connections: Connections, brand: str) -> Response:
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
    return visit.page(
        "lead/connect.html", choice=choice, adapters=list(connections.adapters.values()), adapter=None, L=words
    )


def _connect_page(
    visit: Visit,
    connections: Connections,
    brand: str,
    what: _Typed,
    *,
    refused: InvalidInput | None = None,
    tested: Tested | None = None,
) -> Response:
    adapter, name, brings = what.adapter, what.adapter.traits.name, what.adapter.brings
    channel = what.channel or (name if brings else EVERY_CHANNEL)
    present = _present(connections, brand, channel)
    has_made = present is not None and present.platform == name
    with visit.database.reading() as session:
        choice = chosen_brand(session, visit.principal, brand)
    return visit.page(
        "lead/connect.html",
        status=refused.status if refused else 200,
        choice=choice,
        adapters=[],
        adapter=adapter,
        brings=brings,
        channel=channel,
        present=present,
        has_made=has_made,
        shown=_shown(what, has_made=has_made),
        empty=_empty(what),
        renewed=what.renewed,
        refused=refused,
        checks=tested.checks if tested else _checks(refused),
        is_again=bool(refused or tested),
        L=words,
    )


def _given(form: FormData) -> dict[str, str]:
    """What was typed for the platform's fields."""
    values = {name.removeprefix(GIVEN): typed(str(form[name])) for name in form if name.startswith(GIVEN)}
    if too_long := next((name for name, value in values.items() if len(value) > LONGEST_VALUE), None):
        raise InvalidInput(f"has at most {LONGEST_VALUE} characters", field=too_long)
    return values


def _shown(what: _Typed, *, has_made: bool) -> dict[str, str]:
    """What the form is filled in with: no secret that somebody typed; one that we make, made once, and not again for an
    account that has it: the other side knows that one."""
    made = {
        each.name: what.given.get(each.name) or ("" if has_made else each.made())
        for each in what.adapter.fields
        if each.made is not None
    }
    return without_secrets(what.given, what.adapter) | made


def _empty(what: _Typed) -> set[str]:
    """The fields that nothing was typed into."""
    return {each.name for each in what.adapter.fields if not what.given.get(each.name, "").strip()}


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
