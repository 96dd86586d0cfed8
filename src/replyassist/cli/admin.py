"""Administration: the database, users, tokens, brands, and the doctor."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from replyassist.brands.service import (
    connect_channel,
    ensure_brand,
    get_brand,
    list_brands,
    set_abstain_threshold,
    set_time_zone,
    set_voice,
)
from replyassist.brands.voice import load_voice
from replyassist.core.accounts import PERSON, SERVICE, add_user, create_token
from replyassist.core.errors import InvalidInput
from replyassist.core.security import Role
from replyassist.delivery.channels.webhook import SECRET_PREFIX, new_secret, require_safe_url

from .common import cells, clock, console, database, output, print_json, settings
from .health import Check, run_checks

SECRET_BYTES = (24, 64)  # https://www.standardwebhooks.com: a symmetric key has 192 to 512 bits

db_app = typer.Typer(no_args_is_help=True)
user_app = typer.Typer(no_args_is_help=True)
token_app = typer.Typer(no_args_is_help=True)
brand_app = typer.Typer(no_args_is_help=True)


@db_app.callback()
@user_app.callback()
@token_app.callback()
def _group() -> None:
    """Administration."""


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the database to its newest version."""
    console.print(f"{database().engine.url.render_as_string(hide_password=True)} is up to date.", markup=False)


@user_app.command("add")
def user_add(
    email: str,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    name: Annotated[str, typer.Option()] = "",
    brand: Annotated[list[str] | None, typer.Option(help="A brand that they see; repeat for more.")] = None,
    password: Annotated[
        str | None, typer.Option(help="Asked for when not given.", envvar="REPLYASSIST_PASSWORD")
    ] = None,
    service: Annotated[
        bool, typer.Option("--service", help="A program: it has tokens, and can never approve.")
    ] = False,
) -> None:
    """Add a person who signs in, or a service that holds tokens."""
    if password is None and not service:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    with database().writing() as session:
        for brand_id in brand or []:
            get_brand(session, brand_id)
        add_user(
            session,
            email,
            name=name or email,
            role=role,
            brands=brand or [],
            password=None if service else password,
            now=clock().now(),
            kind=SERVICE if service else PERSON,
        )
    console.print(f"{email} was added as {role.value}.", markup=False)


@token_app.command("create")
def token_create(
    email: str,
    name: Annotated[str, typer.Option(help="What it is for.")] = "api",
    days: Annotated[int | None, typer.Option(min=1, help="Expires after so many days.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Make an API token for a user; it is shown once."""
    now = clock().now()
    with database().writing() as session:
        token = create_token(
            session, email, name=name, now=now, expires_at=now + timedelta(days=days) if days else None
        )
    if json:
        print_json({"token": token})
    else:
        output.print(token, markup=False, soft_wrap=True)


@brand_app.command("list")
def brand_list() -> None:
    """The brands."""
    table = Table()
    for name in ("brand", "name", "voice"):
        table.add_column(name)
    with database().reading() as session:
        for brand in list_brands(session):
            table.add_row(*cells(brand.id, brand.name, brand.voice_version[:12]))
    output.print(table)


@brand_app.command("voice")
def brand_voice(brand: str, file: Annotated[Path, typer.Argument(help="prompts/voice/<brand>.yaml")]) -> None:
    """Give a brand its voice rules; the brand is made when there is none."""
    voice = load_voice(file)
    if voice.brand != brand:
        raise InvalidInput(f"is '{voice.brand}', not '{brand}'", file=str(file), field="brand")
    with database().writing() as session:
        set_voice(session, ensure_brand(session, brand, now=clock().now(), voice=voice), voice)
    console.print(f"{brand} has voice {voice.version[:12]}.", markup=False)


@brand_app.command("threshold")
def brand_threshold(
    brand: str,
    threshold: Annotated[float | None, typer.Argument(help="Probability, 0 to 1; without it the present one.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="The setting's number again.")] = False,
) -> None:
    """How sure to be that a template answers before drafting; `eval run --report` shows what each number gives."""
    if reset and threshold is not None:
        raise InvalidInput("give a number or --reset, not both", field="threshold")
    if reset or threshold is not None:
        with database().writing() as session:
            set_abstain_threshold(session, brand, threshold)
    with database().reading() as session:
        own = get_brand(session, brand).abstain_threshold
    words = f"{own:g}" if own is not None else f"{settings().abstain_threshold:g}, as the setting says"
    console.print(f"{brand} abstains below {words}.", markup=False)


@brand_app.command("time-zone")
def brand_time_zone(
    brand: str,
    name: Annotated[str | None, typer.Argument(help="Such as Europe/Dublin; without it the present one.")] = None,
) -> None:
    """When a day of the brand begins: templates that are valid until a day end with it."""
    if name is not None:
        with database().writing() as session:
            set_time_zone(session, brand, name)
    with database().reading() as session:
        zone = get_brand(session, brand).time_zone
    console.print(f"The days of {brand} are those of {zone}.", markup=False)


@brand_app.command("connect")
def brand_connect(
    brand: str,
    channel: Annotated[str, typer.Option(help="A platform, or * for all without their own.")] = "*",
    webhook: Annotated[str | None, typer.Option(help="URL that approved replies are posted to.")] = None,
    secret: Annotated[str | None, typer.Option(help="whsec_…; made when not given.")] = None,
) -> None:
    """Say where approved replies go: to a webhook, or without one to a file."""
    if webhook is not None:
        require_safe_url(webhook)
    if secret is not None:
        require_valid_secret(secret)
    made = secret or new_secret()
    with database().writing() as session:
        get_brand(session, brand)
        connect_channel(
            session,
            brand,
            channel,
            adapter="webhook" if webhook else "file",
            url=webhook or "",
            secret=made if webhook else "",
            now=clock().now(),
        )
    if webhook:
        console.print("The receiver checks signatures with this secret (Standard Webhooks):")
        output.print(made, markup=False, soft_wrap=True)
    else:
        console.print(f"Replies of {brand} on {channel} go to a file.", markup=False)


def require_valid_secret(secret: str) -> None:
    """Raise InvalidInput unless it is a Standard Webhooks secret: whsec_ and the Base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not SECRET_BYTES[0] <= len(key) <= SECRET_BYTES[1]:
        raise InvalidInput(f"expected {SECRET_PREFIX} and the Base64 of 24 to 64 random bytes", field="--secret")


def doctor(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """What is configured, reachable and missing."""
    checks = run_checks(settings())
    if json:
        print_json([{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks])
    else:
        output.print(_table(checks))
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _table(checks: list[Check]) -> Table:
    table = Table()
    for name in ("", "what", "detail"):
        table.add_column(name, overflow="fold")
    for check in checks:
        table.add_row("[green]ok[/green]" if check.ok else "[red]missing[/red]", *cells(check.name, check.detail))
    return table
