"""Administration: the database, brands, and the doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from replyassist.brands.repository import list_brands
from replyassist.brands.service import ensure_brand, get_brand, set_abstain_threshold, set_time_zone, set_voice
from replyassist.brands.voice import load_voice
from replyassist.core.errors import InvalidInput

from .backup import backup, restore
from .common import cells, clock, console, database, output, print_json, settings
from .connections import brand_connect, brand_connections, brand_disconnect
from .health import HealthCheck, run_checks

db_app = typer.Typer(no_args_is_help=True)
brand_app = typer.Typer(no_args_is_help=True)
db_app.command("backup")(backup)
db_app.command("restore")(restore)
brand_app.command("connect")(brand_connect)
brand_app.command("connections")(brand_connections)
brand_app.command("disconnect")(brand_disconnect)


@db_app.callback()
def _group() -> None:
    """Administration."""


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the database to its newest version."""
    console.print(f"{database().engine.url.render_as_string(hide_password=True)} is up to date.", markup=False)


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


def doctor(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """What is configured, reachable and missing."""
    checks = run_checks(settings())
    if json:
        print_json([{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks])
    else:
        output.print(_table(checks))
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _table(checks: list[HealthCheck]) -> Table:
    table = Table()
    for name in ("", "what", "detail"):
        table.add_column(name, overflow="fold")
    for check in checks:
        table.add_row("[green]ok[/green]" if check.ok else "[red]missing[/red]", *cells(check.name, check.detail))
    return table
