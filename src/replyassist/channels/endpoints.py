"""``/v1/platforms`` and ``/v1/brands/{brand}/connections``: accounts at platforms; their secrets are never answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from replyassist.core.accounts import PERSON
from replyassist.core.errors import Forbidden
from replyassist.core.http import PROBLEM_RESPONSES, PrincipalDep
from replyassist.core.security import Permission

from .account import Tested
from .connections import Connections
from .models import Connection, ConnectionStatus
from .port import Adapter

router = APIRouter(prefix="/v1", tags=["connections"], responses=PROBLEM_RESPONSES)
LONGEST_VALUE = 10_000
BrandId = Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$", description="The brand, by its id.")]
Channel = Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$", description="The channel that is connected, or *.")]
Text = Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]
Value = Annotated[str, Field(max_length=LONGEST_VALUE, pattern=r"^[^\x00]*$")]


def connections_of(request: Request) -> Connections:
    """The application's connections."""
    connections: Connections = request.app.state.connections
    return connections


ConnectionsDep = Annotated[Connections, Depends(connections_of)]


class FieldOut(BaseModel):
    """One thing that connecting asks for; a secret one is taken and never told."""

    name: str
    label: str
    help: str
    is_secret: bool
    is_optional: bool


class PlatformOut(BaseModel):
    """One platform. ``proof``: what it was run against; ``sends_webhooks``: it has to be told our address."""

    name: str
    title: str
    fields: list[FieldOut]
    sends_webhooks: bool
    proof: str


class CheckOut(BaseModel):
    """What works, or does not, and why."""

    name: str
    is_ok: bool
    detail: str


class ConnectionOut(BaseModel):
    """One account. ``checked_at``: when it was last tried, with ``problem`` as the outcome (empty: it worked);
    ``pulled_at``: when new messages were last read. ``webhook_path``: where its platform sends webhooks, if it does.
    ``failures_in_row``: how often it did not answer since it last did; ``open_until``: nothing is tried before."""

    channel: str
    platform: str
    account: str
    shown_as: str
    status: ConnectionStatus
    problem: str
    checked_at: datetime | None
    pulled_at: datetime | None
    failures_in_row: int
    open_until: datetime | None
    webhook_path: str | None


class TriedConnection(ConnectionOut):
    """A connection that was just tried."""

    checks: list[CheckOut]


class ConnectBody(BaseModel):
    """The platform and what it asks for. ``channel``: empty for the platform's own name."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"platform": "file", "channel": "*", "credentials": {}}]},
    )
    platform: Text
    channel: Text = ""
    credentials: dict[Text, Value] = Field(default_factory=dict, max_length=50, repr=False)


@router.get("/platforms")
def list_platforms(*, principal: PrincipalDep, connections: ConnectionsDep) -> list[PlatformOut]:
    """Every platform that an account can be connected at, with what it asks for."""
    principal.require(Permission.CHANNELS_READ)
    return [_platform(adapter) for adapter in connections.adapters.values()]


@router.get("/brands/{brand}/connections")
def list_connections(*, brand: BrandId, principal: PrincipalDep, connections: ConnectionsDep) -> list[ConnectionOut]:
    """The brand's accounts by channel, disconnected ones too."""
    principal.require_for(Permission.CHANNELS_READ, brand)
    return [_out(each, connections) for each in connections.health([brand])]


@router.post("/brands/{brand}/connections", status_code=201)
def connect(
    *, brand: BrandId, principal: PrincipalDep, connections: ConnectionsDep, body: ConnectBody
) -> TriedConnection:
    """Try the account and keep it, in the place of one that the channel had.

    Where something does not work nothing is kept: 422, with what was tried as ``checks``. 403 for a program that gives
    what only a person may.
    """
    principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    adapter = connections.adapter(body.platform)
    if principal.kind != PERSON and any(
        each.is_for_people and body.credentials.get(each.name) for each in adapter.fields
    ):
        raise Forbidden("only a person may switch this on; this token belongs to a service")
    kept, tested = connections.connect(
        brand, body.platform, body.credentials, actor=principal.name, channel=body.channel
    )
    return _tried(kept, tested, connections)


@router.post("/brands/{brand}/connections/{channel}/test")
def test(*, brand: BrandId, channel: Channel, principal: PrincipalDep, connections: ConnectionsDep) -> TriedConnection:
    """Sign in and say what works; the outcome is kept as the connection's health."""
    principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    tested = connections.test(brand, channel)
    return _tried(connections.found(brand, channel), tested, connections)


@router.delete("/brands/{brand}/connections/{channel}", status_code=204)
def disconnect(*, brand: BrandId, channel: Channel, principal: PrincipalDep, connections: ConnectionsDep) -> None:
    """Forget the credentials; messages stay. Approved replies that wait fail, unless ``*`` takes them."""
    principal.require_for(Permission.CONNECTIONS_WRITE, brand)
    connections.disconnect(brand, channel, actor=principal.name)


def _platform(adapter: Adapter) -> PlatformOut:
    fields = [
        FieldOut(
            name=each.name,
            label=each.label,
            help=each.help,
            is_secret=each.is_secret,
            is_optional=each.default is not None,
        )
        for each in adapter.fields
    ]
    traits = adapter.traits
    return PlatformOut(
        name=traits.name,
        title=traits.title,
        fields=fields,
        sends_webhooks=adapter.inbound is not None,
        proof=traits.proof.value,
    )


def _out(connection: Connection, connections: Connections) -> ConnectionOut:
    return ConnectionOut.model_validate(
        connection.model_dump(exclude={"sealed"})
        | {"problem": connection.trouble, "webhook_path": connections.hook_path(connection)}
    )


def _tried(connection: Connection, tested: Tested, connections: Connections) -> TriedConnection:
    checks = [CheckOut.model_validate(check, from_attributes=True) for check in tested.checks]
    return TriedConnection(**_out(connection, connections).model_dump(), checks=checks)
