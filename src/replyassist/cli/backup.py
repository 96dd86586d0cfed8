"""``replyassist db backup`` and ``db restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from replyassist import __version__
from replyassist.app import upgrade_database
from replyassist.brands.repository import list_brands
from replyassist.core.backup import opened_backup, write_backup
from replyassist.core.database import Database
from replyassist.core.errors import ConfigurationError
from replyassist.core.jobs import Heartbeats
from replyassist.core.restoring import lift_mark, marked, require_alone, restore_database, restore_home
from replyassist.core.settings import Settings
from replyassist.delivery.restored import doubt_under_way

from .common import clock, console, database, print_json, settings


def backup(
    file: Annotated[Path, typer.Argument(help="Where the archive goes; one that is there is replaced.")],
    with_secret_key: Annotated[
        bool, typer.Option("--with-secret-key", help="Take the key along that opens the connections' credentials.")
    ] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Write the database and what the home folder must keep into one file, while everything runs."""
    opened = database()
    made = write_backup(
        opened, settings().home, file, version=__version__, now=clock().now(), with_secret=with_secret_key
    )
    if json:
        print_json(made.model_dump(mode="json"))
        return
    size = file.stat().st_size / 1e6
    console.print(
        f"{file}: {size:.1f} MB, {len(made.digests)} files of {made.made_at:%Y-%m-%d %H:%M} UTC", markup=False
    )


def restore(
    file: Annotated[Path, typer.Argument(help="What `db backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Also where brands are: what is there is lost.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Put a back-up in place of the database that the settings name; nothing may run meanwhile.

    What was approved and not sent then becomes uncertain: a person looks whether it was sent since.
    """
    found = settings()
    url = found.resolved_database_url
    with opened_backup(file) as (manifest, folder), marked(url):
        _require_quiet(found, replace=replace)

        def make_safe(opened: Database) -> int:
            upgrade_database(opened)
            with opened.writing() as session:
                count = doubt_under_way(session, made_at=manifest.made_at, now=clock().now())
                lift_mark(session)
            return count

        doubted = restore_database(url, manifest, folder, make_safe)
        names = restore_home(folder, found.home)
    if json:
        print_json({"made_at": manifest.made_at.isoformat(), "home": names, "uncertain": doubted})
        return
    console.print(f"Restored what was there at {manifest.made_at:%Y-%m-%d %H:%M} UTC.", markup=False)
    console.print(
        f"{doubted} replies were on their way then; they are uncertain now, and a person looks.", markup=False
    )


def _require_quiet(found: Settings, *, replace: bool) -> None:
    """Raise ConfigurationError where a process serves or works, or brands would be lost that nobody gave up."""
    url = make_url(found.resolved_database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return
    opened = Database(found.resolved_database_url, pooled=False)
    if not inspect(opened.engine).has_table("brand"):
        return
    beats = Heartbeats(opened, "restore", dead_after_seconds=found.worker_dead_after_seconds)
    if beats.alive():
        raise ConfigurationError("a worker is running: end every `serve` and `worker` before restoring")
    require_alone(opened)
    with opened.reading() as session:
        brands = [brand.id for brand in list_brands(session)]
    if brands and not replace:
        raise ConfigurationError(f"the database holds {', '.join(brands[:5])}; --replace gives that up")
