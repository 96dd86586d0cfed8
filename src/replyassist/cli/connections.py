"""``brand connect``, ``brand connections`` and ``brand disconnect``: the accounts of a brand."""

from __future__ import annotations

import base64
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import typer

from replyassist.channels import Tested
from replyassist.channels.connections import Connections
from replyassist.channels.registry import PLATFORMS, adapter_named
from replyassist.channels.webhook.send import SECRET_PREFIX, new_secret, require_safe_url
from replyassist.core.errors import InvalidInput
from replyassist.core.text_files import read_text

from .common import clock, console, database, output, print_json, settings, table_of

ACTOR = "command line"
SECRET_BYTES = (24, 64)  # https://www.standardwebhooks.com: a symmetric key has 192 to 512 bits


def brand_connect(
    brand: str,
    channel: Annotated[str, typer.Option(help="A platform, or * for all without their own.")] = "*",
    webhook: Annotated[str | None, typer.Option(help="URL that approved replies are posted to.")] = None,
    secret: Annotated[str | None, typer.Option(help="whsec_…; made when not given.")] = None,
    platform: Annotated[str | None, typer.Option(help=f"One of {', '.join(PLATFORMS)}.")] = None,
    given: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE, or NAME=@FILE for a secret.")] = None,
) -> None:
    """Connect an account: by platform, or say where approved replies go: to a webhook, or without one to a file."""
    if platform is not None:
        _connect(brand, platform, given or [], channel="" if channel == "*" else channel)
        return
    if webhook is not None:
        require_safe_url(webhook)
    if secret is not None:
        require_valid_secret(secret)
    made = secret or new_secret()
    credentials = {"url": webhook, "secret": made} if webhook else {}
    _connections().connect(brand, "webhook" if webhook else "file", credentials, actor=ACTOR, channel=channel)
    if webhook:
        console.print("The receiver checks signatures with this secret (Standard Webhooks):")
        output.print(made, markup=False, soft_wrap=True)
    else:
        console.print(f"Replies of {brand} on {channel} go to a file.", markup=False)


def brand_disconnect(brand: str, channel: str) -> None:
    """Forget an account's credentials; its messages stay."""
    _connections().disconnect(brand, channel, actor=ACTOR)
    console.print(f"{brand} is no longer connected to {channel}.", markup=False)


def brand_connections(
    brand: Annotated[str | None, typer.Argument()] = None,
    test: Annotated[bool, typer.Option("--test", help="Sign in to each and say what works.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """The accounts that are connected, and how they do."""
    connections = _connections()
    found = connections.health([brand] if brand else None)
    if test:
        for each in found:
            if each.status != "disconnected":
                console.print(f"{each.brand_id}, {each.channel}:", markup=False)
                _say(connections.test(each.brand_id, each.channel))
        found = connections.health([brand] if brand else None)
    names = ("brand_id", "channel", "platform", "shown_as", "status", "problem")
    if json:
        print_json([{name: getattr(each, name) for name in names} for each in found])
        return
    columns = ("brand", "channel", "platform", "account", "status", "problem")
    output.print(table_of(columns, (attrgetter(*names)(each) for each in found)))


def require_valid_secret(secret: str) -> None:
    """Raise InvalidInput unless it is a Standard Webhooks secret: whsec_ and the Base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not SECRET_BYTES[0] <= len(key) <= SECRET_BYTES[1]:
        raise InvalidInput(f"expected {SECRET_PREFIX} and the Base64 of 24 to 64 random bytes", field="--secret")


def _connect(brand: str, platform: str, given: list[str], *, channel: str) -> None:
    adapter = adapter_named(platform)
    credentials = dict(map(_pair, given))
    for field in adapter.fields:
        if field.name not in credentials and field.default is None:
            label = f"{field.label} ({field.help})" if field.help else field.label
            credentials[field.name] = str(typer.prompt(label, hide_input=field.is_secret, err=True))
    connection, tested = _connections().connect(brand, platform, credentials, actor=ACTOR, channel=channel)
    _say(tested)
    console.print(
        f"{brand} is connected to {adapter.traits.title} as the channel '{connection.channel}'.", markup=False
    )
    if adapter.inbound is not None:
        console.print(f"Its webhooks go to /v1/hooks/{brand}/{connection.channel}", markup=False)


def _say(tested: Tested) -> None:
    for check in tested.checks:
        console.print(f"{'ok ' if check.is_ok else 'NO '} {check.name}: {check.detail}", markup=False)


def _pair(given: str) -> tuple[str, str]:
    name, mark, value = given.partition("=")
    if not mark:
        raise InvalidInput("expected NAME=VALUE", field="--set")
    return name, read_text(Path(value[1:])).text.strip() if value.startswith("@") else value


def _connections() -> Connections:
    return Connections.of(database(), settings(), clock())
